"""Files that mean harm, or nothing: each is refused with a reason, in bounded time and space."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy.orm import Session

from callcenter.models import Agency
from callcenter.services.csv_table import MAX_BYTES, MAX_ROWS, UnreadableError
from callcenter.services.duty_files import Draft, DutyFiles
from callcenter.services.duty_ics import MOST_REPETITIONS
from callcenter.services.duty_rows import HEADINGS, REQUIRED, Period
from callcenter.services.xlsx_table import read as read_xlsx
from tests import factories

ZONE = ZoneInfo("Asia/Jakarta")
DECEMBER = Period(date(2026, 12, 1), date(2026, 12, 31))
HEADING = ("tanggal", "mulai", "selesai", "petugas", "peran")
HEAD = ";".join(HEADING) + "\n"
ROW = ("2026-12-01", "07:00", "19:00", "Ani", "utama")
MEGABYTE = 1024 * 1024


@pytest.fixture
def agency(session: Session) -> Agency:
    agency = factories.agency(session)
    factories.officer(session, agency, "Ani")
    return agency


def read(session: Session, agency: Agency, data: bytes) -> Draft:
    return DutyFiles(session, ZONE).read(agency, data, DECEMBER)


def codes(draft: Draft) -> list[str]:
    assert draft.mistakes, "the file should have been refused"
    return sorted({one.code for one in draft.mistakes})


def workbook(*rows: tuple[object, ...]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """Put another part in the place of one of a workbook's."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, content if part.filename == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, content)
    return out.getvalue()


def sheet(rows: str) -> bytes:
    """Write a first sheet by hand."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<?xml version="1.0"?><worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    return with_part(workbook(HEADING), "xl/worksheets/sheet1.xml", xml.encode())


def row(number: int, *cells: str) -> str:
    inner = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    return f'<row r="{number}">{inner}</row>'


def calendar(*lines: str) -> bytes:
    event = ["BEGIN:VEVENT", *lines, "SUMMARY:Ani", "END:VEVENT"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *event, "END:VCALENDAR", ""]).encode()


def bomb(megabytes: int, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Make a workbook with a part of so many megabytes of blanks."""
    out = io.BytesIO(workbook(HEADING))
    with zipfile.ZipFile(out, "a", compression) as parts, parts.open("xl/blanks.xml", "w") as part:
        for _ in range(megabytes):
            part.write(b" " * MEGABYTE)
    return out.getvalue()


@contextmanager
def little_memory() -> Iterator[None]:
    """Hold what is done to 20 MB at once."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 20 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_a_bomb_of_zeros_is_not_unpacked(session: Session, agency: Agency) -> None:
    data = bomb(400)
    assert len(data) < MEGABYTE
    with little_memory():
        assert codes(read(session, agency, data)) == ["too_big_inside"]


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_bomb_that_lies_about_its_size_is_not_unpacked(
    session: Session, agency: Agency, compression: int
) -> None:
    data = bomb(100, compression)
    true, told = (100 * MEGABYTE).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert data.count(true) == 2  # before the part, and in the directory
    with little_memory():
        assert codes(read(session, agency, data.replace(true, told))) == ["broken_workbook"]


def test_a_workbook_of_very_many_parts_is_refused(session: Session, agency: Agency) -> None:
    out = io.BytesIO(workbook(HEADING))
    with zipfile.ZipFile(out, "a") as parts:
        for number in range(1000):
            parts.writestr(f"xl/media/{number}", b"")
    assert codes(read(session, agency, out.getvalue())) == ["too_big_inside"]


@pytest.mark.parametrize("code", ["utf-8", "utf-16"])
def test_entities_that_multiply_are_refused(session: Session, agency: Agency, code: str) -> None:
    entities = (
        '<!ENTITY a "'
        + "haha" * 100
        + '">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(10))
    )
    xml = f'<?xml version="1.0" encoding="{code}"?><!DOCTYPE x [{entities}]><x>&k;</x>'
    for part in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"):
        hostile = with_part(workbook(HEADING, ROW), part, xml.encode(code))
        assert codes(read(session, agency, hostile)) == ["broken_workbook"]


def test_rows_without_end_are_refused(session: Session, agency: Agency) -> None:
    far = sheet(row(1, *HEADING) + row(10**12, *ROW))
    assert codes(read(session, agency, far)) == ["too_many_rows"]
    many = HEAD.encode() + b"2026-12-01;07:00;19:00;Ani;\n" * (MAX_ROWS + 1)
    assert codes(read(session, agency, many)) == ["too_many_rows"]
    lots = HEAD.encode() + b"2026-12-01;1;1;A;\n" * 100_000
    assert len(lots) < MAX_BYTES
    assert codes(read(session, agency, lots)) == ["too_many_rows"]
    assert codes(read(session, agency, workbook(HEADING, *[ROW] * 6000))) == ["too_many_rows"]
    assert codes(read(session, agency, HEAD.encode() + b"x" * MAX_BYTES)) == ["too_big"]
    assert codes(read(session, agency, b"PK\x03\x04" + b"x" * MAX_BYTES)) == ["too_big"]
    assert codes(read(session, agency, b"BEGIN:VCALENDAR\n" + b"x" * MAX_BYTES)) == ["too_big"]


def test_of_very_many_mistakes_only_some_are_told(session: Session, agency: Agency) -> None:
    draft = read(session, agency, HEAD.encode() + b"2026-12-01;07:00;19:00;Anu;\n" * MAX_ROWS)
    assert len(draft.mistakes) == 200


def test_a_cell_far_to_the_right_is_not_reached_for() -> None:
    wide = sheet(row(1, *HEADING) + '<row r="2"><c r="XFD2" t="inlineStr"><is><t>x</t></is></c></row>')
    assert read_xlsx(wide, HEADINGS, REQUIRED) == []


def test_of_a_formula_the_last_result_counts_and_without_one_it_is_told(
    session: Session, agency: Agency
) -> None:
    computed = sheet(
        row(1, *HEADING)
        + '<row r="2"><c r="A2" t="str"><f>TEXT(TODAY(),"yyyy-mm-dd")</f><v>2026-12-03</v></c>'
        + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in ROW[1:])
        + "</row>"
    )
    draft = read(session, agency, computed)
    assert (draft.mistakes, [row.starts.day for row in draft.rows]) == ([], [3])
    unknown = workbook(HEADING, ("=TODAY()", *ROW[1:]), (*ROW[:3], '=HYPERLINK("x")', ""), (*ROW[:4], "=A1"))
    assert [(one.row, one.code, one.value) for one in read(session, agency, unknown).mistakes] == [
        (2, "bad_day", "=TODAY()"),
        (3, "formula", '=HYPERLINK("x")'),
        (4, "unknown_duty_role", "=A1"),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b" \r\n\t", "empty_file"),
        (bytes(range(256)) * 10, "not_utf8"),
        (b"tanggal;mulai\0", "binary"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "old_workbook"),
        (b"PK\x03\x04rubbish", "broken_workbook"),
        (workbook(HEADING)[:-30], "broken_workbook"),
        (workbook(()), "empty_file"),
        (workbook(HEADING), "empty_file"),
        (HEAD.encode(), "empty_file"),
        (b"tanggal;mulai;selesai\n1;2;3\n", "missing_column"),
        (b"tanggal;date;mulai;selesai;petugas\n", "column_twice"),
        (b"tanggal;mulai;selesai;petugas;gaji\n", "unknown_column"),
        (HEAD.encode() + b'2026-12-01;"07:00;19:00;Ani;\n', "broken_quotes"),
        (HEAD.encode() + b"2026-12-01;07:00;19:00;Ani;;1\n", "too_many_cells"),
        (b"BEGIN:VCALENDAR\r\nrubbish", "broken_calendar"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "empty_file"),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 20_000, "broken_calendar"),
        (
            b"BEGIN:VCALENDAR\r\n"
            + b"BEGIN:VEVENT\r\nEND:VEVENT\r\n" * (MAX_ROWS + 1)
            + b"END:VCALENDAR\r\n",
            "too_many_rows",
        ),
        (
            b"BEGIN:VCALENDAR\r\n"
            + b"BEGIN:VEVENT\r\n" * 20_000
            + b"END:VEVENT\r\n" * 20_000
            + b"END:VCALENDAR\r\n",
            "too_many_rows",
        ),
    ],
)
def test_rubbish_is_refused_with_its_reason(session: Session, agency: Agency, data: bytes, code: str) -> None:
    assert codes(read(session, agency, data)) == [code]


@pytest.mark.parametrize(
    "name", ["=cmd|'/c calc'!A0", "+62", "-1", "@SUM(1)", "A\x1bni", "Ani\u202e", "x" * 500]
)
def test_names_that_no_officer_can_have_are_told(session: Session, agency: Agency, name: str) -> None:
    draft = read(session, agency, f"{HEAD}2026-12-01;07:00;19:00;{name};\n".encode())
    assert codes(draft)[0] in {"formula", "unprintable", "too_long"}


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=1",
        "FREQ=HOURLY",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=99999999999999999999",
        "FREQ=MONTHLY;BYDAY=53MO",
        "FREQ=MONTHLY;BYMONTHDAY=99",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=20",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31",
        "FREQ=WEEKLY;BYSETPOS=400",
        "FREQ=WEEKLY;BYHOUR=1,2,3,4",
        "INTERVAL=1",
        "FREQ=DAILY;FREQ=SECONDLY",
        "FREQ=DAILY;COUNT=3;UNTIL=20261231",
    ],
)
def test_a_rule_that_may_never_end_is_refused(session: Session, agency: Agency, rule: str) -> None:
    data = calendar("DTSTART:19700202T000000", "DURATION:PT1H", f"RRULE:{rule}")
    assert codes(read(session, agency, data))[0] in {"unknown_repetition", "bad_event"}


def test_two_rules_of_one_event_are_refused(session: Session, agency: Agency) -> None:
    rules = ["RRULE:FREQ=DAILY"] * 2
    data = calendar("DTSTART:20261201T000000", "DURATION:PT1H", *rules)
    assert codes(read(session, agency, data)) == ["unknown_repetition"]


def test_repetitions_are_counted_in_all_of_the_file(session: Session, agency: Agency) -> None:
    event = (
        b"BEGIN:VEVENT\r\nDTSTART:19700101T000000\r\nDURATION:PT1M\r\nRRULE:FREQ=DAILY\r\n"
        b"SUMMARY:Ani\r\nEND:VEVENT\r\n"
    )
    days = (date(2027, 1, 3) - date(1970, 1, 1)).days
    fits = MOST_REPETITIONS // days
    data = b"BEGIN:VCALENDAR\r\n" + event * (fits + 3) + b"END:VCALENDAR\r\n"
    found = [one.row for one in read(session, agency, data).mistakes if one.code == "too_many_repetitions"]
    assert found == [fits + 1, fits + 2, fits + 3]


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"BEGIN:VCALENDAR\r\n", HEAD.encode()]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_breaks_the_reader(session: Session, agency: Agency, data: bytes, start: bytes) -> None:
    draft = read(session, agency, start + data)
    assert draft.mistakes or draft.rows


LINES = st.lists(
    st.sampled_from(
        [
            "DTSTART:20261201T080000",
            "DTSTART;VALUE=DATE:20261201",
            "DTSTART;TZID=Asia/Jayapura:20261201T080000",
            "DTSTART:99991231T235959Z",
            "DTEND:20261201T090000Z",
            "DTEND:00010101T000000Z",
            "DURATION:P1W",
            "DURATION:PT0S",
            "RRULE:FREQ=DAILY;UNTIL=00010101T000000Z",
            "RRULE:FREQ=WEEKLY;COUNT=3;UNTIL=20271201",
            "RRULE:FREQ=MONTHLY;BYDAY=5FR",
            "EXDATE:00010101T000000Z",
            "EXDATE;VALUE=DATE:20261201",
            "EXDATE;TZID=Asia/Tokyo:20261201T080000",
            "RECURRENCE-ID:20261201T080000",
            "RECURRENCE-ID:00010101T000000Z",
            "STATUS:CANCELLED",
            "UID:1",
            "SUMMARY:Jaga: x: Ani",
        ]
    ),
    max_size=6,
)


@given(st.lists(LINES, min_size=1, max_size=3))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_calendar_breaks_the_reader(session: Session, agency: Agency, events: list[list[str]]) -> None:
    inner = [line for event in events for line in ("BEGIN:VEVENT", *event, "END:VEVENT")]
    data = "\r\n".join(["BEGIN:VCALENDAR", *inner, "END:VCALENDAR", ""]).encode()
    first, last = DECEMBER.bounds(ZONE)
    for row in read(session, agency, data).rows:
        assert first <= row.starts.replace(tzinfo=ZONE) < row.ends.replace(tzinfo=ZONE) <= last


def test_a_broken_workbook_raises_nothing_else() -> None:
    good = workbook(HEADING, ROW)
    for cut in range(0, len(good), 97):
        broken = good[:cut] + b"\xff" + good[cut + 1 :]
        with suppress(UnreadableError):
            read_xlsx(broken, HEADINGS, REQUIRED)

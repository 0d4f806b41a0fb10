"""Duty from files: every usual shape is read, every bad row told, and what was written comes back."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook
from sqlalchemy.orm import Session

from callcenter.models import Agency, Officer
from callcenter.roster.plan import Role
from callcenter.services.duty_files import Draft, DutyFiles, to_csv, to_xlsx
from callcenter.services.duty_rows import Period, period
from callcenter.services.fields import FieldError
from tests import factories

ZONE = ZoneInfo("Asia/Jakarta")
DECEMBER = Period(date(2026, 12, 1), date(2026, 12, 31))
HEAD = "tanggal;mulai;selesai;petugas;peran\n"


@pytest.fixture
def agency(session: Session) -> Agency:
    return factories.agency(session)


@pytest.fixture
def officers(session: Session, agency: Agency) -> dict[str, Officer]:
    other = factories.agency(session, "rsud", "RSUD")
    factories.officer(session, other, "Dewi")
    return {name: factories.officer(session, agency, name) for name in ("Ani Suryani", "Budi Santoso")}


def read(session: Session, agency: Agency, data: str | bytes, over: Period = DECEMBER) -> Draft:
    return DutyFiles(session, ZONE).read(agency, data.encode() if isinstance(data, str) else data, over)


def shown(draft: Draft) -> list[tuple[str, str, str, str]]:
    assert draft.mistakes == []
    return [
        (f"{row.starts:%m-%dT%H:%M}", f"{row.ends:%m-%dT%H:%M}", row.name.split()[0], row.role.value)
        for row in draft.rows
    ]


def mistakes(draft: Draft) -> list[tuple[int, str, str, str]]:
    return [(one.row, one.column, one.code, one.near) for one in draft.mistakes]


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(out)
    return out.getvalue()


def calendar(*events: str) -> str:
    inner = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{inner}END:VCALENDAR\n".replace("\n", "\r\n")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_tables_are_read_as_people_write_them(
    session: Session, agency: Agency, officers: dict[str, Officer], mark: str, delimiter: str
) -> None:
    rows = (
        "Tanggal;mulai;SELESAI;petugas;peran",
        "2026-12-01;07:00;19.00;Ani  suryani;utama",
        "01/12/2026;19:00;07:00:00;budi santoso;",
        "1/12/2026;08:00;08:00;Ani Suryani;Pengawas",
    )
    text = mark + "\r\n".join(rows[:3]).replace(";", delimiter)
    assert shown(read(session, agency, text)) == [
        ("12-01T07:00", "12-01T19:00", "Ani", "primary"),
        ("12-01T19:00", "12-02T07:00", "Budi", "primary"),
    ]
    whole_day = "\n".join((rows[0], rows[3]))
    assert shown(read(session, agency, whole_day)) == [("12-01T08:00", "12-02T08:00", "Ani", "supervisor")]
    english = "date,start,end,officer,role\n2026-12-31,00:00,24:00,Ani Suryani,deputy\n"
    assert shown(read(session, agency, english)) == [("12-31T00:00", "01-01T00:00", "Ani", "deputy")]


def test_every_bad_row_is_told(session: Session, agency: Agency, officers: dict[str, Officer]) -> None:
    factories.officer(session, agency, "budi santoso")
    rows = (
        "2026-12-01;07:00;19:00;Ani Suriani;",
        "2026-02-30;07:00;19:00;Ani Suryani;",
        "besok;07:00;19:00;Ani Suryani;",
        ";07:00;19:00;Ani Suryani;",
        "2026-12-01;7;19:00;Ani Suryani;",
        "2026-12-01;07:00;25:00;Ani Suryani;",
        "2026-12-01;07:00;19:00;Ani Suryani;kepala",
        "2026-12-01;07:00;19:00;Budi Santoso;",
        "2026-12-01;07:00;19:00;Dewi;",
        "2026-12-01;07:00;19:00;=HYPERLINK();",
        "2027-01-01;07:00;19:00;Ani Suryani;",
        "2026-12-01;07:00;19:00;Ani Suryani;",
        "2026-12-01;18:59;20:00;Ani Suryani;cadangan",
        "9999-12-31;07:00;07:00;Ani Suryani;",
    )
    assert mistakes(read(session, agency, HEAD + "\n".join(rows))) == [
        (2, "petugas", "unknown_officer", "Ani Suryani"),
        (3, "tanggal", "impossible_date", ""),
        (4, "tanggal", "bad_day", ""),
        (5, "tanggal", "empty", ""),
        (6, "mulai", "bad_time", ""),
        (7, "selesai", "bad_time", ""),
        (8, "peran", "unknown_duty_role", ""),
        (9, "petugas", "two_officers", ""),
        (10, "petugas", "unknown_officer", ""),
        (11, "petugas", "formula", ""),
        (12, "tanggal", "outside_period", ""),
        (14, "mulai", "overlapping", "13"),
        (15, "tanggal", "impossible_date", ""),
    ]


def test_somebody_who_meets_a_long_turn_later_overlaps_it(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    rows = (
        "2026-12-01;07:00;07:00;Ani Suryani;",
        "2026-12-01;08:00;09:00;Ani Suryani;",
        "2026-12-01;23:00;23:30;Ani Suryani;",
        "2026-12-02;07:00;08:00;Ani Suryani;",
    )
    found = mistakes(read(session, agency, HEAD + "\n".join(rows)))
    assert found == [(3, "mulai", "overlapping", "2"), (4, "mulai", "overlapping", "2")]


def test_more_at_once_than_a_roster_holds_are_told(session: Session, agency: Agency) -> None:
    names = [f"Petugas {number:02}" for number in range(51)]
    for name in names:
        factories.officer(session, agency, name)
    rows = [f"2026-12-01;07:00;19:00;{name};" for name in names]
    assert mistakes(read(session, agency, HEAD + "\n".join(rows))) == [(0, "mulai", "too_many_at_once", "")]
    assert len(read(session, agency, HEAD + "\n".join(rows[:50])).rows) == 50


def test_workbooks_are_read_with_real_dates_and_with_text(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    data = workbook(
        ("tanggal", "mulai", "selesai", "petugas", "peran"),
        (datetime(2026, 12, 1), time(7), time(19), "Ani Suryani", None),
        (date(2026, 12, 1), "19:00", time(7), "Budi Santoso", "cadangan"),
        (None, None, None, None, None),
        ("03/12/2026", "7.30", "16:00", "Ani Suryani", "utama"),
        (datetime(2026, 12, 4, 8), time(7), 7.5, "Ani Suryani", "utama"),
    )
    draft = read(session, agency, data)
    assert mistakes(draft) == [(6, "tanggal", "bad_day", "")]
    assert [(row.number, f"{row.starts:%d %H:%M}", f"{row.ends:%d %H:%M}") for row in draft.rows] == [
        (2, "01 07:00", "01 19:00"),
        (3, "01 19:00", "02 07:00"),
        (5, "03 07:30", "03 16:00"),
    ]


def test_a_calendar_is_read_whatever_its_clocks(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    text = calendar(
        "DTSTART:20261201T000000Z\nDTEND:20261201T120000Z\nSUMMARY:Jaga utama: Ani Suryani",
        "DTSTART;TZID=Asia/Makassar:20261202T080000\nDURATION:PT8H\nSUMMARY:Budi Santoso",
        "DTSTART:20261203T080000\nDTEND:20261203T160000\nSUMMARY:Jaga cadangan: Budi Santoso",
        "DTSTART;VALUE=DATE:20261205\nDTEND;VALUE=DATE:20261207\nSUMMARY:Piket pengawas: Ani Suryani",
        "DTSTART;VALUE=DATE:20261210\nSUMMARY:Ani Suryani",
        "DTSTART:20261130T200000\nDTEND:20261201T060000\nSUMMARY:Budi Santoso",
        "DTSTART:20261229T200000Z\nDTEND:20270102T060000Z\nSUMMARY:Budi Santoso",
        "DTSTART:20270101T000000\nDTEND:20270102T060000\nSUMMARY:somebody else",
        "DTSTART:20261220T000000\nDTEND:20261220T060000\nSUMMARY:Nobody\nSTATUS:CANCELLED",
    )
    assert shown(read(session, agency, text)) == [
        ("12-01T07:00", "12-01T19:00", "Ani", "primary"),
        ("12-02T07:00", "12-02T15:00", "Budi", "primary"),
        ("12-03T08:00", "12-03T16:00", "Budi", "deputy"),
        ("12-05T00:00", "12-06T00:00", "Ani", "supervisor"),
        ("12-06T00:00", "12-07T00:00", "Ani", "supervisor"),
        ("12-10T00:00", "12-11T00:00", "Ani", "primary"),
        ("12-01T00:00", "12-01T06:00", "Budi", "primary"),
        ("12-30T03:00", "12-31T03:00", "Budi", "primary"),
        ("12-31T03:00", "01-01T00:00", "Budi", "primary"),
    ]


def test_repetitions_are_expanded_in_the_period_alone(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    text = calendar(
        "UID:a\nDTSTART:20200106T080000\nDTEND:20200106T160000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU;INTERVAL=1"
        "\nEXDATE:20261207T080000,20261228T080000\nSUMMARY:Ani Suryani",
        "UID:a\nRECURRENCE-ID:20261208T080000\nDTSTART:20261208T100000\nDTEND:20261208T110000\nSUMMARY:Budi Santoso",
        "UID:a\nRECURRENCE-ID:20261215T080000\nDTSTART:20261215T080000\nSTATUS:CANCELLED\nSUMMARY:Ani Suryani",
        "UID:b\nDTSTART;VALUE=DATE:20261118\nRRULE:FREQ=DAILY;INTERVAL=14;UNTIL=20261231\nSUMMARY:Budi Santoso",
        "UID:c\nDTSTART:20261101T120000Z\nDTEND:20261101T130000Z\nRRULE:FREQ=MONTHLY;BYDAY=-1SU;COUNT=2\nSUMMARY:Budi Santoso",
        "UID:d\nDTSTART:20261101T120000Z\nDTEND:20261101T130000Z\nRRULE:FREQ=MONTHLY;BYMONTHDAY=31\nSUMMARY:Budi Santoso",
        "UID:e\nDTSTART:20261220T170000Z\nDTEND:20261220T180000Z\nRRULE:FREQ=DAILY;UNTIL=20261221T170000Z\nSUMMARY:Budi Santoso",
    )
    assert [one[:3] for one in shown(read(session, agency, text))] == [
        *(
            (f"12-{day}T08:00", f"12-{day}T16:00", "Ani")
            for day in ("01", "14", "21", "22", "29")  # the 7th, 8th, 15th and 28th are excepted or moved
        ),
        ("12-08T10:00", "12-08T11:00", "Budi"),
        ("12-02T00:00", "12-03T00:00", "Budi"),
        ("12-16T00:00", "12-17T00:00", "Budi"),
        ("12-30T00:00", "12-31T00:00", "Budi"),
        ("12-27T19:00", "12-27T20:00", "Budi"),
        ("12-31T19:00", "12-31T20:00", "Budi"),
        ("12-21T00:00", "12-21T01:00", "Budi"),
        ("12-22T00:00", "12-22T01:00", "Budi"),
    ]


@pytest.mark.parametrize(
    ("event", "column", "code"),
    [
        ("SUMMARY:Ani Suryani", "mulai", "empty"),
        ("DTSTART:20261201T080000\nSUMMARY:Ani Suryani", "selesai", "empty"),
        ("DTSTART:20261201T080000\nDURATION:-PT1H\nSUMMARY:Ani Suryani", "selesai", "before_start"),
        ("DTSTART:20261201T080000\nDURATION:P500D\nSUMMARY:Ani Suryani", "selesai", "too_far"),
        ("DTSTART:20261201T080000\nDTEND:20261201T090000Z\nSUMMARY:Ani Suryani", "selesai", "bad_event"),
        (
            "DTSTART:20261201T080000\nDTEND;VALUE=DATE:20261202\nSUMMARY:Ani Suryani",
            "selesai",
            "bad_event",
        ),
        ("DTSTART;TZID=Mars/Phobos:20261201T080000\nDURATION:PT1H\nSUMMARY:Ani", "mulai", "unknown_zone"),
        ("DTSTART:nonsense\nDURATION:PT1H\nSUMMARY:Ani", "dtstart", "bad_event"),
        (
            "DTSTART:20261201T080000\nDTSTART:20261202T080000\nDURATION:PT1H\nSUMMARY:Ani",
            "mulai",
            "bad_event",
        ),
        ("DTSTART:20261201T080000\nDURATION:PT1H\nDURATION:PT2H\nSUMMARY:Ani", "mulai", "bad_event"),
        ("DTSTART:00010101T000000\nDURATION:PT1H\nSUMMARY:Ani", "mulai", "impossible_date"),
        ("DTSTART:20261201T080000\nDURATION:PT1H", "petugas", "empty"),
        ("DTSTART:20261201T080000\nDURATION:PT1H\nSUMMARY:Ani: +62", "petugas", "formula"),
        ("DTSTART:20261201T080000\nDURATION:PT1H\nSUMMARY:Ani Suriani", "petugas", "unknown_officer"),
        (
            "DTSTART:20261201T080000\nDURATION:PT1H\nRDATE:20261202T080000\nSUMMARY:Ani",
            "mulai",
            "unknown_repetition",
        ),
    ],
)
def test_a_bad_event_is_told(
    session: Session, agency: Agency, officers: dict[str, Officer], event: str, column: str, code: str
) -> None:
    good = "DTSTART:20261201T080000\nDURATION:PT1H\nSUMMARY:Budi Santoso"
    found = mistakes(read(session, agency, calendar(good, event)))
    assert [one[:3] for one in found] == [(2, column, code)]


def test_what_is_written_comes_back(session: Session, agency: Agency, officers: dict[str, Officer]) -> None:
    ani, budi = officers.values()
    for weekday in range(7):
        factories.shift(session, ani, weekday, starts=time(7), ends=time(19))
        factories.shift(session, budi, weekday, starts=time(19), ends=time(7))
    factories.shift(session, factories.officer(session, agency, 'Cici; "C"'), 2, rung=1)
    rows = DutyFiles(session, ZONE).rows(agency, DECEMBER)
    assert len(rows) == 31 + 32 + 5
    plain = [(row.officer_id, row.starts, row.ends, row.role) for row in rows]
    for data in (to_csv(rows), "\ufeff" + to_csv(rows), to_xlsx(rows)):
        draft = read(session, agency, data)
        assert draft.mistakes == []
        assert [(row.officer_id, row.starts, row.ends, row.role) for row in draft.rows] == plain


def test_a_turn_of_days_is_written_as_days(session: Session, agency: Agency) -> None:
    eka = factories.officer(session, agency, "Eka")
    for weekday in range(7):
        factories.shift(session, eka, weekday)
    rows = DutyFiles(session, ZONE).rows(agency, DECEMBER)
    assert len(rows) == 31
    assert {row.role for row in rows} == {Role.PRIMARY}
    assert shown(read(session, agency, to_csv(rows)))[-1] == ("12-31T00:00", "01-01T00:00", "Eka", "primary")


def test_a_name_that_a_spreadsheet_would_compute_is_kept_from_it(session: Session, agency: Agency) -> None:
    eka = factories.officer(session, agency, "=1+1")
    factories.shift(session, eka, 1)
    rows = DutyFiles(session, ZONE).rows(agency, DECEMBER)
    assert ";'=1+1;" in to_csv(rows)
    draft = read(session, agency, to_xlsx(rows))
    assert {one.value for one in draft.mistakes} == {"'=1+1"}


def test_a_period_that_is_none_is_refused() -> None:
    today = date(2026, 11, 24)
    assert period("24/11/2026", "2026-12-01", today) == Period(today, date(2026, 12, 1))
    for first, last, field, code in (
        ("", "2026-12-01", "first_day", "empty"),
        ("2026-12-01", "kapan", "last_day", "bad_day"),
        ("2026-12-02", "2026-12-01", "last_day", "before_start"),
        ("2026-11-01", "2026-11-23", "last_day", "past"),
        ("2026-12-01", "2028-12-01", "last_day", "too_far"),
    ):
        with pytest.raises(FieldError) as raised:
            period(first, last, today)
        assert (raised.value.field, raised.value.code) == (field, code)

"""Importing CSV: everything in a file, or nothing."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from callcenter.db import Base
from callcenter.models import Agency, Line, Officer, Outbox, Shift
from callcenter.services.csv_import import CsvImport, days
from callcenter.services.csv_kinds import KINDS
from callcenter.services.csv_table import MAX_BYTES, MAX_ROWS
from callcenter.services.fields import FieldError
from callcenter.services.residency import Residency

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
MOST_STATEMENTS = 12
"""A row: what it names is looked for, and what is new is written."""
HEAD = "kode;nama;jenis;induk;nomor\n"


def count(session: Session, model: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def mistakes(session: Session, kind: str, text: str | bytes) -> list[tuple[int, str, str]]:
    data = text if isinstance(text, bytes) else text.encode()
    found = CsvImport(session).run(kind, data, NOW).mistakes
    assert found, "the file should have been refused"
    assert count(session, Outbox) == 0
    return [(mistake.row, mistake.column, mistake.code) for mistake in found]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_usual_dialect_is_read(session: Session, mark: str, delimiter: str, line_end: str) -> None:
    rows = [["Kode", "NAMA", "jenis", "nomor"], ["dinsos", '"Dinas ""Sosial"""', "DINAS", "0234 271234"]]
    text = mark + line_end.join(delimiter.join(row) for row in rows) + line_end
    report = CsvImport(session).run("agencies", text.encode(), NOW)
    assert (report.rows, report.mistakes) == (1, [])
    (line,) = session.scalars(select(Line))
    assert (line.agency.name, line.agency.tier, line.number) == ('Dinas "Sosial"', "dinas", "+62234271234")


def test_children_may_stand_above_their_parents_and_an_agency_may_have_two_lines(session: Session) -> None:
    text = HEAD + "b;Bawah;desa;a;70010\na;Atas;kecamatan;;70011\na;Atas;kecamatan;;70012\n"
    assert CsvImport(session).run("agencies", text.encode(), NOW).mistakes == []
    parent = session.scalars(select(Agency).where(Agency.code == "a")).one()
    assert sorted(line.number for line in parent.lines) == ["70011", "70012"]
    assert session.scalars(select(Agency.parent_id).where(Agency.code == "b")).one() == parent.id


def test_a_number_may_be_on_another_provider(session: Session) -> None:
    head = "kode;nama;jenis;nomor;penyedia\n"
    text = head + "a;A;desa;0234 271234;Twilio\na;A;desa;70011;\nb;B;desa;70012;asterisk\nc;C;desa;;\n"
    assert CsvImport(session).run("agencies", text.encode(), NOW).mistakes == []
    lines = session.scalars(select(Line).order_by(Line.id)).all()
    assert [line.provider for line in lines] == ["twilio", "asterisk", "asterisk"]
    assert not Residency(session).is_served(lines[0])


def test_a_provider_is_known_and_has_a_number_of_its_own(session: Session) -> None:
    head = "kode;nama;jenis;nomor;penyedia\n"
    text = head + "a;A;desa;70010;twilio\nb;B;desa;70010;asterisk\nc;C;desa;70012;vonage\nd;D;desa;;twilio\n"
    assert mistakes(session, "agencies", text) == [
        (3, "nomor", "taken_number"),
        (4, "penyedia", "unknown_provider"),
        (5, "nomor", "empty"),
    ]
    assert count(session, Line) == 0


def test_each_new_name_is_owed_its_prompt(session: Session) -> None:
    CsvImport(session).run("agencies", (HEAD + "a;A;desa;;70010\nb;B;desa;;70011\n").encode(), NOW)
    kinds = sorted(session.scalars(select(Outbox.kind)))
    assert kinds == ["build_agency_prompt", "build_agency_prompt"]


def test_each_wrong_row_is_told_and_nothing_is_kept(session: Session) -> None:
    text = (
        HEAD
        + "good;Baik;desa;;70010\n"
        + "Bad Code;Nama;desa;;70011\n"
        + "x;;desa;;70012\n"
        + "y;Nama;planet;;70013\n"
        + "\n"
        + "z;Nama;desa;;12\n"
        + "w;=HYPERLINK(1);desa;;70014\n"
        + "v;Nama;desa;;70010\n"
        + "good;Lain;desa;;70015\n"
        + "u;Nama;desa;;6,28E+12\n".replace(",", ".")
        + "t;Nama\x07;desa;;70016\n"
    )
    assert mistakes(session, "agencies", text) == [
        (3, "kode", "bad_code"),
        (4, "nama", "empty"),
        (5, "jenis", "unknown_tier"),
        (7, "nomor", "bad_number"),
        (8, "nama", "formula"),
        (9, "nomor", "taken_number"),
        (10, "kode", "code_twice"),
        (11, "nomor", "spreadsheet_number"),
        (12, "nama", "unprintable"),
    ]
    assert count(session, Agency) == count(session, Line) == 0


def test_an_unknown_parent_and_a_circle_are_found_at_the_end(session: Session) -> None:
    assert mistakes(session, "agencies", HEAD + "a;A;desa;x;\n") == [(2, "induk", "unknown_agency")]
    circle = HEAD + "a;A;desa;b;\nb;B;desa;c;\nc;C;desa;a;\n"
    assert mistakes(session, "agencies", circle) == [(4, "induk", "own_parent")]
    assert count(session, Agency) == 0


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", (0, "", "empty_file")),
        (b"\xef\xbb\xbf \n", (0, "", "empty_file")),
        (HEAD.encode(), (0, "", "empty_file")),
        (b"PK\x03\x04\x14\x00\x08\xff\xfe", (0, "", "not_utf8")),
        ("kode;nama".encode("utf-16"), (0, "", "not_utf8")),
        (b"kode;na\x00ma", (0, "", "binary")),
        (b"x" * (MAX_BYTES + 1), (0, "", "too_big")),
        (b"kode;nama;jenis;warna\n", (1, "warna", "unknown_column")),
        (b"kode;nama;kode\n", (1, "kode", "column_twice")),
        (b"kode;nama\na;A\n", (1, "jenis", "missing_column")),
        (b"kode;nama;jenis\na;A;desa;1;2\n", (2, "", "too_many_cells")),
        (b'kode;nama;jenis\na;"A;desa\nb;B;desa\n', (2, "", "broken_quotes")),
        (b'kode;nama;jenis\na;"A" x;desa\n', (2, "", "broken_quotes")),
        (b'kode;nama;jenis\na;"' + b"A" * 200_000 + b'";desa\n', (2, "", "broken_quotes")),
    ],
)
def test_a_file_that_is_no_table_is_told_in_one_line(
    session: Session, data: bytes, expected: tuple[int, str, str]
) -> None:
    assert mistakes(session, "agencies", data) == [expected]


def test_too_many_rows_are_refused(session: Session) -> None:
    text = HEAD + "".join(f"a{n};A;desa;;\n" for n in range(MAX_ROWS + 1))
    assert mistakes(session, "agencies", text) == [(MAX_ROWS + 2, "", "too_many_rows")]


def test_an_agency_that_is_there_already_is_refused(session: Session) -> None:
    CsvImport(session).run("agencies", (HEAD + "a;A;desa;;70010\n").encode(), NOW)
    found = CsvImport(session).run("agencies", (HEAD + "a;A;desa;;70011\nb;B;desa;;70010\n").encode(), NOW)
    assert [(m.row, m.column, m.code) for m in found.mistakes] == [
        (2, "kode", "taken_code"),
        (3, "nomor", "taken_number"),
    ]


def test_430_agencies_take_a_few_statements_each(session: Session) -> None:
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *told: asked.append(told[2]))
    rows = "".join(f"desa-{n};Desa {n};desa;post;{71000 + n}\n" for n in range(430))
    report = CsvImport(session).run("agencies", (HEAD + "post;Pos;regency;;70001\n" + rows).encode(), NOW)
    assert (report.rows, report.mistakes) == (431, [])
    assert count(session, Line) == 431
    assert len(asked) < 431 * MOST_STATEMENTS


def test_officers_and_their_roster(session: Session) -> None:
    CsvImport(session).run("agencies", (HEAD + "a;A;desa;;\n").encode(), NOW)
    officers = "kode instansi,nama,sip,ponsel\na,Petugas 1,ya,\na,Petugas 2,tidak,0812-3456-7890\n"
    assert CsvImport(session).run("officers", officers.encode(), NOW).mistakes == []
    first, second = session.scalars(select(Officer).order_by(Officer.id))
    assert first.sip_secret is not None
    assert (second.sip_secret, second.mobile) == (None, "+6281234567890")
    roster = "kode instansi,petugas,hari,mulai,selesai,urutan\na,Petugas 1,sabtu-senin,19.00,7:00,1\n"
    assert CsvImport(session).run("roster", roster.encode(), NOW).mistakes == []
    shifts = session.scalars(select(Shift).order_by(Shift.weekday)).all()
    assert [shift.weekday for shift in shifts] == [0, 5, 6]
    assert {(shift.starts, shift.ends, shift.rung) for shift in shifts} == {(time(19), time(7), 1)}


def test_wrong_officers_and_rosters_name_their_columns(session: Session) -> None:
    CsvImport(session).run("agencies", (HEAD + "a;A;desa;;\n").encode(), NOW)
    session.query(Outbox).delete()
    officers = "kode instansi;nama;sip;ponsel\nx;P;;\na;P;mungkin;\na;P;tidak;\na;P;tidak;112\na;Q;;\na;Q;;\n"
    assert mistakes(session, "officers", officers) == [
        (2, "kode instansi", "unknown_agency"),
        (3, "sip", "yes_or_no"),
        (4, "ponsel", "unreachable"),
        (5, "ponsel", "bad_number"),
        (7, "nama", "taken_name"),
    ]
    roster = "kode instansi;petugas;hari;mulai;selesai\na;Nobody;senin;1:00;2:00\n"
    assert mistakes(session, "roster", roster) == [(2, "petugas", "unknown_officer")]


def test_wrong_shifts_name_their_columns(session: Session) -> None:
    CsvImport(session).run("agencies", (HEAD + "a;A;desa;;\n").encode(), NOW)
    CsvImport(session).run("officers", b"kode instansi;nama\na;P\n", NOW)
    session.query(Outbox).delete()
    rows = ("a;P;funday;1:00;2:00;0", "a;P;senin;25:00;2:00;0", "a;P;senin;1:00;2;0", "a;P;senin;1:00;2:00;x")
    text = "kode instansi;petugas;hari;mulai;selesai;urutan\n" + "\n".join(rows)
    assert mistakes(session, "roster", text) == [
        (2, "hari", "bad_weekday"),
        (3, "mulai", "bad_time"),
        (4, "selesai", "bad_time"),
        (5, "urutan", "bad_rung"),
    ]
    twice = "kode instansi;petugas;hari;mulai;selesai\na;P;senin;1:00;2:00\na;P;setiap hari;1:00;3:00\n"
    assert mistakes(session, "roster", twice) == [(3, "mulai", "taken_shift")]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_templates_are_readable_tables(session: Session, kind: str) -> None:
    found = CsvImport(session).run(kind, KINDS[kind].template().encode(), NOW).mistakes
    assert {mistake.code for mistake in found} <= {"unknown_agency"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Jum'at", "4"), (" MINGGU - selasa ", "601"), ("senin-senin", "0"), ("Setiap  Hari", "0123456")],
)
def test_days_are_read_as_people_write_them(text: str, expected: str) -> None:
    assert days(text) == list(expected)


@given(st.text(max_size=20))
def test_other_days_are_refused_and_nothing_worse_happens(text: str) -> None:
    with suppress(FieldError):
        assert set(days(text)) <= set("0123456")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(sorted(KINDS)), body=st.binary(max_size=200), with_head=st.booleans())
def test_any_bytes_are_taken_whole_or_refused_whole(
    session: Session, kind: str, body: bytes, with_head: bool
) -> None:
    head = (";".join(KINDS[kind].headings) + "\n").encode() if with_head else b""
    before = [count(session, model) for model in (Agency, Line, Officer, Shift)]
    report = CsvImport(session).run(kind, head + body, NOW)
    if report.mistakes:
        assert [count(session, model) for model in (Agency, Line, Officer, Shift)] == before

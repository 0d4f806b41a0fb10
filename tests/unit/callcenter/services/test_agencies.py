"""Agencies and lines: what is taken, what is refused, what is owed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import Agency, Line, Outbox
from callcenter.services import fields
from callcenter.services.agencies import Agencies, AgencyForm, LineForm, flow_names
from callcenter.services.csv_import import CsvImport, Report
from callcenter.services.fields import FieldError
from ivr.flow import builtin
from tests import factories

NOW = datetime(2026, 11, 23, 1, tzinfo=ZoneInfo("Asia/Jakarta"))  # still Sunday in UTC


def owed(session: Session) -> list[tuple[str, dict[str, object]]]:
    return [(row.kind, row.payload) for row in session.scalars(select(Outbox).order_by(Outbox.id))]


def test_an_agency_exists_from_today_in_the_instance_s_zone(session: Session) -> None:
    made = Agencies(session).create(AgencyForm("dinsos", "  Dinas   Sosial ", "dinas"), NOW)
    assert (made.name, made.active_from, made.active_until) == ("Dinas Sosial", date(2026, 11, 23), None)
    assert owed(session) == [("build_agency_prompt", {"agency_id": made.id})]


def test_a_prompt_is_owed_only_for_another_name(session: Session) -> None:
    agencies = Agencies(session)
    made = agencies.create(AgencyForm("dinsos", "Dinas Sosial", "dinas"), NOW)
    agencies.change(
        made, AgencyForm("", "Dinas Sosial", "rsud", active_until="2027-01-01"), NOW.replace(hour=2)
    )
    assert len(owed(session)) == 1
    agencies.change(made, AgencyForm("", "Dinas Sosial Baru", "rsud"), NOW.replace(hour=3))
    assert len(owed(session)) == 2
    assert (made.code, made.tier, made.active_until) == ("dinsos", "rsud", None)


@pytest.mark.parametrize(
    ("form", "field", "code"),
    [
        (AgencyForm("", "A", "desa"), "code", "empty"),
        (AgencyForm("-a", "A", "desa"), "code", "bad_code"),
        (AgencyForm("a_b", "A", "desa"), "code", "bad_code"),
        (AgencyForm("a" * 41, "A", "desa"), "code", "bad_code"),
        (AgencyForm("é", "A", "desa"), "code", "bad_code"),
        (AgencyForm("dinsos-emergency", "A", "desa"), "code", "reserved_code"),
        (AgencyForm("taken", "A", "desa"), "code", "taken_code"),
        (AgencyForm("a", " ", "desa"), "name", "empty"),
        (AgencyForm("a", "A" * 121, "desa"), "name", "too_long"),
        (AgencyForm("a", "A\u202eB", "desa"), "name", "unprintable"),
        (AgencyForm("a", "@SUM(A1)", "desa"), "name", "formula"),
        (AgencyForm("a", "A", "planet"), "tier", "unknown_tier"),
        (AgencyForm("a", "A", "desa", "nobody"), "parent", "unknown_agency"),
        (AgencyForm("a", "A", "desa", active_from="23/11/2026"), "active_from", "bad_date"),
        (AgencyForm("a", "A", "desa", active_until="2020-01-01"), "active_until", "before_start"),
    ],
)
def test_what_cannot_be_an_agency_is_refused(
    session: Session, form: AgencyForm, field: str, code: str
) -> None:
    agencies = Agencies(session)
    agencies.create(AgencyForm("taken", "Taken", "desa"), NOW)
    with pytest.raises(FieldError) as refused:
        agencies.create(form, NOW)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert [agency.code for agency in agencies.found()] == ["taken"]


def test_no_agency_stands_below_itself(session: Session) -> None:
    agencies = Agencies(session)
    top = agencies.create(AgencyForm("top", "Top", "dinas"), NOW)
    agencies.create(AgencyForm("middle", "Middle", "kecamatan", "top"), NOW)
    agencies.create(AgencyForm("bottom", "Bottom", "desa", "middle"), NOW)
    for below in ("top", "middle", "bottom"):
        with pytest.raises(FieldError, match="own_parent"):
            agencies.change(top, AgencyForm("", "Top", "dinas", below), NOW)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0234 271-234", "+62234271234"),
        ("(0234) 271234", "+62234271234"),
        ("+62 234 271234", "+62234271234"),
        ("62234271234", "+62234271234"),
        ("0812-3456-7890", "+6281234567890"),
        ("112", "112"),
        ("70 001", "70001"),
        ("110234", "110234"),
    ],
)
def test_numbers_are_kept_one_way_however_they_are_typed(session: Session, typed: str, kept: str) -> None:
    agencies = Agencies(session)
    agency = agencies.create(AgencyForm("a", "A", "desa"), NOW)
    assert agencies.add_line(agency, LineForm(typed), NOW).number == kept
    with pytest.raises(FieldError, match="taken_number"):
        agencies.add_line(agency, LineForm(kept), NOW)


@pytest.mark.parametrize(
    "typed", ["", "12", "012", "+621", "0234", "99999999999999999", "12a", "٣٤٥", "112;1", "1\n2\n3x"]
)
def test_what_is_no_number_is_refused(session: Session, typed: str) -> None:
    agencies = Agencies(session)
    agency = agencies.create(AgencyForm("a", "A", "desa"), NOW)
    with pytest.raises(FieldError):
        agencies.add_line(agency, LineForm(typed), NOW)
    assert agencies.by_code("a") is agency
    assert agency.lines == []


def test_a_line_may_be_changed_but_not_onto_another_one(session: Session) -> None:
    agencies = Agencies(session)
    agency = agencies.create(AgencyForm("a", "A", "desa"), NOW)
    first = agencies.add_line(agency, LineForm("70001"), NOW)
    second = agencies.add_line(agency, LineForm("70002"), NOW)
    agencies.change_line(first, LineForm("70001", active_until="2026-12-31"))
    assert first.active_until == date(2026, 12, 31)
    with pytest.raises(FieldError, match="taken_number"):
        agencies.change_line(second, LineForm("70001"))
    assert second.number == "70002"


@pytest.mark.parametrize("other", [None, "70002"], ids=["added", "changed"])
def test_a_number_that_somebody_took_at_the_same_moment_is_taken(
    database: Database, database_url: str, other: str | None
) -> None:
    """The second one has looked before the first one commits, and waits (PostgreSQL); or looks after it (SQLite)."""
    with database.transaction() as session:
        agency = Agencies(session).create(AgencyForm("a", "A", "desa"), NOW)
        line = Agencies(session).add_line(agency, LineForm(other), NOW) if other else None
    elsewhere = Database(database_url)

    def take_too() -> None:
        with elsewhere.transaction() as session:
            agencies, form = Agencies(session), LineForm("70001", provider="twilio")
            if line is None:
                agencies.add_line(session.get_one(Agency, agency.id), form, NOW)
            else:
                agencies.change_line(session.get_one(Line, line.id), form)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            Agencies(session).add_line(session.get_one(Agency, agency.id), LineForm("70001"), NOW)
            second = pool.submit(take_too)
            wait_until_somebody_waits(database)
        with pytest.raises(FieldError, match="taken_number"):
            second.result(timeout=30)
    with database.reading() as session:
        kept = session.execute(select(Line.number, Line.provider).order_by(Line.number)).all()
        assert [tuple(row) for row in kept] == [
            ("70001", "asterisk"),
            *([(other, "asterisk")] if other else []),
        ]
    elsewhere.dispose()


def test_a_file_with_a_number_that_is_taken_meanwhile_says_so(database: Database, database_url: str) -> None:
    with database.transaction() as session:
        agency = Agencies(session).create(AgencyForm("a", "A", "desa"), NOW)
    elsewhere = Database(database_url)

    def take_file() -> Report:
        file = b"kode;nama;jenis;nomor\nb;B;desa;70001\nc;C;desa;70002\n"
        with elsewhere.transaction() as session:
            return CsvImport(session).run("agencies", file, NOW)

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            Agencies(session).add_line(session.get_one(Agency, agency.id), LineForm("70001"), NOW)
            second = pool.submit(take_file)
            wait_until_somebody_waits(database)
        found = second.result(timeout=30).mistakes
    assert [(one.row, one.column, one.code) for one in found] == [(2, "nomor", "taken_number")]
    with database.reading() as session:
        assert session.scalars(select(Agency.code)).all() == ["a"]
    elsewhere.dispose()


def wait_until_somebody_waits(database: Database) -> None:
    """Return once PostgreSQL lets somebody wait for another; SQLite does not tell, and needs none."""
    if database.engine.dialect.name == "sqlite":
        return
    waiting = text("SELECT COUNT(*) FROM pg_locks WHERE NOT granted")
    deadline = time.monotonic() + 30
    with database.engine.connect() as connection:
        while not connection.scalar(waiting):
            assert time.monotonic() < deadline, "nobody waits"


def test_the_database_keeps_a_number_to_one_line(session: Session) -> None:
    agency = factories.agency(session)
    factories.line(session, agency, "70001", active_until=date(2024, 1, 1))
    with pytest.raises(IntegrityError), session.begin_nested():
        factories.line(session, agency, "70001", provider="twilio")


def test_every_flow_of_a_line_can_be_spoken() -> None:
    assert "hotline" in flow_names()
    assert "unknown" not in flow_names()
    for name in flow_names():
        assert builtin(name).name == name


@given(st.text())
def test_a_code_is_safe_or_refused(text: str) -> None:
    try:
        code = fields.code("code", text)
    except FieldError:
        return
    assert 0 < len(code) <= 40
    assert set(code) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@given(st.text())
def test_a_number_is_short_or_e164_or_refused(text: str) -> None:
    try:
        number = fields.line_number("number", text)
    except FieldError:
        return
    digits = number.removeprefix("+")
    assert digits.isascii()
    assert digits.isdigit()
    assert 3 <= len(digits) <= (15 if number.startswith("+") else 6)

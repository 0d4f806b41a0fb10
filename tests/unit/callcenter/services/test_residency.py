"""A line on Twilio is served once an administrator has decided so."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import AccessLog, Line
from callcenter.services.agencies import Agencies, LineForm
from callcenter.services.fields import FieldError
from callcenter.services.residency import Residency
from tests import factories


@pytest.fixture
def line(session: Session) -> Line:
    agency = factories.agency(session)
    line = Line(agency_id=agency.id, number="+62234555123", provider="twilio", active_from=date(2020, 1, 1))
    session.add(line)
    session.flush()
    return line


def test_a_line_on_twilio_is_off_until_it_is_switched_on(session: Session, line: Line) -> None:
    decisions = Residency(session)
    assert not decisions.is_served(line)
    decisions.decide(line, on=True, reason="SK 12", account_id=None, now=factories.NOW)
    assert decisions.is_served(line)
    decisions.decide(line, on=False, reason="Uji coba selesai", account_id=None, now=factories.NOW)
    assert not decisions.is_served(line)
    assert [(one.on, one.reason) for one in decisions.history(line)] == [
        (False, "Uji coba selesai"),
        (True, "SK 12"),
    ]


def test_who_decided_where_is_logged(session: Session, line: Line) -> None:
    admin = factories.account(session, "admin").id
    here = {"reason": "SK 12", "now": factories.NOW}
    Residency(session).decide(line, on=True, account_id=admin, address="192.0.2.1", **here)
    Residency(session).decide(line, on=False, account_id=None, address="terminal:0", **here)
    rows = session.execute(select(AccessLog.action, AccessLog.account_id, AccessLog.address))
    assert [tuple(row) for row in rows] == [
        ("line_on", admin, "192.0.2.1"),
        ("line_off", None, "terminal:0"),
    ]
    assert set(session.scalars(select(AccessLog.subject))) == {f"line:{line.id}:{line.number}"}


@pytest.mark.parametrize(
    ("reason", "code"), [("", "empty"), ("  ", "empty"), ("x" * 501, "long_reason"), ("=1+1", "formula")]
)
def test_a_decision_needs_a_reason(session: Session, line: Line, reason: str, code: str) -> None:
    with pytest.raises(FieldError, match=code):
        Residency(session).decide(line, on=True, reason=reason, account_id=None, now=factories.NOW)
    assert not Residency(session).is_served(line)
    assert Residency(session).history(line) == []
    assert session.scalars(select(AccessLog)).all() == []


def test_the_longest_reason_is_kept_whole(session: Session, line: Line) -> None:
    Residency(session).decide(line, on=True, reason="x" * 500, account_id=None, now=factories.NOW)
    assert Residency(session).last([line])[line.id].reason == "x" * 500


def test_a_line_on_asterisk_needs_no_decision(session: Session, line: Line) -> None:
    line.provider = "asterisk"
    assert Residency(session).is_served(line)
    with pytest.raises(FieldError, match="not_abroad"):
        Residency(session).decide(line, on=True, reason="SK 12", account_id=None, now=factories.NOW)


def changed(session: Session, line: Line, number: str, provider: str) -> None:
    Agencies(session).change_line(line, LineForm(number, provider=provider))


MOVES = {
    "renumbered": [("+62234555124", "twilio")],
    "renumbered and back": [("+62234555124", "twilio"), ("+62234555123", "twilio")],
    "moved and back": [("+62234555123", "asterisk"), ("+62234555123", "twilio")],
    "moved, renumbered at home and back": [
        ("+62234555123", "asterisk"),
        ("+62234555124", "asterisk"),
        ("+62234555123", "twilio"),
    ],
}


@pytest.mark.parametrize("moves", MOVES.values(), ids=MOVES)
def test_a_decision_is_of_no_other_number_and_no_other_stay(
    session: Session, line: Line, moves: list[tuple[str, str]]
) -> None:
    decisions = Residency(session)
    decisions.decide(line, on=True, reason="SK 12", account_id=None, now=factories.NOW)
    for number, provider in moves:
        changed(session, line, number, provider)
    assert not decisions.is_served(line)
    assert decisions.last([line]) == {}
    assert [(one.number, one.on, one.counts) for one in decisions.history(line)] == [
        ("+62234555123", True, False)
    ]
    decisions.decide(line, on=True, reason="SK 13", account_id=None, now=factories.NOW)
    assert decisions.is_served(line)
    assert [one.counts for one in decisions.history(line)] == [True, False]


def test_other_changes_of_a_line_leave_its_decision(session: Session, line: Line) -> None:
    Residency(session).decide(line, on=True, reason="SK 12", account_id=None, now=factories.NOW)
    form = LineForm("0234 555123", provider="twilio", active_until="2030-01-01", texts_for_all=True)
    Agencies(session).change_line(line, form)
    assert Residency(session).is_served(line)


def test_a_change_meanwhile_leaves_the_line_off(database: Database) -> None:
    """Who decides has seen the line as it was; what it became is not what was decided."""
    with database.transaction() as session:
        line = factories.line(session, factories.agency(session), "+62234555123", provider="twilio")
    with database.reading() as session:
        seen = session.get_one(Line, line.id)
        with database.transaction() as other:
            changed(other, other.get_one(Line, line.id), "+62234555124", "twilio")
        Residency(session).decide(seen, on=True, reason="SK 12", account_id=None, now=factories.NOW)
        session.commit()
    with database.reading() as session:
        found = session.get_one(Line, line.id)
        assert not Residency(session).is_served(found)
        assert [one.counts for one in Residency(session).history(found)] == [False]


def test_many_lines_take_one_query(session: Session, line: Line) -> None:
    decisions, lines = Residency(session), [line]
    for n in range(40):
        made = factories.line(session, line.agency, f"+6223455520{n:02}", provider="twilio")
        lines.append(made)
        for on in (n % 3 == 0, n % 2 == 0):
            decisions.decide(made, on=on, reason="SK 12", account_id=None, now=factories.NOW)
    home = factories.line(session, line.agency, "+62234555300")
    statements: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *call: statements.append(call[2]))
    assert decisions.served([*lines, home]) == [*lines[1::2], home]
    assert len(statements) == 1
    assert decisions.served([home]) == [home]
    assert decisions.served([]) == []
    assert len(statements) == 1

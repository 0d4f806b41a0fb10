"""A line on Twilio is served once an administrator has decided so."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from callcenter.models import Line
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


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_decision_needs_a_reason(session: Session, line: Line, reason: str) -> None:
    with pytest.raises(FieldError):
        Residency(session).decide(line, on=True, reason=reason, account_id=None, now=factories.NOW)
    assert not Residency(session).is_served(line)


def test_a_line_on_asterisk_needs_no_decision(session: Session, line: Line) -> None:
    line.provider = "asterisk"
    assert Residency(session).is_served(line)
    with pytest.raises(FieldError, match="not_abroad"):
        Residency(session).decide(line, on=True, reason="SK 12", account_id=None, now=factories.NOW)

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import Officer
from callcenter.services import demo_agencies
from callcenter.services.rehearsal import Rehearsal
from tests import factories
from tests.factories import NOW

ZONE = ZoneInfo("Asia/Jakarta")
CALLER = "08401234567"


def always_on_duty(session: Session, officer: Officer, rung: int = 0) -> None:
    for day in range(7):
        factories.shift(session, officer, day, rung=rung)


def test_the_demonstrations_number_comes_first(database: Database) -> None:
    with database.transaction() as session:
        assert Rehearsal(session, ZONE).number() is None
        agency = factories.agency(session, "aaa")
        factories.line(session, agency, "099").provider = "twilio"  # no telephone here reaches it
        assert Rehearsal(session, ZONE).number() is None
        factories.line(session, agency, "100")
        assert Rehearsal(session, ZONE).number() == "100"
        factories.line(session, factories.agency(session, demo_agencies.POST), "70001")
        assert Rehearsal(session, ZONE).number() == "70001"


def test_who_is_rung_first_is_played(database: Database) -> None:
    with database.transaction() as session:
        agency = factories.agency(session)
        factories.line(session, agency)
        deputy = factories.officer(session, agency, "Deputy")
        primary = factories.officer(session, agency, "Primary", sip_secret="geheim-1")
        off_duty = factories.officer(session, agency, "Off duty")
        always_on_duty(session, deputy, 1)
        always_on_duty(session, primary)
        rehearsal = Rehearsal(session, ZONE)
        role = rehearsal.officer(None, NOW)
        assert role is not None
        assert (role.officer_id, role.endpoint, role.secret) == (
            primary.id,
            f"officer-{primary.id}",
            "geheim-1",
        )
        named = rehearsal.officer(off_duty.id, NOW)
        assert named is not None
        assert named.name == "Off duty"


def test_who_has_no_telephone_is_not_played(database: Database) -> None:
    with database.transaction() as session:
        agency = factories.agency(session)
        factories.line(session, agency)
        mobile = factories.officer(session, agency, sip_secret=None, mobile="+62840111222")
        always_on_duty(session, mobile)
        assert Rehearsal(session, ZONE).officer(None, NOW) is None
        assert Rehearsal(session, ZONE).officer(mobile.id, NOW) is None
        assert Rehearsal(session, ZONE).officer(4711, NOW) is None


def test_a_citizens_call_is_found_by_number_and_time(database: Database) -> None:
    with database.transaction() as session:
        agency = factories.agency(session)
        factories.call(session, agency, caller_number="+628401234567", offered_at=NOW - timedelta(hours=1))
        mine = factories.call(session, agency, caller_number="+628401234567", disposition="recorded")
        ticket = factories.ticket(session, agency, mine)
        other = factories.call(session, agency)
        rehearsal = Rehearsal(session, ZONE)
        trace = rehearsal.call_of_caller(CALLER, NOW - timedelta(minutes=1))
        assert trace is not None
        assert (trace.call_id, trace.disposition) == (mine.id, "recorded")
        assert ticket.number in str(trace)
        nameless = rehearsal.call_of_caller("anonymous", NOW - timedelta(minutes=1))
        assert nameless is not None
        assert nameless.call_id == other.id
        assert rehearsal.call_of_caller(CALLER, NOW + timedelta(minutes=1)) is None


def test_an_officers_call_is_the_one_that_was_answered(database: Database) -> None:
    with database.transaction() as session:
        agency = factories.agency(session)
        officer = factories.officer(session, agency)
        rung, answered = factories.call(session, agency), factories.call(session, agency)
        factories.leg(session, rung, officer)
        factories.leg(session, answered, officer, answered_at=NOW)
        trace = Rehearsal(session, ZONE).call_of_officer(officer.id, NOW - timedelta(minutes=1))
        assert trace is not None
        assert trace.call_id == answered.id
        assert trace.ticket is None

"""Whoever calls whom, however often: what is owed stays one call-back each, and none is lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import (
    Agency,
    Call,
    Disposition,
    NuisanceMark,
    Obligation,
    ObligationCall,
    ObligationStatus,
    Role,
)
from callcenter.services.access import Viewer
from callcenter.services.call_backs import CallBacks
from callcenter.services.escalation import Escalation
from ivr.turns import Connect
from tests import factories
from tests.phone.phone import Clock, Phone
from tests.phone.town import Town, found

ZONE = ZoneInfo("Asia/Jakarta")
SUPERVISOR = Viewer(1, "pengawas", Role.SUPERVISOR)
CALLERS = ("081200000001", "081200000002", "112", "anonymous")
URGENT = timedelta(minutes=5)

acts = st.sampled_from(["gives up", "gives up", "emergency", "talks", "leaves a message", "silent"])
calls = st.tuples(acts, st.sampled_from(CALLERS), st.integers(0, 1))
deeds = st.tuples(
    st.sampled_from(["mark", "unmark", "close", "minutes", "hours"]),
    st.sampled_from(CALLERS),
    st.integers(0, 1),
)


@dataclass
class Regency:
    """Two agencies that share a database and a clock."""

    database: Database
    clock: Clock
    towns: tuple[Town, Town]
    emergencies: dict[int, Call] = field(default_factory=dict)

    def happens(self, what: str, caller: str, where: int) -> None:
        if what in ("minutes", "hours"):
            self.passes(timedelta(minutes=17) if what == "minutes" else timedelta(hours=5))
        elif what in ("mark", "unmark", "close"):
            with self.database.transaction() as session:
                self._decide(session, what, "112" if caller == "112" else f"+62{caller[1:]}")
        else:
            self._call(what, caller, self.towns[where])

    def passes(self, time: timedelta) -> None:
        """Let time pass, and the periodic work be done."""
        self.clock.advance(time.total_seconds())
        with self.database.transaction() as session:
            escalation = Escalation(session, ZONE)
            for one in escalation.late(self.clock()):
                escalation.climb(one, self.clock())
            for one in escalation.unattended(self.clock()):
                escalation.hand_over(one, self.clock())

    def _decide(self, session: Session, what: str, number: str) -> None:
        if what == "close":
            owed = session.scalars(
                select(Obligation).where(
                    Obligation.caller_number == number, Obligation.status == ObligationStatus.OPEN
                )
            ).first()
            if owed:
                CallBacks(session, SUPERVISOR).end(owed.id, ObligationStatus.CLOSED, "x", self.clock())
            return
        session.execute(delete(NuisanceMark).where(NuisanceMark.number == number))
        if what == "mark":
            factories.active_mark(session, number, expires_at=self.clock() + timedelta(days=30))

    def _call(self, what: str, caller: str, town: Town) -> None:
        self.clock.advance(1)
        call = town.dial(caller=caller)
        call.unheard = []
        if what in ("talks", "leaves a message", "silent"):
            _walk(call, {"talks": "1", "leaves a message": "2", "silent": ""}[what])
        if what == "talks" and isinstance(call.waits_for, Connect):
            call.officer_answers(town.officers[0])
        elif what == "leaves a message":
            call.say(9)
        elif what == "emergency":
            call.press("9")
            assert isinstance(call.waits_for, Connect)
            assert call.waits_for.priority == 10
        call.hang_up()
        if what == "emergency":
            kept = town.kept(call)
            self.emergencies[kept.id] = kept


def _walk(call: Phone, key: str) -> None:
    """Come to the main menu in silence, and press a key there, or nothing."""
    call.stay_silent()
    call.unheard = []
    call.stay_silent()
    call.unheard = []
    if key:
        call.press(key)
    else:
        call.stay_silent()
    call.unheard = []


@pytest.fixture
def regency(database: Database, clock: Clock) -> Regency:
    first, second = (found(database, clock, shifts=()), found(database, clock, shifts=()))
    with database.transaction() as session:
        factories.account(session, "pengawas", Role.SUPERVISOR)
        for code in (first.code, second.code):
            agency = session.scalars(select(Agency).where(Agency.code == code)).one()
            officer = factories.officer(session, agency)
            for weekday in range(7):
                factories.shift(session, officer, weekday)
    return Regency(database, clock, (first, second))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(calls | deeds, max_size=12))
def test_what_is_owed_is_one_call_back_each_and_none_is_lost(
    regency: Regency, story: list[tuple[str, str, int]]
) -> None:
    for event in story:
        regency.happens(*event)
        with regency.database.reading() as session:
            _check_open(session)
    with regency.database.reading() as session:
        _check_calls(session)
        _check_emergencies(session, regency)


def _check_open(session: Session) -> None:
    numbers = select(Obligation.caller_number, Obligation.agency_id).where(
        Obligation.status == ObligationStatus.OPEN, Obligation.caller_number.is_not(None)
    )
    assert all(count == 1 for count in Counter(session.execute(numbers).all()).values())


def _check_calls(session: Session) -> None:
    """Each call that asks for one has exactly one, of its own number and agency; no other has."""
    calls = list(session.scalars(select(Call)))
    links = session.execute(select(ObligationCall.call_id, ObligationCall.obligation_id)).all()
    owed_of = dict(links)
    obligations = {owed.id: owed for owed in session.scalars(select(Obligation))}
    assert set(owed_of) == {call.id for call in calls if call.disposition == Disposition.CALL_BACK}
    assert len(owed_of) == len(links)
    for call in calls:
        if call.id in owed_of:
            owed = obligations[owed_of[call.id]]
            assert (owed.caller_number, owed.agency_id) == (call.caller_number, call.agency_id)
    counted = Counter(owed_of.values())
    assert counted == {owed.id: owed.attempts for owed in obligations.values()}


def _check_emergencies(session: Session, regency: Regency) -> None:
    """No mark delays or lowers one, whatever it was joined to."""
    linked = select(ObligationCall.call_id, Obligation).join(
        Obligation, Obligation.id == ObligationCall.obligation_id
    )
    for call_id, owed in session.execute(linked.where(ObligationCall.call_id.in_(regency.emergencies))):
        ended_at = regency.emergencies[call_id].ended_at
        assert ended_at
        assert owed.emergency
        assert not owed.lowered
        assert owed.due_at <= ended_at + URGENT

"""Ringing officers for a citizen who waits with a provider that has no queue members of ours (Twilio).

While a citizen waits the provider asks again and again what they are to hear.
Each time the ladder is looked at anew: whose rung has come and who is not rung
yet is rung, unless somebody who is served earlier may ring them now. An attempt's key tells call, turn, officer and time, so that two who
look at once ring nobody twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Call, Leg, Officer
from callcenter.services.attempts import DECLINED, Attempts, waits
from callcenter.services.calls import Policy, find_call
from callcenter.services.duty import OnDuty
from callcenter.services.ladder import Ladders
from callcenter.services.outbox import Work
from callcenter.services.timeline import Timeline
from callcenter.services.waiting_keys import WaitingKeys
from callcenter.services.waiting_line import Waiting, WaitingLine
from ivr.turns import Connect
from ivr.twilio.names import PROVIDER, Attempt

STEP = 5
"""Seconds after which we want to be asked again at the latest."""

CONNECTING = 1
"""Seconds after which we want to be asked again once somebody has accepted."""

LONGEST_CONNECTING = timedelta(seconds=10)
"""Twice what ``<Dial>`` looks for the citizen: an officer's call whose end nobody told us of is over then."""

DELETE_QUEUE = "delete_queue"


@dataclass(frozen=True, slots=True)
class Wait:
    """How a citizen waits: for so many ``seconds``, or no longer where there are none.

    ``action`` is what they wait in, empty once they are being connected.
    """

    call: Call | None
    seconds: int
    action: Connect | None = None


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A call that is served earlier: in which period of its ladder, and whom it has rung ``before``."""

    period: int
    emergency: bool
    before: Mapping[int | None, Sequence[Leg]]

    def may_ring(self, person: OnDuty) -> bool:
        """Tell whether it may ring an officer now; an emergency may ring anybody at once."""
        is_due = self.emergency or person.rung <= self.period
        return is_due and _may_ring(self.before.get(person.officer_id, ()), self.period)


class Ringing:
    """Rings officers for calls that wait; one instance a transaction."""

    def __init__(self, session: Session, policy: Policy, ring_seconds: int) -> None:
        """A further rung joins every ``ring_seconds``."""
        self._session = session
        self._zone: ZoneInfo = policy.zone
        self._ring_seconds = ring_seconds
        self._attempts = Attempts(session, policy)
        self._line = WaitingLine(session)
        self._keys = WaitingKeys(session, policy)
        self._work = Work(session)

    def wait(self, key: str, number: int, now: datetime) -> Wait:
        """Look at the ladder for the citizen who waits in turn ``number``; ring whose time has come."""
        call = find_call(self._session, PROVIDER, key)
        action = waits(call, number)
        if call is None or action is None:
            return Wait(call, 0)
        if self._keys.asked(call, number):
            return Wait(call, 0)
        legs = self._attempts.of(call, number)
        if self._is_being_connected(legs, now):
            return Wait(call, CONNECTING)
        elapsed = (now - self._attempts.begun(call, number)).total_seconds()
        left = action.timeout - elapsed
        people = self._people(call, action, now)
        if left < 1 or not people:
            self._attempts.stop(legs, now, "no_answer" if people else "cancelled")
            return Wait(call, 0)
        self._ring(call, number, people, elapsed, now)
        boundary = self._ring_seconds - elapsed % self._ring_seconds
        return Wait(call, max(1, int(min(STEP, left, boundary))), action)

    def stop(self, key: str, now: datetime) -> None:
        """Let nobody's telephone ring for a call any more."""
        call = find_call(self._session, PROVIDER, key)
        if call is not None:
            self._attempts.stop(self._session.scalars(select(Leg).where(Leg.call_id == call.id)).all(), now)

    def over(self, key: str, now: datetime) -> None:
        """Let nobody's telephone ring for a call that has ended; owe the end of its queue, which Twilio keeps."""
        call = find_call(self._session, PROVIDER, key)
        if call is not None and Timeline(self._session).of_kind(call, "queued"):
            self.stop(key, now)
            self._work.owe(DELETE_QUEUE, f"queue:{key}:deleted", {"name": key}, now)

    def rung_nobody(self, key: str, number: int) -> bool:
        """Tell that nobody's telephone rang in a turn."""
        call = find_call(self._session, PROVIDER, key)
        return call is None or not self._attempts.of(call, number)

    def _is_being_connected(self, legs: Iterable[Leg], now: datetime) -> bool:
        """Tell that somebody has accepted; who is not connected within some seconds never will be."""
        for leg in legs:
            if leg.accepted_at is None or leg.ended_at is not None:
                continue
            if now - leg.accepted_at < LONGEST_CONNECTING:
                return True
            self._attempts.ended(Attempt.parse(leg.key), "failed", 41, now)
        return False

    def _ring(self, call: Call, number: int, people: Iterable[OnDuty], elapsed: float, now: datetime) -> None:
        period = int(elapsed // self._ring_seconds)
        before = _by_officer(self._attempts.of(call, number))
        due = [
            one for one in people if one.rung <= period and _may_ring(before.get(one.officer_id, ()), period)
        ]
        ahead = self._ahead(call, now) if due else []
        for person in sorted(due, key=lambda one: one.officer_id):  # everybody locks in one order
            if not self._is_busy(person.officer_id) and not any(one.may_ring(person) for one in ahead):
                self._attempts.begin(Attempt(call.key, number, person.officer_id, period), now)

    def _ahead(self, call: Call, now: datetime) -> list[_Ahead]:
        """Tell whose next request, within some seconds, rings officers before a call may."""
        line = [
            one for one in self._line.before(call, now) if one.provider == PROVIDER and _goes_on(one, now)
        ]
        legs: dict[int, list[Leg]] = {}
        for leg in self._session.scalars(select(Leg).where(Leg.call_id.in_([one.call_id for one in line]))):
            legs.setdefault(leg.call_id, []).append(leg)
        return [
            _Ahead(
                period=int((now - one.since).total_seconds() // self._ring_seconds),
                emergency=one.action.emergency,
                before=_by_officer(
                    leg for leg in legs.get(one.call_id, ()) if Attempt.parse(leg.key).turn == one.number
                ),
            )
            for one in line
        ]

    def _is_busy(self, officer_id: int) -> bool:
        """Tell that an officer rings or talks for somebody; one transaction at a time asks."""
        self._session.execute(select(Officer.id).where(Officer.id == officer_id).with_for_update())
        legs = select(Leg.id).join(Call, Call.id == Leg.call_id)
        legs = legs.where(Leg.officer_id == officer_id, Leg.ended_at.is_(None), Call.ended_at.is_(None))
        return self._session.scalar(legs.limit(1)) is not None

    def _people(self, call: Call, action: Connect, now: datetime) -> list[OnDuty]:
        """Tell who can be rung on a mobile; rungs without anybody cost no time."""
        if call.agency_id is None:
            return []
        ladders = Ladders(self._session, self._zone)
        people = ladders.people(call.agency_id, now, emergency=action.emergency)
        return _without_holes([one for one in people if one.has_mobile])


def _may_ring(before: Sequence[Leg], period: int) -> bool:
    """Tell whether an officer may be rung: once a period, not while a leg is open, never after a refusal."""
    return all(
        leg.ended_at is not None and leg.outcome != DECLINED and Attempt.parse(leg.key).time < period
        for leg in before
    )


def _by_officer(legs: Iterable[Leg]) -> dict[int | None, list[Leg]]:
    found: dict[int | None, list[Leg]] = {}
    for leg in legs:
        found.setdefault(leg.officer_id, []).append(leg)
    return found


def _goes_on(waiting: Waiting, now: datetime) -> bool:
    """Tell whether somebody will be asked for again before their time is over."""
    return (now - waiting.since).total_seconds() < waiting.action.timeout - 1


def _without_holes(people: Sequence[OnDuty]) -> list[OnDuty]:
    numbers: Mapping[int, int] = {rung: at for at, rung in enumerate(sorted({one.rung for one in people}))}
    return [replace(one, rung=numbers[one.rung]) for one in people]

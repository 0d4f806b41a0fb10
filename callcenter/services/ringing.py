"""Ringing officers for a citizen who waits with a provider that has no queue members of ours (Twilio).

While a citizen waits the provider asks again and again what they are to hear.
Each time the ladder is looked at anew: whose rung has come and who is not rung
yet is rung. An attempt's key tells call, turn, officer and time, so that two who
look at once ring nobody twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Call, Leg, Officer
from callcenter.services.calls import Policy, find_call
from callcenter.services.duty import OnDuty
from callcenter.services.ladder import Ladders
from callcenter.services.legs import Legs
from callcenter.services.outbox import Work
from callcenter.services.timeline import Timeline
from ivr.codec import turn_from_dict
from ivr.events import OfficerAnswered, OfficerEnded, OfficerRung
from ivr.turns import Connect
from ivr.twilio.names import PROVIDER, Attempt

STEP = 5
"""Seconds after which we want to be asked again at the latest."""

CONNECTING = 1
"""Seconds after which we want to be asked again once somebody has accepted."""

DECLINED = "busy"
"""The outcome of a leg whose officer refused: not rung again for this call."""

RING, HANG_UP, DELETE_QUEUE = "ring_officer", "hang_up_officer", "delete_queue"


@dataclass(frozen=True, slots=True)
class Wait:
    """How a citizen waits: for so many ``seconds``, or no longer where there are none.

    ``elapsed`` is for how many seconds they have waited.
    """

    call: Call | None
    seconds: int
    elapsed: float = 0.0


@dataclass(frozen=True, slots=True)
class Placing:
    """A call to an officer that is to be placed: how long it may ring, in seconds."""

    attempt: Attempt
    to: str
    line: str
    seconds: int


class Ringing:
    """Rings officers for calls that wait; one instance a transaction."""

    def __init__(self, session: Session, policy: Policy, ring_seconds: int) -> None:
        """A further rung joins every ``ring_seconds``."""
        self._session = session
        self._zone: ZoneInfo = policy.zone
        self._ring_seconds = ring_seconds
        self._legs = Legs(session, policy.secret, policy.zone)
        self._work = Work(session)

    def wait(self, key: str, number: int, now: datetime) -> Wait:
        """Look at the ladder for the citizen who waits in turn ``number``; ring whose time has come."""
        call = find_call(self._session, PROVIDER, key)
        action = _waits(call, number)
        if call is None or action is None:
            return Wait(call, 0)
        legs = self._of(call, number)
        if any(leg.answered_at and not leg.ended_at for leg in legs):
            return Wait(call, CONNECTING)
        elapsed = (now - self._begun(call, number)).total_seconds()
        left = action.timeout - elapsed
        people = self._people(call, action, now)
        if left < 1 or not people:
            self._stop(call, legs, now)
            return Wait(call, 0, elapsed)
        self._ring(call, number, people, elapsed, now)
        boundary = self._ring_seconds - elapsed % self._ring_seconds
        return Wait(call, max(1, int(min(STEP, left, boundary))), elapsed)

    def stop(self, key: str, now: datetime) -> None:
        """Let nobody's telephone ring for a call any more."""
        call = find_call(self._session, PROVIDER, key)
        if call is not None:
            self._stop(call, self._session.scalars(select(Leg).where(Leg.call_id == call.id)), now)

    def over(self, key: str, now: datetime) -> None:
        """Let nobody's telephone ring for a call that has ended; owe the end of its queue, which Twilio keeps."""
        call = find_call(self._session, PROVIDER, key)
        if call is not None and Timeline(self._session).of_kind(call, "queued"):
            self.stop(key, now)
            self._work.owe(DELETE_QUEUE, f"queue:{key}:deleted", {"name": key}, now)

    def rung_nobody(self, key: str, number: int) -> bool:
        """Tell that nobody's telephone rang in a turn."""
        call = find_call(self._session, PROVIDER, key)
        return call is None or not self._of(call, number)

    def waiting(self, attempt: Attempt) -> Call | None:
        """Find the call whose citizen an officer may still be connected with."""
        call = find_call(self._session, PROVIDER, attempt.call)
        if call is None or _waits(call, attempt.turn) is None:
            return None
        taken = (leg.answered_at and leg.key != str(attempt) for leg in self._of(call, attempt.turn))
        return None if any(taken) else call

    def accept(self, attempt: Attempt, now: datetime) -> Connect | None:
        """Give the citizen to an officer, unless somebody was quicker or the citizen has gone."""
        call = self.waiting(attempt)
        if call is None:
            return None
        action = _waits(call, attempt.turn)
        event = OfficerAnswered(str(attempt), str(attempt.officer), now)
        self._legs.receive(PROVIDER, attempt.call, event)
        others = [leg for leg in self._of(call, attempt.turn) if leg.key != str(attempt)]
        self._stop(call, others, now)
        return action

    def decline(self, attempt: Attempt, now: datetime) -> None:
        """Note that an officer refused: the ladder goes on without."""
        self.ended(attempt, DECLINED, 21, now)

    def ended(self, attempt: Attempt, outcome: str, cause: int, now: datetime) -> None:
        """Note how an officer's leg ended."""
        event = OfficerEnded(str(attempt), str(attempt.officer), outcome, cause, now)
        if self._leg(attempt) is not None:
            self._legs.receive(PROVIDER, attempt.call, event)

    def to_place(self, attempt: Attempt, now: datetime) -> Placing | None:
        """Tell what is to be placed; ``None`` when it was placed or is of no use any more."""
        leg = self._leg(attempt)
        call = self.waiting(attempt)
        if leg is None or call is None or leg.ended_at or leg.provider_key or call.line is None:
            return None
        officer = self._session.get(Officer, attempt.officer)
        action = _waits(call, attempt.turn)
        if officer is None or not officer.mobile or action is None:
            self.ended(attempt, "unreachable", 20, now)
            return None
        left = action.timeout - (now - self._begun(call, attempt.turn)).total_seconds()
        return Placing(attempt, officer.mobile, call.line.number, max(5, int(left)))

    def placed(self, attempt: Attempt, sid: str) -> bool:
        """Keep which call was placed; false when it is of no use any more and must be hung up."""
        leg = self._leg(attempt)
        if leg is None:
            return False
        leg.provider_key = leg.provider_key or sid
        return leg.ended_at is None and leg.provider_key == sid

    def to_hang_up(self, attempt: Attempt) -> str | None:
        """Tell which of the provider's calls is to be ended."""
        leg = self._leg(attempt)
        return leg.provider_key if leg else None

    def _ring(self, call: Call, number: int, people: Iterable[OnDuty], elapsed: float, now: datetime) -> None:
        period = int(elapsed // self._ring_seconds)
        before: dict[int | None, list[Leg]] = {}
        for leg in self._of(call, number):
            before.setdefault(leg.officer_id, []).append(leg)
        for person in sorted(people, key=lambda one: one.officer_id):  # everybody locks in one order
            if person.rung <= period and _may_ring(before.get(person.officer_id, ()), period):
                self._begin(call, Attempt(call.key, number, person.officer_id, period), now)

    def _begin(self, call: Call, attempt: Attempt, now: datetime) -> None:
        if self._is_busy(attempt.officer):
            return
        self._legs.receive(PROVIDER, call.key, OfficerRung(str(attempt), str(attempt.officer), now))
        self._work.owe(RING, f"ring:{attempt}", {"attempt": str(attempt)}, now)

    def _is_busy(self, officer_id: int) -> bool:
        """Tell that an officer rings or talks for somebody; one transaction at a time asks."""
        self._session.execute(select(Officer.id).where(Officer.id == officer_id).with_for_update())
        legs = select(Leg.id).join(Call, Call.id == Leg.call_id)
        legs = legs.where(Leg.officer_id == officer_id, Leg.ended_at.is_(None), Call.ended_at.is_(None))
        return self._session.scalar(legs.limit(1)) is not None

    def _stop(self, call: Call, legs: Iterable[Leg], now: datetime) -> None:
        for leg in list(legs):
            if leg.ended_at is None and leg.answered_at is None:
                attempt = Attempt.parse(leg.key)
                self.ended(attempt, "cancelled", 26, now)
                self._work.owe(HANG_UP, f"hang-up:{attempt}", {"attempt": str(attempt)}, now)

    def _people(self, call: Call, action: Connect, now: datetime) -> list[OnDuty]:
        """Tell who can be rung on a mobile; rungs without anybody cost no time."""
        if call.agency_id is None:
            return []
        ladders = Ladders(self._session, self._zone)
        people = ladders.people(call.agency_id, now, emergency=action.emergency)
        query = select(Officer.id).where(
            Officer.id.in_([one.officer_id for one in people]),
            Officer.mobile.is_not(None),
            Officer.mobile != "",
        )
        mobile = set(self._session.scalars(query))
        return _without_holes([one for one in people if one.officer_id in mobile])

    def _begun(self, call: Call, number: int) -> datetime:
        queued = Timeline(self._session).of_kind(call, "queued")
        return next(event.at for event in queued if event.key == f"turn:{number}:queued")

    def _of(self, call: Call, number: int) -> Sequence[Leg]:
        prefix = f"{call.key}-{number}-"
        legs = self._session.scalars(select(Leg).where(Leg.call_id == call.id).order_by(Leg.id))
        return [leg for leg in legs if leg.key.startswith(prefix)]

    def _leg(self, attempt: Attempt) -> Leg | None:
        call = find_call(self._session, PROVIDER, attempt.call)
        if call is None:
            return None
        return self._session.scalar(select(Leg).where(Leg.call_id == call.id, Leg.key == str(attempt)))


def _waits(call: Call | None, number: int) -> Connect | None:
    """Give what a citizen waits in, while the turn is still the call's."""
    if call is None or call.ended_at is not None or not call.turn:
        return None
    turn = turn_from_dict(call.turn)
    last = turn.actions[-1]
    return last if turn.number == number and isinstance(last, Connect) else None


def _may_ring(before: Sequence[Leg], period: int) -> bool:
    """Tell whether an officer may be rung: once a period, not while a leg is open, never after a refusal."""
    return all(
        leg.ended_at is not None and leg.outcome != DECLINED and Attempt.parse(leg.key).time < period
        for leg in before
    )


def _without_holes(people: Sequence[OnDuty]) -> list[OnDuty]:
    numbers: Mapping[int, int] = {rung: at for at, rung in enumerate(sorted({one.rung for one in people}))}
    return [replace(one, rung=numbers[one.rung]) for one in people]

"""Attempts to reach an officer by Twilio: placed, accepted, connected, ended; each is a leg of its call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Call, Leg, Officer
from callcenter.services.calls import Policy, find_call
from callcenter.services.legs import Legs
from callcenter.services.outbox import Work
from callcenter.services.timeline import Timeline
from ivr.codec import turn_from_dict
from ivr.events import OfficerAnswered, OfficerEnded, OfficerRung
from ivr.turns import Connect
from ivr.twilio.names import PROVIDER, Attempt

DECLINED = "busy"
"""The outcome of a leg whose officer refused: not rung again for this call."""

CAUSES_OF_STOPPING = {"cancelled": 26, "no_answer": 19}
"""Q.850 causes: somebody else was quicker or the citizen went, or it rang to the end."""

RING, HANG_UP = "ring_officer", "hang_up_officer"


@dataclass(frozen=True, slots=True)
class Placing:
    """A call to an officer that is to be placed: how long it may ring, in seconds."""

    attempt: Attempt
    to: str
    line: str
    seconds: int


class Attempts:
    """The attempts for calls; one instance a transaction."""

    def __init__(self, session: Session, policy: Policy) -> None:
        """Write through ``session``."""
        self._session = session
        self._legs = Legs(session, policy.secret, policy.zone)
        self._work = Work(session)

    def begin(self, attempt: Attempt, now: datetime) -> None:
        """Owe a call to an officer; a second time nothing more."""
        self._legs.receive(PROVIDER, attempt.call, OfficerRung(str(attempt), str(attempt.officer), now))
        self._work.owe(RING, f"ring:{attempt}", {"attempt": str(attempt)}, now)

    def waiting(self, attempt: Attempt) -> Call | None:
        """Find the call whose citizen an officer may still be connected with."""
        call = find_call(self._session, PROVIDER, attempt.call)
        if call is None or waits(call, attempt.turn) is None:
            return None
        others = [leg for leg in self.of(call, attempt.turn) if leg.key != str(attempt)]
        return None if any(leg.accepted_at and not leg.ended_at for leg in others) else call

    def accept(self, attempt: Attempt, now: datetime) -> Connect | None:
        """Give the citizen to an officer, unless somebody was quicker or the citizen has gone."""
        call = self.waiting(attempt)
        if call is None:
            return None
        leg = self._leg(attempt)
        if leg is None or leg.ended_at is not None:
            return None
        leg.accepted_at = leg.accepted_at or now
        others = [one for one in self.of(call, attempt.turn) if one is not leg]
        self.stop(others, now)
        return waits(call, attempt.turn)

    def connected(self, attempt: Attempt, now: datetime) -> None:
        """Note that officer and citizen talk; acceptance alone is not an answer."""
        if self._leg(attempt) is not None:
            event = OfficerAnswered(str(attempt), str(attempt.officer), now)
            self._legs.receive(PROVIDER, attempt.call, event)

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
        action = waits(call, attempt.turn)
        if officer is None or not officer.mobile or action is None:
            self.ended(attempt, "unreachable", 20, now)
            return None
        left = action.timeout - (now - self.begun(call, attempt.turn)).total_seconds()
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

    def stop(self, legs: Iterable[Leg], now: datetime, outcome: str = "cancelled") -> None:
        """Let the telephones of legs ring no more; who talks goes on talking."""
        for leg in list(legs):
            if leg.ended_at is None and leg.answered_at is None:
                attempt = Attempt.parse(leg.key)
                self.ended(attempt, outcome, CAUSES_OF_STOPPING[outcome], now)
                self._work.owe(HANG_UP, f"hang-up:{attempt}", {"attempt": str(attempt)}, now)

    def begun(self, call: Call, number: int) -> datetime:
        """Tell when the citizen began to wait in a turn."""
        queued = Timeline(self._session).of_kind(call, "queued")
        return next(event.at for event in queued if event.key == f"turn:{number}:queued")

    def of(self, call: Call, number: int) -> Sequence[Leg]:
        """Give the attempts of a turn, the first one first."""
        prefix = f"{call.key}-{number}-"
        legs = self._session.scalars(select(Leg).where(Leg.call_id == call.id).order_by(Leg.id))
        return [leg for leg in legs if leg.key.startswith(prefix)]

    def _leg(self, attempt: Attempt) -> Leg | None:
        call = find_call(self._session, PROVIDER, attempt.call)
        if call is None:
            return None
        return self._session.scalar(select(Leg).where(Leg.call_id == call.id, Leg.key == str(attempt)))


def waits(call: Call | None, number: int) -> Connect | None:
    """Give what a citizen waits in, while the turn is still the call's."""
    if call is None or call.ended_at is not None or not call.turn:
        return None
    turn = turn_from_dict(call.turn)
    last = turn.actions[-1]
    return last if turn.number == number and isinstance(last, Connect) else None

"""Who waits for an agency's officers, in the order in which they are served.

At Twilio each citizen waits in a queue of their own, and an agency's lines may be
at several providers: only the call log knows all who wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from callcenter.models import Call, CallEvent, Leg
from ivr.codec import turn_from_dict
from ivr.turns import Connect

MOST = 1000
"""Calls that are looked at: nobody is told a greater number."""

LONGEST = timedelta(hours=1)
"""No turn lets anybody wait so long: older facts are not read."""

BESIDE = timedelta(seconds=30)
"""What a wait takes beside its own seconds: the prompt ahead of it, and the last ring."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call that waits for an officer in its turn ``number``, ``since`` the turn was given."""

    call_id: int
    provider: str
    key: str
    number: int
    since: datetime
    action: Connect

    @property
    def place(self) -> tuple[int, datetime, int]:
        """Sort by the queue's priority (emergencies first, marked numbers last), then by who came earlier."""
        return -self.action.priority, self.since, self.call_id


class WaitingLine:
    """Those who wait for an agency; one instance a transaction."""

    def __init__(self, session: Session) -> None:
        """Read through ``session``."""
        self._session = session

    def of(self, agency_id: int, now: datetime) -> list[Waiting]:
        """Tell who waits, whoever is served first in front."""
        return in_order(self._read(agency_id, now))

    def before(self, call: Call, now: datetime) -> list[Waiting]:
        """Tell who is served before a call that waits; nobody when it does not wait."""
        if call.agency_id is None:
            return []
        line = self.of(call.agency_id, now)
        return line[: next((at for at, one in enumerate(line) if one.call_id == call.id), 0)]

    def _read(self, agency_id: int, now: datetime) -> Iterator[Waiting]:
        """Read open calls whose newest turn put them into a queue, and that nobody has taken."""
        taken = exists().where(
            Leg.call_id == Call.id,
            Leg.ended_at.is_(None),
            or_(Leg.answered_at.is_not(None), Leg.accepted_at.is_not(None)),
        )
        query = (
            select(Call.id, Call.provider, Call.key, Call.turn, CallEvent.key, CallEvent.at)
            .join(CallEvent, CallEvent.call_id == Call.id)
            .where(Call.agency_id == agency_id, Call.ended_at.is_(None), Call.test.is_(False))
            .where(CallEvent.kind == "queued", CallEvent.at > now - LONGEST, ~taken)
            .order_by(CallEvent.at, Call.id)
            .limit(MOST)
        )
        for call_id, provider, key, turn, fact, since in self._session.execute(query):
            waits = waits_in(turn, fact)
            if waits and now - since <= timedelta(seconds=waits[1].timeout) + BESIDE:
                yield Waiting(call_id, provider, key, waits[0], since, waits[1])


def in_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Put those who wait into the order in which they are served."""
    return sorted(waiting, key=lambda one: one.place)


def waits_in(turn: dict[str, Any], fact: str) -> tuple[int, Connect] | None:
    """Give a turn's number and its wait, where the fact ``turn:<n>:queued`` is of just this turn."""
    if not turn:
        return None
    given = turn_from_dict(turn)
    last: object = given.actions[-1]
    return (
        (given.number, last) if fact == f"turn:{given.number}:queued" and isinstance(last, Connect) else None
    )

"""How long a citizen will wait, from how long others did: measured, or not told at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Subquery, select, union_all
from sqlalchemy.orm import Session

from callcenter.models import Call, CallEvent, Leg

WINDOW = timedelta(days=30)
ENOUGH = 20
"""With fewer measured waits nothing is told."""

MOST = 500
"""Waits that are read of the agency, and of all: the newest ones."""

CLASSES = (6, 12, 18, 22)
"""Hours at which the classes of a day begin: morning, afternoon, evening, night (to 6)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How many ``seconds`` a citizen of an agency waited until an officer answered, from ``at`` on."""

    agency_id: int
    at: datetime
    seconds: float


class WaitingTimes:
    """Estimates waits; one instance a transaction."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Read through ``session``; hours are those of ``zone``."""
        self._session = session
        self._zone = zone

    def minutes(self, agency_id: int, now: datetime) -> int | None:
        """Tell in how many minutes an officer of an agency usually answers at this hour, if that is known."""
        return estimate(self._measured(agency_id, now), agency_id, now, self._zone)

    def _measured(self, agency_id: int, now: datetime) -> list[Measured]:
        """Read the newest waits, those of the agency among them, each once."""
        recent = (Call.offered_at > now - WINDOW, Call.offered_at <= now)
        own, everybodys = _waits(*recent, Call.agency_id == agency_id), _waits(*recent)
        both = union_all(select(*own.c), select(*everybodys.c))
        waits: dict[int, Measured] = {}
        for leg_id, owner, queued_at, answered_at in self._session.execute(both):
            one = Measured(owner, queued_at, (answered_at - queued_at).total_seconds())
            if leg_id not in waits or one.seconds < waits[leg_id].seconds:
                waits[leg_id] = one  # who was queued twice waited from the second time on
        return list(waits.values())


def estimate(measured: Sequence[Measured], agency_id: int, at: datetime, zone: ZoneInfo) -> int | None:
    """Give the median wait in whole minutes, at least 1; ``None`` where fewer than :data:`ENOUGH` are known.

    Asked in turn: the agency's in this class of hours, the agency's, all agencies'
    in this class, all agencies'.
    """
    own = [one for one in measured if one.agency_id == agency_id]
    for some in (own, measured):
        same = [one for one in some if hours_of(one.at, zone) == hours_of(at, zone)]
        for waits in (same, some):
            if len(waits) >= ENOUGH:
                return max(1, int(median(one.seconds for one in waits) / 60 + 0.5))
    return None


def hours_of(at: datetime, zone: ZoneInfo) -> int:
    """Tell in which class of :data:`CLASSES` an hour is; the night's goes over midnight."""
    hour = at.astimezone(zone).hour
    return sum(begins <= hour for begins in CLASSES) % len(CLASSES)


def _waits(*of: ColumnElement[bool]) -> Subquery:
    """Select the newest waits of ordinary calls that an officer answered."""
    return (
        select(Leg.id, Call.agency_id, CallEvent.at, Leg.answered_at)
        .join(Call, Call.id == Leg.call_id)
        .join(CallEvent, CallEvent.call_id == Call.id)
        .where(*of, Call.test.is_(False), Call.emergency.is_(False), Call.agency_id.is_not(None))
        .where(CallEvent.kind == "queued", Leg.answered_at >= CallEvent.at)
        .order_by(Call.offered_at.desc(), Leg.id)
        .limit(MOST)
        .subquery()
    )

"""Who carries how much duty, and who could stand in with the least on their shoulders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Officer
from callcenter.roster.burden import Burden, Measure, burdens
from callcenter.roster.resolver import second
from callcenter.roster.wall import wall_of
from callcenter.services.deadlines import holidays_between
from callcenter.services.rosters import Rosters

AROUND = timedelta(days=28)
"""Duty this long before and behind a time tells who is due for some."""
NIGHT = time(22), time(6)


@dataclass(frozen=True, slots=True)
class Share:
    """An officer and the duty planned for them."""

    officer_id: int
    name: str
    burden: Burden


class Fairness:
    """The shares of an agency's active officers."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Read through ``session``; nights and weekends are those of ``zone``."""
        self._session = session
        self._zone = zone

    def shares(self, agency_id: int, starts: datetime, ends: datetime) -> list[Share]:
        """Tell each officer's duty in [starts, ends), the most first; who has none comes last."""
        officers = self._officers(agency_id)
        first, last = second(starts), second(ends)
        plan = Rosters(self._session).plan(agency_id, self._zone.key, first, last)
        days = starts.astimezone(self._zone).date(), ends.astimezone(self._zone).date()
        measure = Measure(*NIGHT, holidays_between(*days))
        carried = burdens(plan.spans(first, last, officers), wall_of(self._zone.key), measure)
        by_id = {plan.people[name]: burden for name, burden in carried.items()}
        found = [Share(one, name, by_id.get(one, Burden())) for one, name in officers.items()]
        return sorted(found, key=lambda share: (-share.burden.whole, share.name))

    def substitutes(self, agency_id: int, officer_id: int, starts: datetime, ends: datetime) -> list[Share]:
        """List who is free whenever the officer would be on duty in [starts, ends), the least burdened first.

        Nights, weekends and holidays count by themselves where the hours are equal.
        """
        busy = self._busy_beside(agency_id, officer_id, starts, ends)
        shares = self.shares(agency_id, starts - AROUND, ends + AROUND)
        free = [share for share in shares if share.officer_id not in busy]
        return sorted(free, key=_weight)

    def _busy_beside(self, agency_id: int, officer_id: int, starts: datetime, ends: datetime) -> set[int]:
        """Tell who is on duty at the same time as the officer, or away: themselves among them."""
        first, last = second(starts), second(ends)
        plan = Rosters(self._session).plan(agency_id, self._zone.key, first, last)
        busy = {officer_id}
        for span in plan.spans(first, last, self._officers(agency_id)):
            together = {plan.people[one.who] for one in span.people}
            if officer_id in together:
                busy |= together
        return busy | plan.away(first, last)

    def _officers(self, agency_id: int) -> dict[int, str]:
        query = select(Officer.id, Officer.name).where(Officer.agency_id == agency_id, Officer.active)
        return {officer_id: name for officer_id, name in self._session.execute(query.order_by(Officer.name))}


def _weight(share: Share) -> tuple[int, int, str]:
    burden = share.burden
    return burden.whole, burden.nights + burden.weekends + burden.holidays, share.name

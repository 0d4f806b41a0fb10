"""Each day's balance: offered = answered + recorded + call-back + discarded, and what is still up.

A call that only the exchange knows counts as offered and as nothing else, and
so does one that ended without an outcome: the day does not add up until it is
mended. The system's own test calls never count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from callcenter.models import Call, Difference, Disposition
from callcenter.services.access import Viewer
from callcenter.services.comparison import Kind
from callcenter.services.listing import ONGOING, UNDECIDED

_NOT_LOGGED = "unlogged"


@dataclass(frozen=True, slots=True)
class Balance:
    """What became of the calls of some days."""

    offered: int = 0
    answered: int = 0
    recorded: int = 0
    call_back: int = 0
    discarded: int = 0
    ongoing: int = 0
    undecided: int = 0
    """Calls that are over and have no outcome."""
    differences: int = 0
    """Open differences between the log and the exchange's records."""

    @property
    def missing(self) -> int:
        """How many calls the outcomes do not account for: 0 when the balance is kept."""
        known = self.answered + self.recorded + self.call_back + self.discarded + self.ongoing
        return self.offered - known

    @property
    def unlogged(self) -> int:
        """How many of those only the exchange knows."""
        return self.missing - self.undecided

    @property
    def is_kept(self) -> bool:
        """Tell that it adds up and that the exchange agrees."""
        return not self.missing and not self.differences

    def __add__(self, other: Balance) -> Balance:
        """Add up two balances."""
        return Balance(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the instance's zone."""

    day: date
    balance: Balance


class Balances:
    """The balances one viewer may see."""

    def __init__(self, session: Session, viewer: Viewer, zone: tzinfo) -> None:
        """Read through ``session`` what ``viewer`` may see; days are those of ``zone``."""
        self._session = session
        self._viewer = viewer
        self._zone = zone

    def days(self, first: date, last: date, agency_id: int | None = None) -> list[Day]:
        """Give each day from ``first`` to ``last``, the newest first."""
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        calls = self._calls(days, agency_id)
        differing = self._differing(days, agency_id)
        found = (Day(day, _balance(calls.get(at, {}), differing.get(at, {}))) for at, day in enumerate(days))
        return list(found)[::-1]

    def _calls(self, days: Sequence[date], agency_id: int | None) -> dict[int, dict[str, int]]:
        """Count calls by day and outcome."""
        state = case((Call.ended_at.is_(None), ONGOING), else_=func.coalesce(Call.disposition, UNDECIDED))
        query = select(self._number(Call.offered_at, days), state.label("state"), Call.id.label("row"))
        return self._counts(self._within(query.where(~Call.test), Call.offered_at, days), agency_id)

    def _differing(self, days: Sequence[date], agency_id: int | None) -> dict[int, dict[str, int]]:
        """Count open differences by day; those of calls that are not logged apart."""
        unlogged = (Difference.kind == Kind.NOT_LOGGED) & Difference.call_id.is_(None)
        state = case((unlogged, _NOT_LOGGED), else_="differs")
        query = select(self._number(Difference.at, days), state.label("state"), Difference.id.label("row"))
        query = query.outerjoin(Difference.call).where(Difference.resolved_at.is_(None))
        query = query.where(Call.id.is_(None) | ~Call.test)
        return self._counts(self._within(query, Difference.at, days), agency_id)

    def _counts(self, query: Select[Any], agency_id: int | None) -> dict[int, dict[str, int]]:
        query = self._viewer.narrow(query, Call.agency_id)
        if agency_id is not None:
            query = query.where(Call.agency_id == agency_id)
        rows = query.subquery()  # PostgreSQL does not see that two `case` with parameters are the same one
        counted = select(rows.c.day, rows.c.state, func.count()).group_by(rows.c.day, rows.c.state)
        found: dict[int, dict[str, int]] = {}
        for day, state, number in self._session.execute(counted):
            found.setdefault(day, {})[state] = number
        return found

    def _number(self, column: InstrumentedAttribute[datetime], days: Sequence[date]) -> ColumnElement[int]:
        """Give a day's place among ``days``: SQL that every database knows, whatever the zone."""
        ends = ((column < self._midnight(day + timedelta(days=1)), at) for at, day in enumerate(days))
        return case(*ends).label("day")

    def _within(
        self, query: Select[Any], column: InstrumentedAttribute[datetime], days: Sequence[date]
    ) -> Select[Any]:
        end = self._midnight(days[-1] + timedelta(days=1))
        return query.where(column >= self._midnight(days[0]), column < end)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone)


def total(days: Sequence[Day]) -> Balance:
    """Add up days."""
    return sum((day.balance for day in days), Balance())


def _balance(calls: Mapping[str, int], differing: Mapping[str, int]) -> Balance:
    outcomes = {str(one): calls.get(one, 0) for one in Disposition}
    return Balance(
        offered=sum(calls.values()) + differing.get(_NOT_LOGGED, 0),
        ongoing=calls.get(ONGOING, 0),
        undecided=calls.get(UNDECIDED, 0),
        differences=sum(differing.values()),
        **outcomes,
    )

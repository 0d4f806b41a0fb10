"""The monthly sheet of an agency's duty (rekap jaga bulanan): what the duty allowance is paid by.

It is made of sealed records; a day that is not sealed yet has its plan alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Officer
from callcenter.roster.burden import Burden, Measure, burdens
from callcenter.roster.plan import Role
from callcenter.roster.resolver import Span, second
from callcenter.roster.stack import OnDuty
from callcenter.roster.wall import wall_of
from callcenter.services.access import NotVisibleError, Viewer, possible_id
from callcenter.services.day_content import Plan, Rung, Turn
from callcenter.services.day_plan import DAY, DayPlans
from callcenter.services.deadlines import holidays_between
from callcenter.services.duty_chain import DutyChain, Sealed
from callcenter.services.fairness import NIGHT

_NOTHING = Rung({}, 0)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """An officer's month: the duty planned, and what happened on the sealed days."""

    officer_id: int
    name: str
    planned: Burden
    rung: int
    answered: int
    missed: int
    talk_seconds: int
    notes: int


@dataclass(frozen=True, slots=True)
class SheetDay:
    """A day of the sheet; ``sealed`` is ``None`` while it has its plan alone."""

    day: date
    plan: Plan
    sealed: Sealed | None
    is_holiday: bool

    @property
    def calls(self) -> int:
        """How many calls were offered, as far as it is sealed."""
        return sum(self.sealed.content.facts.calls.values()) if self.sealed else 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """An agency's month."""

    agency: Agency
    first: date
    made_at: datetime
    """In the instance's zone."""
    rows: Sequence[SheetRow]
    days: Sequence[SheetDay]
    names: Mapping[int, str]
    """Of everybody on it: as they were called when the day was sealed, the last one counts."""

    @property
    def unsealed(self) -> int:
        """How many days have their plan alone."""
        return sum(day.sealed is None for day in self.days)

    @property
    def uncovered_seconds(self) -> int:
        """How long nobody was planned."""
        return sum(day.plan.uncovered_seconds for day in self.days)

    @property
    def chain_hash(self) -> str | None:
        """The hash of the last record that it is made of: with it, all before are fixed."""
        sealed = [day.sealed.record for day in self.days if day.sealed]
        return max(sealed, key=lambda record: record.id).sha256 if sealed else None


class DutySheets:
    """The monthly sheets that one viewer may see."""

    def __init__(self, session: Session, viewer: Viewer, zone: ZoneInfo) -> None:
        """Read through ``session``; days are those of ``zone``."""
        self._session = session
        self._viewer = viewer
        self._zone = zone

    def sheet(self, agency_id: int, first: date, now: datetime) -> Sheet:
        """Make the sheet of the month that begins on ``first``; raises ``NotVisibleError``."""
        query = select(Agency).where(Agency.id == possible_id(agency_id))
        agency = self._session.scalar(self._viewer.narrow(query, Agency.id))
        if agency is None:
            raise NotVisibleError(f"agency {agency_id}")
        return self._sheet(agency, first, now)

    def _sheet(self, agency: Agency, first: date, now: datetime) -> Sheet:
        days = self._days(agency.id, first)
        names = self._names(days)
        planned = self._planned(days)
        rows = [_row(one, name, days, planned.get(one, Burden())) for one, name in names.items()]
        ordered = sorted(rows, key=lambda row: (row.name, row.officer_id))
        return Sheet(agency, first, now.astimezone(self._zone), ordered, days, names)

    def _days(self, agency_id: int, first: date) -> list[SheetDay]:
        last = (first + 31 * DAY).replace(day=1) - DAY
        sealed = DutyChain(self._session, agency_id).days(first, last)
        plans = DayPlans(self._session, self._zone)
        holidays = holidays_between(first, last)
        found = []
        for day in (first + number * DAY for number in range(last.day)):
            record = sealed.get(day)
            plan = record.content.plan if record else plans.plan(agency_id, day)
            found.append(SheetDay(day, plan, record, day in holidays))
        return found

    def _names(self, days: Sequence[SheetDay]) -> dict[int, str]:
        officers = {post.officer for day in days for turn in day.plan.turns for post in turn.people}
        names: dict[int, str] = {}
        for content in (day.sealed.content for day in days if day.sealed):
            officers |= set(content.facts.officers)
            names.update(content.names)
        query = select(Officer.id, Officer.name).where(Officer.id.in_(officers - set(names)))
        known = {one: name for one, name in self._session.execute(query)} | names
        return {one: known[one] for one in officers}

    def _planned(self, days: Sequence[SheetDay]) -> dict[int, Burden]:
        spans = [_span(turn) for day in days for turn in day.plan.turns]
        measure = Measure(*NIGHT, frozenset(day.day for day in days if day.is_holiday))
        carried = burdens(spans, wall_of(self._zone.key), measure)
        return {int(who): burden for who, burden in carried.items()}


def _row(officer: int, name: str, days: Sequence[SheetDay], planned: Burden) -> SheetRow:
    facts = [day.sealed.content.facts for day in days if day.sealed]
    rung = [one.officers.get(officer, _NOTHING) for one in facts]
    return SheetRow(
        officer,
        name,
        planned,
        sum(one.times for one in rung),
        sum(one.answered for one in rung),
        sum(one.missed for one in rung),
        sum(one.talk_seconds for one in rung),
        sum(note.officer == officer for one in facts for note in one.notes),
    )


def _span(turn: Turn) -> Span:
    people = tuple(OnDuty(str(post.officer), Role(post.role)) for post in turn.people)
    return Span(second(turn.starts), second(turn.ends), people)

"""Duty as people look at it: a month of an agency, everybody who is on duty now, somebody's own duties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from callcenter.models import Agency, ChangeKind, ChangeStatus, DutyChange, DutyReminder, Officer
from callcenter.roster.resolver import Span, second
from callcenter.services.access import NotVisibleError, Viewer, possible_id
from callcenter.services.changes import Changes
from callcenter.services.duty import Duty, OnDuty
from callcenter.services.duty_work import LONGEST, DutyWork, Interval
from callcenter.services.fairness import Fairness, Share
from callcenter.services.ladder import Cover, Ladders
from callcenter.services.reminders import Reminders
from callcenter.services.rosters import Planned, Rosters

DAY = timedelta(days=1)
AHEAD = timedelta(days=60)
"""How far one's own duties are shown."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is on duty; ``rung`` 0 is rung first."""

    officer_id: int
    name: str
    rung: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a day in which the same people are on duty, or nobody."""

    starts: datetime
    ends: datetime
    people: Sequence[Person]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar."""

    day: date
    in_month: bool
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Month:
    """An agency's month, in whole weeks from Monday on."""

    agency: Agency
    first: date
    weeks: Sequence[Sequence[Day]]
    officers: Sequence[Officer]
    shares: Sequence[Share]
    changes: Sequence[DutyChange]
    names: Mapping[int, str]
    """Of everybody a change names, also of who has left."""

    @property
    def before(self) -> date:
        """The month before it."""
        return (self.first - DAY).replace(day=1)

    @property
    def after(self) -> date:
        """The month behind it."""
        return (self.first + 31 * DAY).replace(day=1)


@dataclass(frozen=True, slots=True)
class Week:
    """An agency's week, from Monday on."""

    agency: Agency
    first: date
    days: Sequence[Day]
    officers: Sequence[Officer]

    @property
    def before(self) -> date:
        """The Monday before it."""
        return self.first - 7 * DAY

    @property
    def after(self) -> date:
        """The Monday behind it."""
        return self.first + 7 * DAY


@dataclass(frozen=True, slots=True)
class Now:
    """Who is on duty for an agency now."""

    agency: Agency
    people: Sequence[OnDuty]
    cover: Cover | None = None
    """Who answers in its place while nobody is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A swap that is asked for, and what of it is still to be taken."""

    change: DutyChange
    name: str
    left: Sequence[Interval]


@dataclass(frozen=True, slots=True)
class Mine:
    """An officer's own duties to come, and the swaps asked for in the agency."""

    officer: Officer
    duties: Sequence[tuple[datetime, datetime, int]]
    asked: Sequence[Asked]
    reminders: Sequence[DutyReminder]


class DutyCalendar:
    """What one viewer sees of duty."""

    def __init__(self, session: Session, viewer: Viewer, zone: ZoneInfo) -> None:
        """Read through ``session``; days are those of ``zone``."""
        self._session = session
        self._viewer = viewer
        self._zone = zone

    def now(self, search: str, at: datetime) -> list[Now]:
        """List every agency that exists at ``at`` and may be seen; those with nobody on duty come first."""
        today = at.astimezone(self._zone).date()
        query = select(Agency).where(Agency.active_from <= today)
        query = query.where(or_(Agency.active_until.is_(None), Agency.active_until > today))
        for word in search.split():
            query = query.where(
                or_(
                    Agency.name.icontains(word, autoescape=True), Agency.code.icontains(word, autoescape=True)
                )
            )
        agencies = self._session.scalars(self._viewer.narrow(query.order_by(Agency.name), Agency.id)).all()
        people = Duty(self._session, self._zone).everywhere(at)
        covers = Ladders(self._session, self._zone).covers(at)
        found = [Now(one, people.get(one.id, ()), covers.get(one.id)) for one in agencies]
        return sorted(found, key=lambda one: bool(one.people))

    def month(self, agency_id: int, first: date) -> Month:
        """Show the month that begins on ``first``; raises ``NotVisibleError``."""
        agency = self._agency(agency_id)
        monday = first - first.weekday() * DAY
        after = (first + 31 * DAY).replace(day=1)
        days = -(-((after - monday).days) // 7) * 7
        officers = self._officers(agency.id)
        all_days = self._days(agency.id, monday, days, officers, first.month)
        return Month(
            agency,
            first,
            [all_days[number : number + 7] for number in range(0, days, 7)],
            [one for one in officers if one.active],
            Fairness(self._session, self._zone).shares(
                agency.id, self._midnight(first), self._midnight(after)
            ),
            Changes(self._session).of_agency(
                agency.id, self._midnight(monday), self._midnight(monday + days * DAY)
            ),
            {one.id: one.name for one in officers},
        )

    def week(self, agency_id: int, monday: date) -> Week:
        """Show the week that begins on ``monday``; raises ``NotVisibleError``."""
        agency = self._agency(agency_id)
        officers = self._officers(agency.id)
        days = self._days(agency.id, monday, 7, officers)
        return Week(agency, monday, days, [one for one in officers if one.active])

    def substitutes(self, agency_id: int, officer_id: int, starts: datetime, ends: datetime) -> list[Share]:
        """Propose who stands in for an officer; nobody for what is no interval, or too long a one."""
        agency = self._agency(agency_id)
        if not timedelta() < ends - starts <= LONGEST:
            return []
        return Fairness(self._session, self._zone).substitutes(agency.id, officer_id, starts, ends)

    def mine(self, at: datetime) -> Mine | None:
        """Show the viewer's own duties; ``None`` for who is no officer."""
        officer = self._session.get(Officer, self._viewer.officer_id or 0)
        if officer is None:
            return None
        starts, ends = second(at), second(at + AHEAD)
        plan = Rosters(self._session).plan(officer.agency_id, self._zone.key, starts, ends)
        duties = [(begins, over, role.rung) for begins, over, role in plan.duties(officer.id, starts, ends)]
        reminders = Reminders(self._session, self._zone).of_officer(officer.id, at)
        return Mine(officer, duties, self._asked(officer.agency_id, at), reminders)

    def _asked(self, agency_id: int, at: datetime) -> list[Asked]:
        query = select(DutyChange).options(joinedload(DutyChange.agency))
        query = query.where(
            DutyChange.agency_id == agency_id,
            DutyChange.kind == ChangeKind.ASK,
            DutyChange.status == ChangeStatus.OPEN,
            DutyChange.ends > at,
        ).order_by(DutyChange.starts)
        names = {one.id: one.name for one in self._officers(agency_id)}
        work = DutyWork(self._session, self._viewer, self._zone)
        return [
            Asked(ask, names[ask.instead_of[0]], [one for one in work.left(ask) if one[1] > at])
            for ask in self._session.scalars(query)
        ]

    def _days(
        self, agency_id: int, first: date, count: int, officers: Iterable[Officer], month: int | None = None
    ) -> list[Day]:
        """Give ``count`` days from ``first`` on; those of another month than ``month`` are marked."""
        starts, ends = self._midnight(first), self._midnight(first + count * DAY)
        pieces = self._pieces(agency_id, starts, ends, {one.id: one.name for one in officers if one.active})
        return [
            Day(day, month in (None, day.month), [piece for piece in pieces if self._is_of(piece, day)])
            for day in (first + number * DAY for number in range(count))
        ]

    def _pieces(
        self, agency_id: int, starts: datetime, ends: datetime, names: Mapping[int, str]
    ) -> list[Piece]:
        first, last = second(starts), second(ends)
        plan = Rosters(self._session).plan(agency_id, self._zone.key, first, last)
        return [piece for span in plan.spans(first, last, names) for piece in self._by_day(span, plan, names)]

    def _by_day(self, span: Span, plan: Planned, names: Mapping[int, str]) -> Iterable[Piece]:
        """Cut a span at midnights."""
        people = [
            Person(plan.people[one.who], names[plan.people[one.who]], one.role.rung) for one in span.people
        ]
        starts, ends = _instant(span.starts), _instant(span.ends)
        cuts = [starts]
        while (midnight := self._midnight(cuts[-1].astimezone(self._zone).date() + DAY)) < ends:
            cuts.append(midnight)
        for begins, over in pairwise([*cuts, ends]):
            yield Piece(begins, over, people)

    def _is_of(self, piece: Piece, day: date) -> bool:
        return piece.starts.astimezone(self._zone).date() == day

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone).astimezone(UTC)

    def _officers(self, agency_id: int) -> Sequence[Officer]:
        query = select(Officer).where(Officer.agency_id == agency_id).order_by(Officer.name, Officer.id)
        return self._session.scalars(query).all()

    def _agency(self, agency_id: int) -> Agency:
        query = select(Agency).where(Agency.id == possible_id(agency_id))
        agency = self._session.scalar(self._viewer.narrow(query, Agency.id))
        if agency is None:
            raise NotVisibleError(f"agency {agency_id}")
        return agency


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

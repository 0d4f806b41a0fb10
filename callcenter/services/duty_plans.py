"""One-off plans for a period, laid over what an agency follows: looked at first, then published."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Officer, RosterVersion, Shift
from callcenter.roster import plan
from callcenter.roster.document import read
from callcenter.roster.plan import Layer, Role, Roster, Shifts, Temporary
from callcenter.roster.resolver import Resolver, second
from callcenter.roster.stack import POSITION
from callcenter.roster.writing import document
from callcenter.services.changes import Changes
from callcenter.services.duty_rows import DutyRow, Period
from callcenter.services.fields import FieldError
from callcenter.services.rosters import Planned, Rosters, with_holidays
from callcenter.services.weekly import ROLES, weekly_roster

Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a plan would come to, changes and leave counted in."""

    starts: datetime
    ends: datetime
    gaps: Sequence[Interval]
    """When nobody would be on duty."""
    hours: Sequence[tuple[str, float]]
    """Hours of duty by officer, the most first."""
    away: Sequence[DutyRow] = ()
    """Rows of people who are on leave at some time of it."""
    cut: Sequence[DutyRow] = ()
    """Rows that go on behind the period, where the plan ends."""
    joins_rungs: bool = False
    """Whether a weekly plan's rungs below the second deputy become one."""


class DutyPlans:
    """Plans of agencies for a period."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Work inside the caller's transaction; rows hang on the clocks of ``zone``."""
        self._session = session
        self._zone = zone

    def publish(
        self,
        agency: Agency,
        rows: Sequence[DutyRow],
        period: Period,
        reason: str,
        account_id: int | None,
        now: datetime,
    ) -> RosterVersion:
        """Put rows in force for a period, in place of whatever the agency follows then.

        What has been stays as it was: the period begins now at the earliest.
        Raises ``FieldError`` for a period that is over, ``DocumentError`` without a reason.
        """
        self._session.execute(select(Agency.id).where(Agency.id == agency.id).with_for_update())
        roster, known = self._composed(agency, rows, period, now)
        text = json.dumps(document(roster), ensure_ascii=False)
        return Rosters(self._session).use(agency, text, reason, account_id, now, known)

    def outlook(self, agency: Agency, rows: Sequence[DutyRow], period: Period, now: datetime) -> Outlook:
        """Tell what publishing these rows would come to; raises ``FieldError`` for a period that is over."""
        roster, known = self._composed(agency, rows, period, now)
        last = period.bounds(self._zone)[1]
        planned, found = self._look(Planned(agency.id, Resolver(with_holidays(roster)), known), period, now)
        return replace(
            found,
            away=[row for row in rows if row.officer_id in planned.away(*self._seconds(row))],
            cut=[row for row in rows if self._aware(row.ends) > last],
            joins_rungs=self._joins_rungs(agency),
        )

    def outlook_of(self, planned: Planned, period: Period, now: datetime) -> Outlook:
        """Tell what a whole roster would come to in a period."""
        return self._look(planned, period, now)[1]

    def _look(self, planned: Planned, period: Period, now: datetime) -> tuple[Planned, Outlook]:
        starts, ends = self._interval(period, now)
        bounds = second(starts), second(ends)
        changes = Changes(self._session).between(*bounds, planned.agency_id)
        planned = planned.changed(changes.get(planned.agency_id, ()))
        names = self._officers(planned.agency_id)
        gaps: list[Interval] = []
        seconds: Counter[int] = Counter()
        for span in planned.spans(*bounds, names):
            if not span.people:
                gaps.append((_instant(span.starts), _instant(span.ends)))
            seconds.update({planned.people[one.who]: span.ends - span.starts for one in span.people})
        hours = [(names[officer_id], spent / 3600) for officer_id, spent in seconds.most_common()]
        return planned, Outlook(starts, ends, gaps, hours)

    def _composed(
        self, agency: Agency, rows: Sequence[DutyRow], period: Period, now: datetime
    ) -> tuple[Roster, dict[str, int]]:
        """Lay the rows over the agency's present roster; tell whom its names mean."""
        roster, known = self._present(agency)
        names = labels(known, {row.officer_id: row.name for row in rows})
        starts, ends = self._interval(period, now)
        here = [self._on_clocks_of(row, roster.zone) for row in rows]
        kept = [piece for one in roster.temporary for piece in _without(one, starts, ends)]
        laid = Temporary(starts, ends, layers_of([row for row in here if row.starts < row.ends], names))
        people = known | {name: officer_id for officer_id, name in names.items()}
        return replace(roster, temporary=(*kept, laid)), people

    def _present(self, agency: Agency) -> tuple[Roster, dict[str, int]]:
        version = Rosters(self._session).current(agency.id)
        if version is not None and version.document is not None:
            return read(version.document), dict(version.people)
        shifts = self._shifts(agency)
        names = labels({}, {shift.officer_id: shift.officer.name for shift in shifts})
        roster = weekly_roster(shifts, self._zone.key, names.__getitem__)
        return roster, {name: officer_id for officer_id, name in names.items()}

    def _joins_rungs(self, agency: Agency) -> bool:
        follows_week = not Rosters(self._session).has_own(agency.id)
        return follows_week and any(shift.rung >= len(ROLES) for shift in self._shifts(agency))

    def _shifts(self, agency: Agency) -> Sequence[Shift]:
        query = select(Shift).join(Officer, Officer.id == Shift.officer_id)
        query = query.where(Shift.agency_id == agency.id, Officer.active)
        return self._session.scalars(query.order_by(Shift.rung, Shift.officer_id, Shift.id)).all()

    def _interval(self, period: Period, now: datetime) -> Interval:
        starts, ends = (at.astimezone(self._zone) for at in period.bounds(self._zone))
        starts = max(starts, now.astimezone(self._zone).replace(microsecond=0))
        if starts >= ends:
            raise FieldError("last_day", "past", period.last.isoformat())
        return starts, ends

    def _officers(self, agency_id: int) -> dict[int, str]:
        query = select(Officer.id, Officer.name).where(Officer.agency_id == agency_id, Officer.active)
        return {officer_id: name for officer_id, name in self._session.execute(query)}

    def _on_clocks_of(self, row: DutyRow, zone: str) -> DutyRow:
        """Move a row to the clocks that a roster's shifts hang on."""
        if zone == self._zone.key:
            return row
        starts, ends = (
            self._aware(at).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at in (row.starts, row.ends)
        )
        return replace(row, starts=starts, ends=ends)

    def _seconds(self, row: DutyRow) -> tuple[int, int]:
        return second(self._aware(row.starts)), second(self._aware(row.ends))

    def _aware(self, at: datetime) -> datetime:
        return at.replace(tzinfo=self._zone)


def layers_of(rows: Sequence[DutyRow], names: Mapping[int, str]) -> tuple[Layer, ...]:
    """Write rows as shifts, one layer a role; raises ``ValueError`` for too many at once."""
    found = []
    for role in Role:
        shifts = tuple(
            plan.Shift(row.starts, row.ends, (plan.Member(names[row.officer_id]),))
            for row in rows
            if row.role is role
        )
        found += [Layer("", Shifts(shifts), role)] if shifts else []
    return tuple(found)


def labels(known: Mapping[str, int], officers: Mapping[int, str]) -> dict[int, str]:
    """Give each officer a name of their own in a roster: the known one, else theirs where it is free."""
    found = {officer_id: name for name, officer_id in known.items()}
    taken = set(known)
    for officer_id, name in officers.items():
        if officer_id not in found:
            free = name not in taken and not name.startswith(POSITION)
            found[officer_id] = name if free else f"#{officer_id} {name}"
            taken.add(found[officer_id])
    return found


def _without(older: Temporary, starts: datetime, ends: datetime) -> Iterator[Temporary]:
    """Give what of an older temporary roster lies outside of [starts, ends)."""
    if older.starts < starts:
        yield replace(older, ends=min(older.ends, starts))
    if older.ends > ends:
        yield replace(older, starts=max(older.starts, ends))


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

"""Who was to be on duty in an interval, as it was planned then."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Line, Officer
from callcenter.roster.plan import Role
from callcenter.roster.resolver import Span, second
from callcenter.services.changes import Change, Changes
from callcenter.services.day_content import Changed, Plan, Post, Turn
from callcenter.services.line_checks import active_lines
from callcenter.services.rosters import Planned, Rosters, Stretch

DAY = timedelta(days=1)


class DayPlans:
    """The plans of agencies' days."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Read through ``session``; days are those of ``zone``."""
        self._session = session
        self._zone = zone

    def plan(self, agency_id: int, day: date) -> Plan:
        """Give a day's plan: rosters and changes of then, weekly shifts and active officers of now."""
        starts, ends = self.bounds(day)
        changes = Changes(self._session).between(second(starts), second(ends), agency_id).get(agency_id, [])
        turns = self._turns(agency_id, starts, ends, changes)
        return Plan(turns, [self._changed(one) for one in changes], self._has_line(agency_id, day))

    def bounds(self, day: date) -> tuple[datetime, datetime]:
        """Give the first moment of a day, and the first one after it."""
        starts, ends = (datetime.combine(one, time(), self._zone) for one in (day, day + DAY))
        return starts.astimezone(UTC), ends.astimezone(UTC)

    def turns(self, agency_id: int, starts: datetime, ends: datetime) -> list[Turn]:
        """Cut [starts, ends) where who was planned changes."""
        changes = Changes(self._session).between(second(starts), second(ends), agency_id).get(agency_id, [])
        return self._turns(agency_id, starts, ends, changes)

    def _turns(
        self, agency_id: int, starts: datetime, ends: datetime, changes: Sequence[Change]
    ) -> list[Turn]:
        active = self._active(agency_id)
        stretches = Rosters(self._session).as_it_was(agency_id, self._zone.key, second(starts), second(ends))
        found: list[Turn] = []
        for turn in (turn for one in stretches for turn in self._of_stretch(one, changes, active)):
            if found and found[-1].people == turn.people:
                found[-1] = replace(found[-1], ends=turn.ends)
            else:
                found.append(turn)
        return found

    def _of_stretch(
        self, stretch: Stretch, changes: Sequence[Change], active: Collection[int]
    ) -> Iterator[Turn]:
        """Hold the changed plan beside the plan alone: who is only in the former came by a change."""
        changed = stretch.plan.changed(changes)
        alone = stretch.plan.spans(stretch.starts, stretch.ends, active)
        laid = changed.spans(stretch.starts, stretch.ends, active)
        edges = sorted({span.starts for span in (*alone, *laid)})
        for starts, ends in zip(edges, [*edges[1:], stretch.ends], strict=True):
            planned = _posts(_at(alone, starts), stretch.plan)
            people = [
                Post(
                    officer, role, None if (officer, role) in planned else _brought(officer, starts, changes)
                )
                for officer, role in _posts(_at(laid, starts), changed)
            ]
            yield Turn(self._local(starts), self._local(ends), people)

    def _changed(self, change: Change) -> Changed:
        starts, ends = self._local(second(change.starts)), self._local(second(change.ends))
        return Changed(
            change.change_id, str(change.kind), starts, ends, list(change.people), list(change.instead_of)
        )

    def _active(self, agency_id: int) -> set[int]:
        query = select(Officer.id).where(Officer.agency_id == agency_id, Officer.active)
        return set(self._session.scalars(query))

    def _has_line(self, agency_id: int, day: date) -> bool:
        query = select(Line.id).where(Line.agency_id == agency_id, *active_lines(day)).limit(1)
        return self._session.scalar(query) is not None

    def _local(self, instant: int) -> datetime:
        """Give an instant with its offset alone: that is what a record's text keeps."""
        return datetime.fromisoformat(datetime.fromtimestamp(instant, self._zone).isoformat())


def _at(spans: Sequence[Span], instant: int) -> Span:
    return next(span for span in spans if span.starts <= instant < span.ends)


def _posts(span: Span, plan: Planned) -> list[tuple[int, str]]:
    return [(plan.people[one.who], Role(one.role).value) for one in span.people]


def _brought(officer: int, instant: int, changes: Sequence[Change]) -> int | None:
    """Find the latest change by which somebody comes at an instant."""
    for change in reversed(changes):
        if officer in change.people and second(change.starts) <= instant < second(change.ends):
            return change.change_id
    return None

"""Duty as other programs read it: by an agency's code, for any interval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, DutyChange, Officer
from callcenter.roster.resolver import second
from callcenter.services import fields
from callcenter.services.access import NotVisibleError, Viewer
from callcenter.services.changes import Changes
from callcenter.services.duty_calendar import DutyCalendar, Now, Person, Piece
from callcenter.services.fields import FieldError
from callcenter.services.gaps import Gap, Gaps
from callcenter.services.rosters import Rosters


class DutyReading:
    """What one viewer's programs see of duty."""

    def __init__(self, session: Session, viewer: Viewer, zone: ZoneInfo) -> None:
        """Read through ``session``; weekly plans hang on the clocks of ``zone``."""
        self._session = session
        self._viewer = viewer
        self._zone = zone

    def agency(self, code: str) -> Agency:
        """Find an agency that may be seen; raises ``NotVisibleError``."""
        try:
            query = select(Agency).where(Agency.code == fields.code("agency", code))
        except FieldError:
            raise NotVisibleError("no code of an agency") from None
        agency = self._session.scalar(self._viewer.narrow(query, Agency.id))
        if agency is None:
            raise NotVisibleError(f"agency {code}")
        return agency

    def now(self, code: str | None, at: datetime) -> list[Now]:
        """Tell who is on duty at ``at``, for one agency or for all that may be seen and exist then, by code."""
        search = self.agency(code).code if code is not None else ""
        found = DutyCalendar(self._session, self._viewer, self._zone).now(search, at)
        if code is not None:
            found = [one for one in found if one.agency.code == search]
        return sorted(found, key=lambda one: one.agency.code)

    def spans(self, agency: Agency, starts: datetime, ends: datetime) -> list[Piece]:
        """Cut [starts, ends) where who is on duty changes."""
        first, last = second(starts), second(ends)
        query = select(Officer.id, Officer.name).where(Officer.agency_id == agency.id, Officer.active)
        names = {officer_id: name for officer_id, name in self._session.execute(query)}
        plan = Rosters(self._session).plan(agency.id, self._zone.key, first, last)
        return [
            Piece(
                datetime.fromtimestamp(span.starts, UTC),
                datetime.fromtimestamp(span.ends, UTC),
                [
                    Person(plan.people[one.who], names[plan.people[one.who]], one.role.rung)
                    for one in span.people
                ],
            )
            for span in plan.spans(first, last, names)
        ]

    def gaps(self, now: datetime, days: int) -> list[Gap]:
        """List when nobody will be on duty, for the agencies that may be seen."""
        return Gaps(self._session, self._zone).ahead(now.replace(microsecond=0), days, self._viewer)

    def changes(self, agency: Agency, starts: datetime, ends: datetime) -> Sequence[DutyChange]:
        """List what was asked or decided for [starts, ends), the newest first."""
        return Changes(self._session).of_agency(agency.id, starts, ends)

    def names(self, changes: Iterable[DutyChange]) -> Mapping[int, str]:
        """Name everybody whom some changes are about, also who has left."""
        ids = {one for change in changes for one in (*change.people, *change.instead_of)}
        rows = self._session.execute(select(Officer.id, Officer.name).where(Officer.id.in_(sorted(ids))))
        return {officer_id: name for officer_id, name in rows}

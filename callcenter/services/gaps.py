"""When nobody will be on duty, for every agency at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Line, Officer
from callcenter.roster.resolver import second
from callcenter.roster.troubles import troubles
from callcenter.services.access import Viewer
from callcenter.services.line_checks import active_lines
from callcenter.services.rosters import Planned, Rosters


@dataclass(frozen=True, slots=True)
class Gap:
    """[starts, ends) in which an agency has lines and nobody on duty."""

    agency: Agency
    starts: datetime
    ends: datetime

    @property
    def hours(self) -> float:
        """How long it lasts."""
        return (self.ends - self.starts) / timedelta(hours=1)


class Gaps:
    """Looks ahead through weekly plans and rosters."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Read through ``session``; weekly plans hang on the clocks of ``zone``."""
        self._session = session
        self._zone = zone

    def ahead(self, now: datetime, days: int, viewer: Viewer | None = None) -> list[Gap]:
        """List the gaps of the next ``days`` days, in the order of time; of what a viewer may see, or of all.

        A person who is not active does not cover; an agency without an active
        line owes nobody.
        """
        agencies = {
            agency.id: agency for agency in self._with_lines(now) if viewer is None or viewer.sees(agency.id)
        }
        starts, active = second(now), self._active()
        ends = starts + days * 86_400
        plans = Rosters(self._session).plans(self._zone.key, starts, ends, agencies)
        spans = {str(plan.agency_id): plan.spans(starts, ends, active) for plan in plans}
        return [
            Gap(agencies[int(found.places[0])], _instant(found.starts), _instant(found.ends))
            for found in troubles(spans)
        ]

    def plans(self, now: datetime, starts: int, ends: int) -> list[Planned]:
        """Give the rosters of all agencies with an active line, for [starts, ends) (seconds since 1970)."""
        agencies = [agency.id for agency in self._with_lines(now)]
        return Rosters(self._session).plans(self._zone.key, starts, ends, agencies)

    def _active(self) -> set[int]:
        return set(self._session.scalars(select(Officer.id).where(Officer.active)))

    def _with_lines(self, now: datetime) -> Sequence[Agency]:
        today = now.astimezone(self._zone).date()
        query = select(Agency).where(Agency.id.in_(select(Line.agency_id).where(*active_lines(today))))
        return self._session.scalars(query.order_by(Agency.code)).all()


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

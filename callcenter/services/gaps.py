"""When nobody will be on duty, for every agency at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Line, Officer
from callcenter.roster.resolver import Span, second
from callcenter.roster.troubles import troubles
from callcenter.services.line_checks import active_lines
from callcenter.services.rosters import Rosters


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

    def ahead(self, now: datetime, days: int) -> list[Gap]:
        """List the gaps of the next ``days`` days, in the order of time.

        A person who is not active does not cover; an agency without an active
        line owes nobody.
        """
        agencies = {agency.id: agency for agency in self._with_lines(now)}
        starts = second(now)
        spans = self._spans(agencies, starts, starts + days * 86_400)
        return [
            Gap(agencies[int(found.places[0])], _instant(found.starts), _instant(found.ends))
            for found in troubles(spans)
        ]

    def _spans(self, agencies: Collection[int], starts: int, ends: int) -> dict[str, list[Span]]:
        active = set(self._session.scalars(select(Officer.id).where(Officer.active)))
        plans = Rosters(self._session).plans(self._zone.key, starts, ends, agencies)
        return {str(plan.agency_id): plan.spans(starts, ends, active) for plan in plans}

    def _with_lines(self, now: datetime) -> Sequence[Agency]:
        today = now.astimezone(self._zone).date()
        query = select(Agency).where(Agency.id.in_(select(Line.agency_id).where(*active_lines(today))))
        return self._session.scalars(query.order_by(Agency.code)).all()


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

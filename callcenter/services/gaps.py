"""When nobody will be on duty, for every agency at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Line, Officer, Shift
from callcenter.roster.plan import Hours, Layer, Member, Role, Roster, Rotation, Unit
from callcenter.roster.resolver import Resolver, Span, second
from callcenter.roster.troubles import troubles
from callcenter.services.line_checks import active_lines
from callcenter.services.rosters import Rosters

_EPOCH = datetime(1970, 1, 1)


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

    def _spans(self, agencies: Iterable[int], starts: int, ends: int) -> dict[str, list[Span]]:
        planned = {one.agency_id: one for one in Rosters(self._session).in_force()}
        weekly = self._weekly()
        active = set(self._session.scalars(select(Officer.id).where(Officer.active)))
        found: dict[str, list[Span]] = {}
        for agency_id in agencies:
            if own := planned.get(agency_id):
                found[str(agency_id)] = own.spans(starts, ends, active)
            else:
                plan = weekly_roster(weekly.get(agency_id, ()), self._zone.key)
                found[str(agency_id)] = Resolver(plan).spans(starts, ends)
        return found

    def _with_lines(self, now: datetime) -> Sequence[Agency]:
        today = now.astimezone(self._zone).date()
        query = select(Agency).where(Agency.id.in_(select(Line.agency_id).where(*active_lines(today))))
        return self._session.scalars(query.order_by(Agency.code)).all()

    def _weekly(self) -> dict[int, list[Shift]]:
        found: dict[int, list[Shift]] = {}
        query = select(Shift).join(Officer, Officer.id == Shift.officer_id).where(Officer.active)
        for shift in self._session.scalars(query):
            found.setdefault(shift.agency_id, []).append(shift)
        return found


def weekly_roster(shifts: Iterable[Shift], zone: str) -> Roster:
    """Write weekly shifts as a roster whose people are officers' ids."""
    roles = list(Role)
    return Roster(
        zone,
        tuple(
            Layer(
                "",
                Rotation(Unit.WEEK, 1, _EPOCH, ((Member(str(shift.officer_id)),),)),
                roles[min(shift.rung, len(roles) - 1)],
                hours=(Hours(frozenset([shift.weekday]), _whole(shift.starts), _whole(shift.ends)),),
            )
            for shift in shifts
        ),
    )


def _whole(at: time) -> time:
    return at.replace(microsecond=0)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

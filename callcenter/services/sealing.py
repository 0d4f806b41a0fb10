"""Seals each closed day of each agency's duty: plan and facts, hashed onto the day before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Call, DutyChange, DutyRecord, Line, Officer, RosterVersion, Shift
from callcenter.services.day_content import FIRST, Content, Facts, digest, read, write
from callcenter.services.day_facts import DayFacts
from callcenter.services.day_plan import DayPlans

DAY = timedelta(days=1)
CLOSED_AFTER = timedelta(hours=6)
"""After midnight: until then the exchange's records of the day have been read as a rule."""
LOOK_BACK = 35 * DAY
"""What is learnt of a day within this time becomes a further version of it."""


class Sealing:
    """The records of closed days."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Work inside the caller's transaction; days are those of ``zone``."""
        self._session = session
        self._zone = zone

    def due(self, now: datetime) -> list[tuple[date, int]]:
        """List the days that are to be sealed, each with its agency's id, the oldest first."""
        closed = self.closed(now)
        agencies = self._session.scalars(select(Agency).where(_has_duty()).order_by(Agency.id)).all()
        found = ((self._next(agency, closed), min(closed, _last(agency)), agency.id) for agency in agencies)
        return sorted(
            (first + number * DAY, agency_id)
            for first, last, agency_id in found
            for number in range((last - first).days + 1)
        )

    def closed(self, now: datetime) -> date:
        """Give the last day that is closed at ``now``."""
        return (now - CLOSED_AFTER).astimezone(self._zone).date() - DAY

    def seal(self, agency_id: int, day: date, now: datetime) -> DutyRecord | None:
        """Seal a day, unless it is not the agency's next one any more; ``None`` then.

        With the last closed day, earlier ones of which more is known by now
        get a further version.
        """
        agency = self._locked(agency_id)
        closed = self.closed(now)
        if day > closed or self._next(agency, closed) != day:
            return None
        if day == closed:
            self._renew(agency, day, now)
        plan = DayPlans(self._session, self._zone).plan(agency.id, day)
        facts = DayFacts(self._session, self._zone).of_day(agency.id, day)
        names = self._names(plan.officers | set(facts.officers))
        head = (agency.id, agency.code, agency.name, day, self._zone.key)
        return self._append(Content(*head, 1, None, self._moment(now), plan, facts, names))

    def _renew(self, agency: Agency, before: date, now: datetime) -> None:
        """Write further versions of days whose facts are others by now."""
        first = before - LOOK_BACK
        known = newest(
            self._session.scalars(
                select(DutyRecord)
                .where(DutyRecord.agency_id == agency.id, DutyRecord.day >= first, DutyRecord.day < before)
                .order_by(DutyRecord.id)
            )
        )
        facts = DayFacts(self._session, self._zone).of_days(agency.id, first, before - DAY) if known else {}
        for record in known:
            content = read(record.content)
            if content.facts != facts[record.day]:
                self._append(self._further(record, content, facts[record.day], now))

    def _further(self, record: DutyRecord, content: Content, facts: Facts, now: datetime) -> Content:
        """Keep the plan and the names as they were sealed; only what happened is told anew."""
        names = self._names(set(facts.officers) - set(content.names))
        return Content(
            content.agency,
            content.code,
            content.agency_name,
            content.day,
            content.zone,
            content.version + 1,
            record.sha256,
            self._moment(now),
            content.plan,
            facts,
            {**content.names, **names},
        )

    def _append(self, content: Content) -> DutyRecord:
        query = select(DutyRecord.sha256).where(DutyRecord.agency_id == content.agency)
        previous = self._session.scalar(query.order_by(DutyRecord.id.desc()).limit(1)) or FIRST
        text = write(content)
        record = DutyRecord(
            agency_id=content.agency,
            day=content.day,
            version=content.version,
            content=text,
            previous=previous,
            sha256=digest(previous, text),
            sealed_at=content.sealed_at,
        )
        self._session.add(record)
        self._session.flush()
        return record

    def _next(self, agency: Agency, closed: date) -> date:
        last = self._session.scalar(select(func.max(DutyRecord.day)).where(DutyRecord.agency_id == agency.id))
        if last is not None:
            return last + DAY
        return max(agency.active_from, self._first_known(agency.id, closed))

    def _first_known(self, agency_id: int, closed: date) -> date:
        """Give the first day of which something is known; the weekly plan does not say since when it is."""
        firsts = (
            select(func.min(Call.offered_at)).where(Call.agency_id == agency_id, Call.test.is_(False)),
            select(func.min(RosterVersion.at)).where(RosterVersion.agency_id == agency_id),
            select(func.min(DutyChange.at)).where(DutyChange.agency_id == agency_id),
        )
        known = [at for at in map(self._session.scalar, firsts) if at is not None]
        return min((self._day(at) for at in known), default=closed)

    def _locked(self, agency_id: int) -> Agency:
        """Let one process at a time append to an agency's chain; calls of the agency do not wait for it."""
        query = select(Agency).where(Agency.id == agency_id).with_for_update(key_share=True)
        return self._session.scalars(query.execution_options(populate_existing=True)).one()

    def _names(self, officers: set[int]) -> dict[int, str]:
        query = select(Officer.id, Officer.name).where(Officer.id.in_(officers)).order_by(Officer.id)
        return {officer_id: name for officer_id, name in self._session.execute(query)}

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def _moment(self, now: datetime) -> datetime:
        return datetime.fromisoformat(now.astimezone(self._zone).isoformat(timespec="seconds"))


def newest(records: Iterable[DutyRecord]) -> list[DutyRecord]:
    """Keep the newest version of each day, given the records in the order of their chain."""
    return list({record.day: record for record in records}.values())


def _has_duty() -> ColumnElement[bool]:
    """Keep the agencies that ever had a line or somebody who answers; each of their days is sealed."""
    lines, shifts, rosters = select(Line.agency_id), select(Shift.agency_id), select(RosterVersion.agency_id)
    return or_(*(Agency.id.in_(found) for found in (lines, shifts, rosters)))


def _last(agency: Agency) -> date:
    return agency.active_until - DAY if agency.active_until else date.max

"""What happened to an agency's calls on some days, and what shifts told each other."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Call, HandoverNote, HandoverSeen, Leg
from callcenter.services.day_content import Facts, Note, Rung, Seen

DAY = timedelta(days=1)


class DayFacts:
    """The facts of days, from the call log and the handover notes.

    A call and its legs belong to the day on which the call was offered; the
    system's own test calls never count.
    """

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Read through ``session``; days are those of ``zone``."""
        self._session = session
        self._zone = zone

    def of_day(self, agency_id: int, day: date) -> Facts:
        """Give one day's facts."""
        return self.of_days(agency_id, day, day)[day]

    def of_days(self, agency_id: int, first: date, last: date) -> dict[date, Facts]:
        """Give the facts of each day from ``first`` to ``last``."""
        bounds = [datetime.combine(one, time(), self._zone).astimezone(UTC) for one in (first, last + DAY)]
        calls, legs = self._calls(agency_id, *bounds), self._legs(agency_id, *bounds)
        notes, seen = self._notes(agency_id, *bounds), self._seen(agency_id, *bounds)
        days = [first + number * DAY for number in range((last - first).days + 1)]
        return {day: Facts(dict(calls[day]), _by_officer(legs[day]), notes[day], seen[day]) for day in days}

    def _calls(self, agency_id: int, since: datetime, until: datetime) -> dict[date, Counter[str]]:
        query = select(Call.offered_at, Call.disposition).where(*_of(agency_id, since, until))
        found: dict[date, Counter[str]] = defaultdict(Counter)
        for offered_at, disposition in self._session.execute(query):
            found[self._day(offered_at)][disposition or "undecided"] += 1
        return found

    def _legs(self, agency_id: int, since: datetime, until: datetime) -> dict[date, list[Leg]]:
        query = select(Call.offered_at, Leg).join(Call, Call.id == Leg.call_id)
        query = query.where(*_of(agency_id, since, until), Leg.officer_id.is_not(None))
        found: dict[date, list[Leg]] = defaultdict(list)
        for offered_at, leg in self._session.execute(query):
            found[self._day(offered_at)].append(leg)
        return found

    def _notes(self, agency_id: int, since: datetime, until: datetime) -> dict[date, list[Note]]:
        query = select(HandoverNote).where(
            HandoverNote.agency_id == agency_id, HandoverNote.at >= since, HandoverNote.at < until
        )
        found: dict[date, list[Note]] = defaultdict(list)
        for note in self._session.scalars(query.order_by(HandoverNote.id)):
            text = hashlib.sha256(note.text.encode()).hexdigest()
            written = Note(note.id, self._local(note.at), note.account_id, note.officer_id, text)
            found[self._day(note.at)].append(written)
        return found

    def _seen(self, agency_id: int, since: datetime, until: datetime) -> dict[date, list[Seen]]:
        query = select(HandoverSeen).join(HandoverNote, HandoverNote.id == HandoverSeen.note_id)
        query = query.where(
            HandoverNote.agency_id == agency_id, HandoverSeen.at >= since, HandoverSeen.at < until
        )
        found: dict[date, list[Seen]] = defaultdict(list)
        for one in self._session.scalars(query.order_by(HandoverSeen.id)):
            found[self._day(one.at)].append(Seen(one.note_id, self._local(one.at), one.account_id))
        return found

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()

    def _local(self, at: datetime) -> datetime:
        return datetime.fromisoformat(at.astimezone(self._zone).isoformat())


def _of(agency_id: int, since: datetime, until: datetime) -> tuple[Any, ...]:
    return (
        Call.agency_id == agency_id,
        Call.offered_at >= since,
        Call.offered_at < until,
        Call.test.is_(False),
    )


def _by_officer(legs: Sequence[Leg]) -> dict[int, Rung]:
    outcomes: dict[int, Counter[str]] = defaultdict(Counter)
    talked: Counter[int] = Counter()
    for leg in legs:
        assert leg.officer_id is not None  # only those are read
        outcomes[leg.officer_id]["answered" if leg.answered_at else leg.outcome or "unknown"] += 1
        talked[leg.officer_id] += _talked(leg)
    return {officer: Rung(dict(outcomes[officer]), talked[officer]) for officer in sorted(outcomes)}


def _talked(leg: Leg) -> int:
    if leg.answered_at is None or leg.ended_at is None:
        return 0
    return max(0, int((leg.ended_at - leg.answered_at).total_seconds()))

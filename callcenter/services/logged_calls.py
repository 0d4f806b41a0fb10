"""Calls of the log as the comparison needs them: plain, with what hangs on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.models import Call, CallEvent, Leg, Recording, Ticket
from callcenter.services.comparison import LoggedCall
from callcenter.services.exchange_records import ASTERISK, BATCH


@dataclass(frozen=True, slots=True)
class Known:
    """A logged call, its row's id, and whether the system itself placed it."""

    call: LoggedCall
    row_id: int
    test: bool


class LoggedCalls:
    """The calls of one node."""

    def __init__(self, session: Session, node: str, provider: str = ASTERISK) -> None:
        self._session = session
        self._mine = (Call.provider == provider, Call.node == node)
        self._provider = provider

    def between(self, since: datetime, until: datetime) -> set[str]:
        """Give the keys of the calls offered in [since, until)."""
        within = (Call.offered_at >= since, Call.offered_at < until)
        return set(self._session.scalars(select(Call.key).where(*self._mine, *within)))

    def reconciled(self, since: datetime, until: datetime, what: str) -> int:
        """Count the calls offered in [since, until) that reconciliation ``created`` or ``closed``."""
        query = select(func.count(CallEvent.id)).join(CallEvent.call).where(*self._mine)
        query = query.where(Call.offered_at >= since, Call.offered_at < until, ~Call.test)
        query = query.where(CallEvent.kind == "reconciled", CallEvent.data["what"].as_string() == what)
        return self._session.scalar(query) or 0

    def known(self, keys: Sequence[str]) -> dict[str, Known]:
        """Find calls by their keys, whichever node they are of."""
        found: dict[str, Known] = {}
        for start in range(0, len(keys), BATCH):
            wanted = Call.key.in_(keys[start : start + BATCH])
            calls = self._session.scalars(select(Call).where(Call.provider == self._provider, wanted)).all()
            found |= {known.call.key: known for known in self._complete(calls)}
        return found

    def _complete(self, calls: Sequence[Call]) -> Iterator[Known]:
        ids = [call.id for call in calls]
        legs, events, kept = self._legs(ids), self._events(ids), self._kept(ids)
        numbers = self._existing(event.data.get("number") for some in events.values() for event in some)
        for call in calls:
            plain = _plain(call, legs[call.id], events[call.id], kept[call.id], numbers)
            yield Known(plain, call.id, call.test)

    def _legs(self, ids: list[int]) -> dict[int, list[Leg]]:
        found: dict[int, list[Leg]] = defaultdict(list)
        for leg in self._session.scalars(select(Leg).where(Leg.call_id.in_(ids))):
            found[leg.call_id].append(leg)
        return found

    def _events(self, ids: list[int]) -> dict[int, list[CallEvent]]:
        found: dict[int, list[CallEvent]] = defaultdict(list)
        kinds = CallEvent.kind.in_(("recorded", "ticket_told"))
        for event in self._session.scalars(select(CallEvent).where(CallEvent.call_id.in_(ids), kinds)):
            found[event.call_id].append(event)
        return found

    def _kept(self, ids: list[int]) -> dict[int, list[Recording]]:
        found: dict[int, list[Recording]] = defaultdict(list)
        for recording in self._session.scalars(select(Recording).where(Recording.call_id.in_(ids))):
            found[recording.call_id].append(recording)
        return found

    def _existing(self, numbers: Iterable[str | None]) -> set[str]:
        asked = sorted({number for number in numbers if number})
        columns = (Ticket.number, Ticket.provisional)
        found = (self._session.scalars(select(column).where(column.in_(asked))) for column in columns)
        return {number for numbers in found for number in numbers if number}


def _plain(
    call: Call, legs: list[Leg], events: list[CallEvent], kept: list[Recording], tickets: set[str]
) -> LoggedCall:
    told = {str(event.data["number"]) for event in events if event.kind == "ticket_told"}
    messages = (event.data for event in events if event.kind == "recorded" and event.data["seconds"] > 0)
    return LoggedCall(
        key=call.key,
        offered_at=call.offered_at,
        ended_at=call.ended_at,
        disposition=call.disposition,
        cause=call.hangup_cause or 0,
        legs=frozenset(leg.key for leg in legs),
        talked=max((_talked(leg) for leg in legs), default=timedelta()),
        unrecorded=call.unrecorded,
        messages=frozenset(str(data["name"]) for data in messages),
        kept=frozenset(recording.provider_key for recording in kept),
        conversations=sum(recording.kind == "conversation" for recording in kept),
        told=frozenset(told),
        tickets=frozenset(told & tickets),
    )


def _talked(leg: Leg) -> timedelta:
    return leg.ended_at - leg.answered_at if leg.answered_at and leg.ended_at else timedelta()

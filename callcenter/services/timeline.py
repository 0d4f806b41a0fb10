"""A call's append-only timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import Session

from callcenter.models import EVENT_KINDS, Call, CallEvent

Fact = tuple[str, str, dict[str, Any]]
"""Key inside the call, kind, data."""

# Every turn of every call runs these: built once, and past the ORM, whose bulk insert costs three times as much.
_INSERT = insert(cast(Table, CallEvent.__table__))
_HAS = select(CallEvent.id).where(
    CallEvent.call_id == bindparam("call_id"), CallEvent.key == bindparam("event_key")
)
_OF_KIND = (
    select(CallEvent)
    .where(CallEvent.call_id == bindparam("call_id"), CallEvent.kind == bindparam("event_kind"))
    .order_by(CallEvent.id)
)


class Timeline:
    """Writes facts once each, in the order they are told."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, call: Call, at: datetime, *facts: Fact) -> None:
        """Append facts that are known to be new (the turn's number says so)."""
        if not facts:
            return
        if call.id is None:
            self._session.flush()  # a call that is written with its first facts
        self._session.execute(_INSERT, self._rows(call, at, facts))

    def add_once(self, call: Call, at: datetime, key: str, kind: str, data: dict[str, Any]) -> bool:
        """Append a fact unless it is there; tells whether it was new."""
        if self.has(call, key):
            return False
        self.add(call, at, (key, kind, data))
        return True

    def has(self, call: Call, key: str) -> bool:
        """Tell whether the fact with ``key`` is in the call's timeline."""
        return self._session.scalar(_HAS, {"call_id": call.id, "event_key": key}) is not None

    def of_kind(self, call: Call, kind: str) -> Sequence[CallEvent]:
        """Give the call's facts of one kind, oldest first."""
        return self._session.scalars(_OF_KIND, {"call_id": call.id, "event_kind": kind}).all()

    @staticmethod
    def _rows(call: Call, at: datetime, facts: Sequence[Fact]) -> list[dict[str, Any]]:
        unknown = {kind for _, kind, _ in facts} - set(EVENT_KINDS)
        if unknown:
            raise ValueError(f"unknown kinds of call event: {sorted(unknown)}")
        return [
            {"call_id": call.id, "key": key, "kind": kind, "at": at, "data": data}
            for key, kind, data in facts
        ]

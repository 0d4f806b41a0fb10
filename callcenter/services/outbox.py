"""Work owed because of a fact, written in the fact's own transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from callcenter.models import Outbox
from callcenter.services.alarms import Alarms
from callcenter.services.upsert import insert_into

QUEUE_LEASE = timedelta(seconds=30)
"""A row handed to the queue is looked at again after this time: Redis may have forgotten it."""

RUN_MARGIN = timedelta(seconds=45)
"""Added to a job's own time limit before somebody else may take it; longer than ``QUEUE_LEASE``."""

FIRST_RETRY, LAST_RETRY = timedelta(seconds=10), timedelta(hours=1)
ALARM_AFTER = 5
"""Attempts after which a person is told; the job is tried on."""

FAILING = "job-failing"


class Work:
    """The outbox as the services see it: they say what is owed, jobs do it."""

    def __init__(self, session: Session) -> None:
        """Write through ``session``; the work is owed once it commits."""
        self._session = session

    def owe(self, kind: str, fact: str, payload: dict[str, Any], now: datetime) -> bool:
        """Owe one job for ``fact``; a fact that is known already changes nothing.

        Tells whether the fact was new. ``kind`` is a name in
        ``callcenter.jobs.JOBS``; ``payload`` is JSON-able and holds ids, not secrets.
        """
        row = insert_into(self._session, Outbox).values(
            kind=kind, fact=fact, payload=payload, created_at=now, due_at=now, attempts=0
        )
        # Two transactions may learn one fact at once: the second waits here, then writes nothing.
        statement = row.on_conflict_do_nothing(index_elements=["fact"]).returning(Outbox.id)
        return self._session.execute(statement).first() is not None


@dataclass(frozen=True, slots=True)
class Owed:
    """A job as it is carried out."""

    id: int
    kind: str
    fact: str
    payload: dict[str, Any]
    attempt: int


class Ledger:
    """The outbox as the relay and the workers see it.

    ``due_at`` is the lease: whoever takes a row moves it forward and nobody
    else touches the row before. A taker that dies just lets it run out.
    """

    def __init__(self, session: Session) -> None:
        """Write through ``session``."""
        self._session = session

    def is_due(self, now: datetime) -> bool:
        """Tell whether anything is due; takes no lock."""
        return self._session.scalar(_due(now).with_only_columns(Outbox.id).limit(1)) is not None

    def claim(self, limit: int, now: datetime) -> list[tuple[int, str]]:
        """Take up to ``limit`` due rows for the queue; gives id and kind."""
        rows = _due(now).order_by(Outbox.due_at, Outbox.id).limit(limit).with_for_update(skip_locked=True)
        taken = self._session.scalars(rows).all()
        for row in taken:
            row.due_at = now + QUEUE_LEASE
        return [(row.id, row.kind) for row in taken]

    def give_back(self, ids: list[int], now: datetime) -> None:
        """Let go of rows that could not be handed over."""
        for row in self._session.scalars(_open().where(Outbox.id.in_(ids)).with_for_update()):
            row.due_at = now

    def begin(self, row_id: int, limits: dict[str, int], now: datetime) -> Owed | None:
        """Start a row's job; ``None`` when it is done, put off, or with somebody else.

        ``limits`` tells each kind's time limit in seconds.
        """
        row = self._lock(row_id)
        if row is None or row.due_at > now + QUEUE_LEASE:
            return None
        row.attempts += 1
        row.due_at = now + timedelta(seconds=limits.get(row.kind, 0)) + RUN_MARGIN
        return Owed(row.id, row.kind, row.fact, row.payload, row.attempts)

    def finish(self, owed: Owed, now: datetime) -> None:
        """Mark a job as done, for good."""
        row = self._lock(owed.id)
        if row is not None:
            row.done_at, row.error = now, None
            Alarms(self._session).clear(FAILING, owed.fact, now)

    def fail(self, owed: Owed, error: str, now: datetime) -> None:
        """Put a job off that did not work; after some attempts a person is told."""
        row = self._lock(owed.id)
        if row is None:
            return
        row.error = error[:1000]
        row.due_at = now + min(FIRST_RETRY * 2 ** min(row.attempts - 1, 20), LAST_RETRY)
        if row.attempts >= ALARM_AFTER:
            detail = f"{row.kind} failed {row.attempts} times, it is kept and tried on: {row.error}"
            Alarms(self._session).raise_(FAILING, row.fact, detail, now)

    def overdue(self, before: datetime) -> int:
        """Count the jobs owed since before that time that nobody has tried."""
        late = select(func.count()).select_from(Outbox)
        late = late.where(Outbox.done_at.is_(None), Outbox.created_at < before, Outbox.attempts == 0)
        return self._session.scalar(late) or 0

    def _lock(self, row_id: int) -> Outbox | None:
        return self._session.scalar(_open().where(Outbox.id == row_id).with_for_update())


def _open() -> Select[Outbox]:
    return select(Outbox).where(Outbox.done_at.is_(None))


def _due(now: datetime) -> Select[Outbox]:
    return _open().where(Outbox.due_at <= now)

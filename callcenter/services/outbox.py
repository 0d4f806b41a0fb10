"""Work owed because of a fact, written in the fact's own transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from callcenter.models import Outbox
from callcenter.services.alarms import Alarms

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

    def owe(
        self, kind: str, fact: str, payload: dict[str, Any], now: datetime, *, due: datetime | None = None
    ) -> bool:
        """Owe one job for ``fact``; a fact that is known already changes nothing.

        Tells whether the fact was new. ``kind`` is a name in
        ``callcenter.jobs.JOBS``; ``payload`` is JSON-able and holds ids, not secrets.
        The job is not begun before ``due``.
        """
        row = {"kind": kind, "fact": fact, "payload": payload, "created_at": now, "due_at": due or now}
        # Two transactions may learn one fact at once: the second waits here, then writes nothing.
        statement = _OWE[self._session.get_bind().dialect.name]
        return self._session.execute(statement, {**row, "attempts": 0}).first() is not None

    def is_known(self, fact: str) -> bool:
        """Tell whether a job is, or was, owed for ``fact``."""
        return self._session.scalar(select(Outbox.id).where(Outbox.fact == fact)) is not None


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

    def __init__(self, session: Session, aside: Collection[str] = ()) -> None:
        """Write through ``session``; rows of the kinds ``aside`` are not for the queue."""
        self._session = session
        self._aside = sorted(aside)

    def is_due(self, now: datetime) -> bool:
        """Tell whether anything is due for the queue; takes no lock."""
        return self._session.execute(_ANY_DUE, {"now": now, "aside": self._aside}).first() is not None

    def claim(self, limit: int, now: datetime) -> list[tuple[int, str]]:
        """Take up to ``limit`` due rows for the queue; gives id and kind."""
        asked = {"now": now, "most": limit, "aside": self._aside}
        taken = [(row.id, row.kind) for row in self._session.execute(_DUE, asked)]
        self._lease([row_id for row_id, _ in taken], now + QUEUE_LEASE)
        return taken

    def claim_aside(self, now: datetime) -> int | None:
        """Take the due row that is owed longest of those that are not for the queue."""
        row = self._session.execute(_ASIDE, {"now": now, "aside": self._aside}).first()
        if row is None:
            return None
        self._lease([row.id], now + QUEUE_LEASE)
        return int(row.id)

    def give_back(self, ids: list[int], now: datetime) -> None:
        """Let go of rows that could not be handed over."""
        self._lease(ids, now)

    def begin(self, row_id: int, limits: dict[str, int], now: datetime) -> Owed | None:
        """Start a row's job; ``None`` when it is done, put off, or with somebody else.

        ``limits`` tells each kind's time limit in seconds.
        """
        row = self._session.execute(_LOCK, {"row_id": row_id}).first()
        if row is None or row.due_at > now + QUEUE_LEASE:
            return None
        until = now + timedelta(seconds=limits.get(row.kind, 0)) + RUN_MARGIN
        owed = Owed(row.id, row.kind, row.fact, row.payload, row.attempts + 1)
        self._session.execute(_BEGIN, {"row_id": row_id, "until": until, "attempt": owed.attempt})
        return owed

    def finish(self, owed: Owed, now: datetime) -> None:
        """Mark a job as done, for good."""
        self._session.execute(_FINISH, {"row_id": owed.id, "now": now})
        if owed.attempt > ALARM_AFTER:
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
        mine = select(Outbox).where(Outbox.id == row_id, Outbox.done_at.is_(None))
        return self._session.scalar(mine.with_for_update())

    def _lease(self, ids: list[int], until: datetime) -> None:
        if ids:
            self._session.execute(_LEASE, {"ids": ids, "until": until})


# Run for every job and every look of the relay: built once, and past the ORM.
_TABLE = cast(Table, Outbox.__table__)
_ROW = _TABLE.c
_OPEN = and_(_ROW.id == bindparam("row_id"), _ROW.done_at.is_(None))
_NOW_DUE = and_(_ROW.done_at.is_(None), _ROW.due_at <= bindparam("now"))
_OWE = {
    name: dialect.insert(_TABLE).on_conflict_do_nothing(index_elements=["fact"]).returning(_ROW.id)
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}
_IS_ASIDE = _ROW.kind.in_(bindparam("aside", expanding=True))
_ANY_DUE = select(_ROW.id).where(_NOW_DUE, ~_IS_ASIDE).limit(1)
_ASIDE = (
    select(_ROW.id)
    .where(_NOW_DUE, _IS_ASIDE)
    .order_by(_ROW.due_at, _ROW.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_DUE = (
    select(_ROW.id, _ROW.kind)
    .where(_NOW_DUE, ~_IS_ASIDE)
    .order_by(_ROW.due_at, _ROW.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_LOCK = select(_TABLE).where(_OPEN).with_for_update()
_LEASE = (
    update(_TABLE)
    .where(_ROW.id.in_(bindparam("ids", expanding=True)), _ROW.done_at.is_(None))
    .values(due_at=bindparam("until"))
)
_BEGIN = update(_TABLE).where(_OPEN).values(attempts=bindparam("attempt"), due_at=bindparam("until"))
_FINISH = update(_TABLE).where(_OPEN).values(done_at=bindparam("now"), error=None)

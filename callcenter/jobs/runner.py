"""Carries one outbox row out, wherever it comes from."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from callcenter.jobs.kinds import Job, Tools
from callcenter.services.outbox import Ledger, Owed

log = logging.getLogger(__name__)


def clock() -> datetime:
    """Tell the time, in UTC."""
    return datetime.now(UTC)


class Runner:
    """Does a row's job once: done rows, and rows somebody else is at, are left alone."""

    def __init__(self, tools: Tools, jobs: Mapping[str, Job], now: Callable[[], datetime] = clock) -> None:
        """Do ``jobs`` with ``tools``."""
        self._tools = tools
        self._jobs = jobs
        self._now = now
        self._limits = {kind: job.seconds for kind, job in jobs.items()}

    def run(self, row_id: int) -> bool:
        """Do the job; false when it was not ours to do, or did not work.

        A job that raises is put off, not lost; only the database's own
        trouble is raised, and then the row's lease brings it back.
        """
        with self._tools.database.transaction() as session:
            owed = Ledger(session).begin(row_id, self._limits, self._now())
        if owed is None:
            log.info("outbox row %d is not to be done now", row_id)
            return False
        try:
            self._do(owed)
        except Exception as error:  # whatever a job raises, the row must say so
            self._put_off(owed, error)
            return False
        with self._tools.database.transaction() as session:
            Ledger(session).finish(owed, self._now())
        log.info("done: %s for %s", owed.kind, owed.fact)
        return True

    def _do(self, owed: Owed) -> None:
        job = self._jobs.get(owed.kind)
        if job is None:
            raise LookupError(f"no job is called {owed.kind!r}; was a newer version taken back?")
        job.run(self._tools, owed.payload, self._now())

    def _put_off(self, owed: Owed, error: Exception) -> None:
        log.warning("put off: %s for %s: %s: %s", owed.kind, owed.fact, type(error).__name__, error)
        with self._tools.database.transaction() as session:
            Ledger(session).fail(owed, f"{type(error).__name__}: {error}", self._now())

"""Hands outbox rows to the queue: at least once, and again when the queue forgets."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from redis import Redis
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.job import Job as QueuedJob

from callcenter.db import Database
from callcenter.jobs.kinds import Job
from callcenter.services.outbox import Ledger

log = logging.getLogger(__name__)

QUEUE = "callcenter"
PERFORM = "callcenter.jobs.worker.perform"

ROOM = 100
"""Rows the queue holds at most; the others wait in the database, where they are safe."""

UNKNOWN_KIND_SECONDS = 30
FAILURE_TTL = 3600


class Relay:
    """Moves due rows into the queue; the row's id is the job's id."""

    def __init__(self, database: Database, redis: Redis, jobs: Mapping[str, Job]) -> None:
        """Read ``database``, write into the queue at ``redis``."""
        self._database = database
        self._redis = redis
        self._queue = Queue(QUEUE, connection=redis)
        self._jobs = jobs

    def round(self, now: datetime) -> int:
        """Hand over what is due; gives how many rows.

        Raises ``RedisError`` while Redis is away: the rows stay due.
        """
        with self._database.reading() as session:
            if not Ledger(session).is_due(now):
                return 0
        room = ROOM - self._queue.count
        if room <= 0:
            return 0
        with self._database.transaction() as session:
            rows = Ledger(session).claim(room, now)
        self._hand_over_all(rows, now)
        return len(rows)

    def _hand_over_all(self, rows: list[tuple[int, str]], now: datetime) -> None:
        waiting = dict(rows)
        try:
            for row_id, kind in rows:
                self._hand_over(row_id, kind)
                del waiting[row_id]
        finally:
            if waiting:
                with self._database.transaction() as session:
                    Ledger(session).give_back(list(waiting), now)

    def _hand_over(self, row_id: int, kind: str) -> None:
        job_id = str(row_id)
        if self._queue.get_job_position(job_id) is not None:
            return  # it is still waiting in the queue: the lease was too short for the crowd
        with suppress(NoSuchJobError):
            QueuedJob.fetch(job_id, connection=self._redis).delete()  # what a killed worker left
        job = self._jobs.get(kind)
        self._queue.enqueue_call(
            PERFORM,
            args=(row_id,),
            job_id=job_id,
            timeout=job.seconds if job else UNKNOWN_KIND_SECONDS,
            result_ttl=0,
            failure_ttl=FAILURE_TTL,
            description=f"{kind} {row_id}",
        )

"""Hands outbox rows to the queue: at least once, and again when the queue forgets."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from redis import Redis
from rq import Queue
from rq.job import Job as QueuedJob
from rq.queue import EnqueueData

from callcenter.db import Database
from callcenter.jobs.kinds import Job
from callcenter.services.outbox import Ledger

log = logging.getLogger(__name__)

QUEUE = "callcenter"
PERFORM = "callcenter.jobs.worker.perform"

ROOM = 100
"""Rows the queue holds at most; the others wait in the database, where they are safe."""

UNKNOWN_KIND_SECONDS = 30


class Relay:
    """Moves due rows into the queue; the row's id is the job's id."""

    def __init__(self, database: Database, redis: Redis, jobs: Mapping[str, Job]) -> None:
        """Read ``database``, write into the queue at ``redis``."""
        self._database = database
        self._redis = redis
        self._queue = Queue(QUEUE, connection=redis)
        self._jobs = jobs
        self._aside = aside(jobs)

    def round(self, now: datetime) -> int:
        """Hand over what is due; gives how many rows.

        Raises ``RedisError`` while Redis is away: the rows stay due.
        """
        with self._database.reading() as session:
            if not Ledger(session, self._aside).is_due(now):
                return 0
        waiting = set(self._queue.job_ids)
        if len(waiting) >= ROOM:
            return 0
        with self._database.transaction() as session:
            rows = Ledger(session, self._aside).claim(ROOM - len(waiting), now)
        # Some may still wait in the queue: the lease was too short for the crowd.
        self._hand_over([row for row in rows if str(row[0]) not in waiting], now)
        return len(rows)

    def _hand_over(self, rows: list[tuple[int, str]], now: datetime) -> None:
        try:
            with self._redis.pipeline() as pipeline:
                for row_id, _ in rows:
                    pipeline.delete(QueuedJob.key_for(str(row_id)))  # what a killed worker left
                self._queue.enqueue_many([self._prepared(*row) for row in rows], pipeline=pipeline)
                pipeline.execute()
        except BaseException:
            with self._database.transaction() as session:
                Ledger(session).give_back([row_id for row_id, _ in rows], now)
            raise

    def _prepared(self, row_id: int, kind: str) -> EnqueueData:
        job = self._jobs.get(kind)
        return Queue.prepare_data(
            PERFORM,
            args=(row_id,),
            job_id=str(row_id),
            timeout=job.seconds if job else UNKNOWN_KIND_SECONDS,
            result_ttl=0,
            description=f"{kind} {row_id}",
        )


def aside(jobs: Mapping[str, Job]) -> frozenset[str]:
    """Name the kinds of job that are not for the queue."""
    return frozenset(kind for kind, job in jobs.items() if job.aside)

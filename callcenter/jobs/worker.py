"""The RQ worker: one process, no children, so that a kill takes the job with it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from types import FrameType

from redis import Redis
from redis.client import Pipeline
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.timeouts import JobTimeoutException

from callcenter.jobs.relay import QUEUE
from callcenter.jobs.runner import Runner
from callcenter.stopping import Stop

log = logging.getLogger(__name__)

WORKER_TTL = 45
"""Seconds; RQ waits for a job at most 15 s less, and then sees whether Redis is there."""

HEARTBEAT = timedelta(seconds=10)

_runners: list[Runner] = []


def install(runner: Runner) -> None:
    """Tell this process what carries its jobs out."""
    _runners[:] = [runner]


def perform(row_id: int) -> None:
    """Carry an outbox row out; what RQ calls."""
    _runners[0].run(row_id)


class QuietWorker(SimpleWorker):
    """An RQ worker that stops after its job when asked, and takes no commands from Redis.

    The outbox says what is begun, done and owed again. RQ's own books of the same (executions,
    registries, results, a heartbeat at every step) take some twenty-five round trips a job and
    half of the worker's time, so they are not kept.
    """

    max_connection_wait_time = 5.0

    def __init__(self, redis: Redis, stop: Stop) -> None:
        """Work on the queue at ``redis`` until ``stop``."""
        queue = Queue(QUEUE, connection=redis)
        super().__init__([queue], connection=redis, worker_ttl=WORKER_TTL, log_job_description=False)
        self._stop = stop
        self._working = False

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Do the job; a wish to stop waits until it is done."""
        self._working = True
        try:
            self._forget(job, queue)
            self._perform(job)
        finally:
            self._working = False

    def set_state(self, state: str, pipeline: Pipeline | None = None) -> None:
        """Tell Redis what we do, when that has changed."""
        if state != self.get_state():
            super().set_state(state, pipeline)

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Tell Redis now and then that we are there."""
        if self.last_heartbeat is None or datetime.now(UTC) - self.last_heartbeat >= HEARTBEAT:
            super().heartbeat(timeout, pipeline)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Take SIGTERM and SIGINT; no word to Redis from inside a signal handler."""
        self._stop.set()
        self._stop_requested = True
        if not self._working:
            raise StopRequested

    def subscribe(self) -> None:
        """Listen to nobody: stopping is the supervisor's affair."""

    def unsubscribe(self) -> None:
        """Nothing was subscribed."""

    def _forget(self, job: Job, queue: Queue) -> None:
        """Leave nothing in Redis: should we die now, the row's lease brings the job back."""
        with self.connection.pipeline() as pipeline:
            pipeline.lrem(queue.intermediate_queue_key, 1, job.id)
            pipeline.delete(job.key)
            pipeline.execute()

    def _perform(self, job: Job) -> None:
        try:
            with self.death_penalty_class(job.timeout, JobTimeoutException, job_id=job.id):
                job.perform()
        except Exception as error:  # the row is still owed, and the next one is waiting
            log.error("job %s ended badly, it comes again: %s: %s", job.id, type(error).__name__, error)

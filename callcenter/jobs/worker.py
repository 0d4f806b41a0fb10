"""The RQ worker: one process, no children, so that a kill takes the job with it."""

from __future__ import annotations

from types import FrameType
from typing import Any

from redis import Redis
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested

from callcenter.jobs.relay import QUEUE
from callcenter.jobs.runner import Runner
from callcenter.stopping import Stop

WORKER_TTL = 45
"""Seconds; RQ waits for a job at most 15 s less, and then sees whether Redis is there."""

_runners: list[Runner] = []


def install(runner: Runner) -> None:
    """Tell this process what carries its jobs out."""
    _runners[:] = [runner]


def perform(row_id: int) -> None:
    """Carry an outbox row out; what RQ calls."""
    _runners[0].run(row_id)


class QuietWorker(SimpleWorker):
    """An RQ worker that stops after its job when asked, and takes no commands from Redis."""

    max_connection_wait_time = 5.0

    def __init__(self, redis: Redis, stop: Stop) -> None:
        """Work on the queue at ``redis`` until ``stop``."""
        queue = Queue(QUEUE, connection=redis)
        super().__init__([queue], connection=redis, worker_ttl=WORKER_TTL, log_job_description=False)
        self._stop = stop
        self._working = False

    def execute_job(self, job: Any, queue: Any) -> None:
        """Do the job; a wish to stop waits until it is done."""
        self._working = True
        try:
            super().execute_job(job, queue)
        finally:
            self._working = False

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

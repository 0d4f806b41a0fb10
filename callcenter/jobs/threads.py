"""What a worker process does beside its jobs: the relay and the periodic work."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from callcenter.jobs.kinds import Job, Periodic, Tools
from callcenter.jobs.relay import Relay, aside
from callcenter.jobs.runner import Runner, clock
from callcenter.services.alarms import Alarms
from callcenter.services.outbox import Ledger
from callcenter.stopping import Stop

log = logging.getLogger(__name__)

PAUSE, LONGEST_PAUSE = 1.0, 5.0
"""Seconds; a look costs little, but a crowd of rows is handed over for the price of one."""
FAILING = "periodic-failing"

LONGEST = 900.0
"""Seconds that a periodic work may run before somebody is told: a day of a busy account is read in fewer."""


def start(name: str, body: Callable[[], None]) -> threading.Thread:
    """Run ``body`` beside the main thread; it is expected to watch its ``Stop``."""
    thread = threading.Thread(target=body, name=name, daemon=True)
    thread.start()
    return thread


def relay_until(stop: Stop, relay: Relay) -> None:
    """Hand rows over until told to stop; while Redis or the database is away they wait."""
    pause = PAUSE
    while not stop.wait(pause):
        try:
            relay.round(clock())
        except (RedisError, SQLAlchemyError, OSError) as error:
            log.warning("owed work waits: %s", error)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            pause = PAUSE


class Aside:
    """Does the jobs that may take minutes, one after the other, apart from the queue."""

    def __init__(self, tools: Tools, jobs: Mapping[str, Job], now: Callable[[], datetime] = clock) -> None:
        """Do those of ``jobs`` that are not for the queue."""
        self._database = tools.database
        self._runner = Runner(tools, jobs, now)
        self._kinds = aside(jobs)
        self._now = now

    def run_until(self, stop: Stop) -> None:
        """Go on until told to stop; while the database is away the rows wait."""
        while not stop.wait(PAUSE):
            try:
                while not stop.asked and self.do_one():
                    pass
            except SQLAlchemyError as error:
                log.warning("work aside waits: %s", error)

    def do_one(self) -> bool:
        """Do the job that is owed longest; tells whether there was one."""
        with self._database.transaction() as session:
            row_id = Ledger(session, self._kinds).claim_aside(self._now())
        if row_id is not None:
            self._runner.run(row_id)
        return row_id is not None


def apart(work: Mapping[str, Periodic]) -> list[dict[str, Periodic]]:
    """Divide the periodic work into what one thread can do each: first all that is short, then the others."""
    short = {name: periodic for name, periodic in work.items() if not periodic.aside}
    return [short, *({name: periodic} for name, periodic in work.items() if periodic.aside)]


class Ticker:
    """Runs the periodic work, one thing after the other."""

    def __init__(self, tools: Tools, work: Mapping[str, Periodic], beside: Sequence[Ticker] = ()) -> None:
        """Run each of ``work`` at once and then at its pace, and see that those ``beside`` come to an end."""
        self._tools = tools
        self._work = work
        self._beside = beside
        self._due = dict.fromkeys(work, 0.0)
        self._running: tuple[str, float] | None = None
        self._told: set[tuple[str, float]] = set()

    def run_until(self, stop: Stop) -> None:
        """Go on until told to stop."""
        while not stop.wait(0.5):
            self.tick(time.monotonic(), clock())

    def tick(self, elapsed: float, now: datetime) -> None:
        """Run what is due at ``elapsed`` seconds of the process's own time."""
        for name, periodic in self._work.items():
            if elapsed >= self._due[name]:
                self._due[name] = elapsed + periodic.seconds
                self._running = (name, elapsed)
                self._run(name, periodic, now)
                self._running = None
        for other in self._beside:
            self._watch(other, elapsed, now)

    def _watch(self, other: Ticker, elapsed: float, now: datetime) -> None:
        """Tell once of what does not end; it clears that itself when it has ended well."""
        running = other._running
        if running is None or running in self._told or elapsed - running[1] < LONGEST:
            return
        self._told = {running}
        trouble = (
            f"{running[0]} has been running for {LONGEST / 60:.0f} minutes; is Twilio, or the database, slow?"
        )
        self._try_to_tell(running[0], trouble, now)

    def _run(self, name: str, periodic: Periodic, now: datetime) -> None:
        trouble = ""
        try:
            periodic.run(self._tools, now)
        except Exception as error:  # one periodic work's trouble must not end the others
            log.exception("periodic work %s failed", name)
            trouble = f"{name} failed, it is tried on: {type(error).__name__}: {error}"
        self._try_to_tell(name, trouble, now)

    def _try_to_tell(self, name: str, trouble: str, now: datetime) -> None:
        try:
            self._tell(name, trouble, now)
        except SQLAlchemyError as error:
            log.error("the alarm on %s could not be written: %s", name, error)

    def _tell(self, name: str, trouble: str, now: datetime) -> None:
        with self._tools.database.reading() as session:
            calm = not trouble and not Alarms(session).is_open(FAILING, name)
        if not calm:
            with self._tools.database.transaction() as session:
                Alarms(session).show(FAILING, name, trouble, now)

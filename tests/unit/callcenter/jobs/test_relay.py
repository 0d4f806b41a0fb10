"""The relay and the RQ worker against a real Redis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.job import Job as QueuedJob

from callcenter.db import Database
from callcenter.jobs import worker
from callcenter.jobs.kinds import Job, Tools
from callcenter.jobs.relay import QUEUE, ROOM, Relay
from callcenter.jobs.runner import Runner
from callcenter.jobs.threads import Aside
from callcenter.jobs.worker import QuietWorker, install
from callcenter.models import Outbox
from callcenter.senders import Sender
from callcenter.services.outbox import QUEUE_LEASE, Work
from callcenter.settings import load
from callcenter.stopping import Stop
from tests.fixtures.children import free_port

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as client:
        yield client


class Office:
    """The outbox, the queue, and jobs that note who they greeted."""

    def __init__(self, database: Database, redis: Redis, home: Path) -> None:
        self.database = database
        self.redis = redis
        self.greeted: list[str] = []
        self.now = NOW
        jobs = {"greet": Job(self._greet, 30), "carry": Job(self._greet, 600, aside=True)}
        tools = Tools(database, Sender("", home / "mail"), replace(load({}), home=home), lambda _: None)
        self.relay = Relay(database, redis, jobs)
        self.aside = Aside(tools, jobs, lambda: self.now)
        install(Runner(tools, jobs, lambda: self.now))

    def _greet(self, _tools: Tools, payload: dict[str, Any], _now: datetime) -> None:
        self.greeted.append(payload["who"])

    def owe(self, *names: str, kind: str = "greet") -> None:
        with self.database.transaction() as session:
            for name in names:
                Work(session).owe(kind, f"met:{name}", {"who": name}, self.now)

    def work(self) -> None:
        """Do all that is in the queue, as the worker process does."""
        QuietWorker(self.redis, Stop()).work(burst=True, logging_level=None)

    def queued(self) -> list[str]:
        return Queue(QUEUE, connection=self.redis).job_ids

    def open_rows(self) -> list[Outbox]:
        with self.database.reading() as session:
            return [row for row in session.query(Outbox).order_by(Outbox.id) if row.done_at is None]


@pytest.fixture
def office(database: Database, redis: Redis, tmp_path: Path) -> Iterator[Office]:
    yield Office(database, redis, tmp_path)
    worker._runners.clear()


def test_what_may_take_minutes_is_done_apart_from_the_queue(office: Office) -> None:
    office.owe("Sari", "Budi", kind="carry")
    assert office.relay.round(office.now) == 0
    assert office.aside.do_one()
    assert office.greeted == ["Sari"]
    office.owe("Cici")
    assert office.relay.round(office.now) == 1
    assert office.aside.do_one()
    assert not office.aside.do_one()
    assert office.greeted == ["Sari", "Budi"]


def test_what_is_owed_is_done_in_order(office: Office) -> None:
    office.owe("Sari", "Budi", "Wati")
    assert office.relay.round(NOW) == 3
    assert office.queued() == [str(row.id) for row in office.open_rows()]
    office.work()
    assert office.greeted == ["Sari", "Budi", "Wati"]
    assert office.open_rows() == []
    assert office.relay.round(NOW + timedelta(hours=1)) == 0


def test_nothing_of_a_done_job_stays_in_redis(office: Office) -> None:
    office.owe("Sari")
    office.relay.round(NOW)
    (job_id,) = office.queued()
    office.work()
    assert not QueuedJob.exists(job_id, connection=office.redis)


def test_a_queue_that_forgot_is_told_again(office: Office) -> None:
    office.owe("Sari")
    office.relay.round(NOW)
    office.redis.flushall()
    assert office.relay.round(NOW + QUEUE_LEASE / 2) == 0
    office.now = NOW + QUEUE_LEASE
    assert office.relay.round(office.now) == 1
    office.work()
    assert office.greeted == ["Sari"]


def test_a_row_that_waits_in_the_queue_is_there_once(office: Office) -> None:
    office.owe("Sari")
    for lease in range(5):
        office.relay.round(NOW + lease * QUEUE_LEASE)
    assert len(office.queued()) == 1


def test_a_job_whose_worker_was_killed_is_handed_over_again(office: Office) -> None:
    office.owe("Sari")
    office.relay.round(NOW)
    queue = Queue(QUEUE, connection=office.redis)
    (job_id,) = queue.job_ids
    killed = QuietWorker(office.redis, Stop())
    taken = Queue.dequeue_any([queue], None, connection=office.redis)
    assert taken is not None
    killed.prepare_execution(taken[0])
    killed.prepare_job_execution(taken[0], remove_from_intermediate_queue=True)
    office.now = NOW + QUEUE_LEASE
    assert office.relay.round(office.now) == 1
    assert office.queued() == [job_id]
    office.work()
    assert office.greeted == ["Sari"]


def test_a_job_delivered_twice_is_done_once(office: Office) -> None:
    office.owe("Sari")
    office.relay.round(NOW)
    Queue(QUEUE, connection=office.redis).push_job_id(office.queued()[0])
    office.work()
    assert office.greeted == ["Sari"]


def test_a_crowd_waits_in_the_database(office: Office) -> None:
    office.owe(*(f"guest {n}" for n in range(ROOM + 20)))
    assert office.relay.round(NOW) == ROOM
    assert office.relay.round(NOW) == 0
    office.work()
    assert office.relay.round(NOW) == 20
    office.work()
    assert len(set(office.greeted)) == len(office.greeted) == ROOM + 20


def test_without_redis_rows_wait_and_are_due_at_once_when_it_is_back(
    office: Office, database: Database
) -> None:
    office.owe("Sari")
    away = Relay(database, Redis(port=free_port(), socket_connect_timeout=1), {})
    with pytest.raises(RedisError):
        away.round(NOW)
    office.owe("Budi")
    assert office.relay.round(NOW) == 2
    office.work()
    assert office.greeted == ["Sari", "Budi"]


def test_rows_that_could_not_be_handed_over_are_given_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **_more: object) -> None:
        raise RedisError("killed")

    office.owe("Sari", "Budi")
    with monkeypatch.context() as patched:
        patched.setattr(Queue, "enqueue_many", gone)
        with pytest.raises(RedisError):
            office.relay.round(NOW)
    assert office.relay.round(NOW) == 2

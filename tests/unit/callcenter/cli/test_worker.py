"""The worker as a process, with a Redis that is killed under it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.db import Database
from callcenter.models import Agency, Notification, Officer, Ticket
from callcenter.services.outbox import Work
from tests.fixtures.children import free_port
from tests.fixtures.redis import started_redis

SECONDS = 30.0
COMMAND = [sys.executable, "-c", "from callcenter.cli import main; main()", "worker"]


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline, f"not within {SECONDS} s: {what}"
        time.sleep(0.05)


class House:
    """An instance with an agency, an officer, and a worker that may be killed."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment = environment
        self.database = Database(environment["CALLCENTER_DATABASE_URL"])
        self.mail = Path(environment["CALLCENTER_HOME"]) / "outbox-mail"
        self.log = log
        self.worker = self.start()
        with self.database.transaction() as session:
            agency = Agency(
                code="dinsos", name="Dinas Sosial", tier="dinas", active_from=datetime.now(UTC).date()
            )
            session.add(Officer(id=1, agency=agency, name="Sari"))

    def start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as sink:
            return subprocess.Popen(COMMAND, env={**os.environ, **self.environment}, stdout=sink, stderr=sink)

    def open_ticket(self, number: int) -> None:
        now = datetime.now(UTC)
        with self.database.transaction() as session:
            session.add(
                Ticket(
                    id=number,
                    number=f"{number:08}",
                    pin_hash="x",
                    agency_id=1,
                    language="id",
                    opened_at=now,
                    verify_by=now,
                )
            )
            payload = {"ticket_id": number, "officer_id": 1}
            Work(session).owe("notify_ticket", f"ticket-opened:{number}:officer:1", payload, now)

    def told(self, number: int) -> None:
        until((self.mail / f"ticket-opened-{number}-officer-1.eml").exists, f"mail of ticket {number}")

    def end(self, number: signal.Signals) -> int:
        self.worker.send_signal(number)
        return self.worker.wait(SECONDS)


@pytest.fixture
def redis_port(environment: dict[str, str]) -> int:
    port = free_port()
    environment["CALLCENTER_REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    return port


@pytest.fixture
def house(environment: dict[str, str], redis_port: int, tmp_path: Path) -> Iterator[House]:
    house = House(environment, tmp_path / "worker.log")
    yield house
    if house.worker.poll() is None:
        house.worker.kill()
        house.worker.wait()
    house.database.dispose()


def test_redis_comes_late_goes_and_comes_back(house: House, redis_port: int, tmp_path: Path) -> None:
    house.open_ticket(1)
    with started_redis(tmp_path, redis_port):
        house.told(1)
    house.open_ticket(2)  # nobody is told while Redis is away, and nobody minds
    with started_redis(tmp_path, redis_port):
        house.told(2)
        house.open_ticket(3)
        house.told(3)
        assert house.end(signal.SIGTERM) == 0


def test_a_killed_worker_is_replaced_by_the_next_one(house: House, redis_port: int, tmp_path: Path) -> None:
    with started_redis(tmp_path, redis_port):
        house.open_ticket(1)
        house.told(1)
        assert house.end(signal.SIGKILL) == -signal.SIGKILL
        house.open_ticket(2)
        house.worker = house.start()
        house.told(2)
        with house.database.reading() as session:
            rows = session.scalars(select(Notification)).all()
        assert [row.fact for row in rows] == ["ticket-opened:1:officer:1", "ticket-opened:2:officer:1"]
        assert house.end(signal.SIGTERM) == 0


def test_it_stops_while_redis_is_away(house: House) -> None:
    until(lambda: "wait for Redis" in house.log.read_text(), "a word about Redis")
    assert house.end(signal.SIGTERM) == 0

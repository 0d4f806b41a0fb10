"""The worker as a process of its own, with an account at the stand-in and a Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.models import Alarm, Call, Disposition, Recording
from recordings.store import LocalStore
from tests.phone.conftest import ACCOUNT, SITE, TOKEN, on_twilio
from tests.phone.phone import Clock
from tests.phone.town import Town
from tests.phone.twilio_phone import TwilioSite
from tests.twilio.loopback import served
from tests.twilio.lost import of

SECONDS = 60.0
COMMAND = [sys.executable, "-c", "from callcenter.cli import main; main()", "worker"]


@pytest.fixture
def clock() -> Clock:
    """So long ago that everything has settled, and nothing is late yet: the worker has the real time."""
    return Clock(datetime.now(UTC) - timedelta(minutes=3))


@contextmanager
def worker(environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker; it lives no longer than the block."""
    with log.open("wb") as sink:
        process = subprocess.Popen(COMMAND, env={**os.environ, **environment}, stdout=sink, stderr=sink)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def until(true: Callable[[], bool], what: str, log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline, f"not within {SECONDS} s: {what}\n{log.read_text()[-4000:]}"
        time.sleep(0.05)


def leave_a_message(site: TwilioSite, town: Town) -> str:
    """Let a citizen leave a message of which everything is told."""
    phone = town.dial_past_language()
    call = site.exchange.calls[phone.key]
    call.press("2")
    call.speak(5)
    call.hang_up()
    site.exchange.advance(1)
    return phone.key


def call_in_vain(site: TwilioSite, town: Town) -> str:
    """Let a citizen call while nothing of ours answers."""
    exchange = site.exchange
    exchange.tolerates, exchange.down = True, True
    call = exchange.call("+6281200000009", town.number)
    exchange.advance(1)
    exchange.tolerates, exchange.down = False, False
    assert call.over
    return call.sid


def test_it_fetches_what_was_told_and_brings_home_what_was_not(
    twilio_site: TwilioSite, environment: dict[str, str], redis_url: str, tmp_path: Path
) -> None:
    town, log = on_twilio(twilio_site, ()), tmp_path / "worker.log"
    told, lost = leave_a_message(twilio_site, town), call_in_vain(twilio_site, town)
    (sid,) = twilio_site.exchange.recorder.kept
    account = {"ACCOUNT": ACCOUNT, "TOKEN": TOKEN, "URLS": SITE}

    def is_home() -> bool:
        with twilio_site.database.reading() as session:
            ended = session.scalar(select(Call.ended_at).where(Call.key == lost))
        return ended is not None and not twilio_site.exchange.recorder.kept

    with served(twilio_site.exchange) as api:
        ours = {f"CALLCENTER_TWILIO_{name}": value for name, value in ({**account, "API": api}).items()}
        with worker({**environment, "CALLCENTER_REDIS_URL": redis_url, **ours}, log) as process:
            until(is_home, "the recording fetched and the lost call found", log)
            process.send_signal(signal.SIGTERM)
            assert process.wait(SECONDS) == 0

    (row,) = of(twilio_site, Recording, told)
    store = LocalStore(Path(environment["CALLCENTER_HOME"]) / "store")
    assert (row.duration_ms, row.problem) == (5000, None)
    assert store.size(row.store_key) == row.size > 5 * 2 * 8000
    asked = [(one.method, one.path) for one in twilio_site.exchange.http.asked]
    assert ("GET", f"/Recordings/{sid}.wav") in asked
    assert asked.count(("DELETE", f"/Recordings/{sid}.json")) == 1
    with twilio_site.database.reading() as session:
        home = session.scalars(select(Call).where(Call.key == lost)).one()
        assert (home.disposition, home.caller_number) == (Disposition.CALL_BACK, "+6281200000009")
        assert session.scalars(select(Alarm.kind).where(Alarm.cleared_at.is_(None))).all() == []

"""An Asterisk that hangs is ended; one that only has not begun yet is not."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.asterisk import process
from ivr.asterisk.exchange import AsteriskBinary
from ivr.asterisk.process import DEAD_AFTER, Exchange, Pulse


@pytest.fixture
def manager() -> Iterator[socket.socket]:
    """Something that listens where the manager does; its backlog takes callers who are never greeted."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield server


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "GREETING_SECONDS", 0.05)


@pytest.fixture
def signals() -> Iterator[None]:
    """Give back the handlers that a run sets."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def greet(server: socket.socket) -> None:
    """Be a manager for the next look."""

    def answer() -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"Asterisk Call Manager/11.0.0\r\n")

    threading.Thread(target=answer, daemon=True).start()


def test_an_asterisk_that_has_not_greeted_yet_is_waited_for(manager: socket.socket) -> None:
    pulse = Pulse(*manager.getsockname())
    assert all(pulse.beats() for _ in range(DEAD_AFTER + 2))


def test_one_that_greets_no_more_is_dead_after_a_few_looks(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulse = Pulse(*manager.getsockname())
    monkeypatch.setattr(process, "GREETING_SECONDS", 5.0)
    greet(manager)
    assert pulse.beats()
    monkeypatch.setattr(process, "GREETING_SECONDS", 0.05)
    assert [pulse.beats() for _ in range(DEAD_AFTER)] == [True] * (DEAD_AFTER - 1) + [False]


STANDS_IN = """#!/bin/sh
case "$*" in
*hangup*) echo all > {calls} ;;
*count*) [ -e {calls} ] && echo "0 active channels" || echo "3 active channels" ;;
*) exec sleep 600 ;;
esac
"""
"""Takes Asterisk's commands."""


def test_who_is_asked_to_stop_ends_the_calls_and_then_asterisk_at_once(
    tmp_path: Path, signals: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, calls = tmp_path / "asterisk", tmp_path / "hung-up"
    program.write_text(STANDS_IN.format(calls=calls))
    program.chmod(0o755)
    exchange = Exchange(
        AsteriskBinary((str(program),), (22,), tmp_path, tmp_path), tmp_path / "asterisk.conf"
    )

    def refresh() -> list[str]:
        signal.raise_signal(signal.SIGTERM)
        return []

    assert exchange.run(refresh, 0.05, Beating("127.0.0.1", 1)) == 0
    assert calls.exists()


def test_an_asterisk_that_takes_no_word_is_ended_all_the_same(tmp_path: Path, signals: None) -> None:
    sleeper = (
        sys.executable,
        "-c",
        "import sys, time; sys.exit(1) if '-rx' in sys.argv else time.sleep(600)",
    )
    exchange = Exchange(AsteriskBinary(sleeper, (22,), tmp_path, tmp_path), tmp_path / "asterisk.conf")

    def refresh() -> list[str]:
        signal.raise_signal(signal.SIGTERM)
        return []

    assert exchange.run(refresh, 0.05, Beating("127.0.0.1", 1)) == 0


class Beating(Pulse):
    """Beats for ever."""

    def _greets(self) -> bool:
        return True


class Fading(Pulse):
    """Beats once, and then no more."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1", 1)
        self.looks = 0

    def _greets(self) -> bool:
        self.looks += 1
        return self.looks == 1


def test_a_hanging_asterisk_is_killed(tmp_path: Path, signals: None) -> None:
    sleeper = (sys.executable, "-c", "import time; time.sleep(600)")
    exchange = Exchange(AsteriskBinary(sleeper, (22,), tmp_path, tmp_path), tmp_path / "asterisk.conf")
    pulse = Fading()
    assert exchange.run(list, 0.05, pulse) == -signal.SIGKILL
    assert pulse.looks == DEAD_AFTER + 1

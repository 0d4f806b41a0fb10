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
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)}
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

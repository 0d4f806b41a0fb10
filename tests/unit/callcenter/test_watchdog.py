"""Stuck processes are ended, busy ones and sleeping machines are not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from callcenter.watchdog import Limits, Vigil, state

BEGIN = "from callcenter import watchdog; watchdog.start(watchdog.Limits(stopped=0.5, silent=2)); print('up', flush=True);"
LIMITS = Limits(stopped=3, silent=10)


@contextmanager
def process(code: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", BEGIN + code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "up\n"
        try:
            yield child
        finally:
            child.kill()


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_stopped_process_is_killed() -> None:
    with process("import time; time.sleep(60)") as child:
        child.send_signal(signal.SIGSTOP)
        assert child.wait(20) == -signal.SIGKILL
        assert child.stderr is not None
        assert "was stopped" in child.stderr.read()


def test_a_process_that_holds_pythons_lock_is_killed() -> None:
    # PyDLL keeps the interpreter's lock while it sleeps in C: no other thread of it can run.
    with process("import ctypes; ctypes.PyDLL(None).sleep(60)") as child:
        assert child.wait(20) == -signal.SIGKILL
        assert child.stderr is not None
        assert "no sign of life" in child.stderr.read()


def test_a_process_that_works_is_left_alone_and_leaves_nobody_behind() -> None:
    with process("import time; time.sleep(3)") as child:
        watchers = children(child.pid)
        assert len(watchers) == 1
        assert child.wait(20) == 0
        wait_until(lambda: not Path(f"/proc/{watchers[0]}").exists())


def test_a_watchdog_does_not_mind_the_signals_of_the_terminal() -> None:
    with process("import time; time.sleep(60)") as child:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(children(child.pid)[0], number)
        child.send_signal(signal.SIGSTOP)
        assert child.wait(20) == -signal.SIGKILL


def test_what_a_process_does() -> None:
    with process("import time; time.sleep(60)") as child:
        assert state(child.pid) not in ("", "T")
        child.send_signal(signal.SIGSTOP)
        wait_until(lambda: state(child.pid) == "T")
    assert state(child.pid) == ""


@pytest.mark.parametrize(("seconds", "stuck"), [(2.5, False), (3.0, True)])
def test_a_stop_has_a_limit(seconds: float, stuck: bool) -> None:
    vigil = Vigil(LIMITS, 0)
    verdict = [vigil.verdict(n / 2, "T", beat=False) for n in range(1, int(seconds * 2) + 1)][-1]
    assert bool(verdict) == stuck


def test_silence_has_a_longer_one() -> None:
    vigil = Vigil(LIMITS, 0)
    verdicts = [vigil.verdict(n / 2, "S", beat=False) for n in range(1, 21)]
    assert [bool(verdict) for verdict in verdicts] == [False] * 19 + [True]


def test_a_beat_begins_anew() -> None:
    vigil = Vigil(LIMITS, 0)
    assert not any(vigil.verdict(n / 2, "S", beat=n % 10 == 0) for n in range(1, 100))


def test_a_machine_that_slept_kills_nobody() -> None:
    vigil = Vigil(LIMITS, 0)
    assert not vigil.verdict(3600, "T", beat=False)
    assert not vigil.verdict(3600.5, "T", beat=False)


def test_who_waits_for_a_slow_disk_is_not_stuck() -> None:
    vigil = Vigil(LIMITS, 0)
    assert not any(vigil.verdict(n / 2, "D", beat=False) for n in range(1, 100))

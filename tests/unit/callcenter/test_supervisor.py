"""The supervisor, with little programs in the place of the real ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from callcenter.child import Program
from callcenter.stopping import Stop
from callcenter.supervisor import Backoff, StartError, Supervisor

QUICK = Backoff(first=0.05, longest=0.2)


def program(name: str, code: str, folder: Path, **more: object) -> Program:
    """A program that writes its process id into ``folder/name`` and then runs ``code``."""
    head = f"import os, sys, time, signal, pathlib; pathlib.Path(r'{folder / name}').write_text(str(os.getpid()));"
    ready = (folder / name).exists
    return Program(name, (sys.executable, "-c", head + code), ready, **more)  # type: ignore[arg-type]


def pid(folder: Path, name: str) -> int:
    return int((folder / name).read_text() or 0)


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_for(truth: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not truth():
        assert time.monotonic() < deadline, "it did not happen within 20 s"
        time.sleep(0.02)


@contextmanager
def running(programs: list[Program], folder: Path) -> Iterator[list[str]]:
    """Run the programs in a thread; leaving the block stops them."""
    told: list[str] = []
    stop, ready = Stop(), threading.Event()
    supervisor = Supervisor(programs, folder / "log", told.append, QUICK)
    thread = threading.Thread(target=supervisor.run, args=(stop, ready.set))
    thread.start()
    try:
        assert ready.wait(20)
        yield told
    finally:
        stop.set()
        thread.join(20)


LIVE = "time.sleep(600)"
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"


def test_programs_start_in_order_and_stop_in_reverse(tmp_path: Path) -> None:
    with running([program(name, LIVE, tmp_path) for name in "abc"], tmp_path) as told:
        started = [line.split()[0] for line in told]
        pids = [pid(tmp_path, name) for name in "abc"]
        assert all(map(alive, pids))
    assert started == ["a", "b", "c"]
    assert [line.split()[0] for line in told[3:]] == ["c", "b", "a"]
    assert not any(map(alive, pids))


def test_who_dies_is_started_again(tmp_path: Path) -> None:
    with running([program("a", LIVE, tmp_path), program("b", LIVE, tmp_path)], tmp_path) as told:
        first, other = pid(tmp_path, "a"), pid(tmp_path, "b")
        os.kill(first, signal.SIGKILL)
        wait_for(
            lambda: pid(tmp_path, "a") not in (0, first) and sum("up after" in line for line in told) == 3
        )
        assert pid(tmp_path, "b") == other
    assert any(line.startswith("a ") and "killed by signal 9" in line for line in told)


def test_who_was_stopped_is_killed_and_started_again(tmp_path: Path) -> None:
    with running([program("a", LIVE, tmp_path)], tmp_path) as told:
        first = pid(tmp_path, "a")
        os.kill(first, signal.SIGSTOP)
        wait_for(lambda: pid(tmp_path, "a") not in (0, first))
        assert not alive(first)
    assert any("was stopped by somebody" in line for line in told)


def test_who_may_be_held_for_longer_is_left_alone(tmp_path: Path) -> None:
    patient = program("a", LIVE, tmp_path, stopped_seconds=60)
    with running([patient, program("b", LIVE, tmp_path)], tmp_path):
        first, other = pid(tmp_path, "a"), pid(tmp_path, "b")
        os.kill(first, signal.SIGSTOP)
        os.kill(other, signal.SIGSTOP)
        wait_for(lambda: pid(tmp_path, "b") not in (0, other))
        assert alive(first)
        os.kill(first, signal.SIGCONT)


def test_what_a_dead_program_had_started_is_ended_before_the_next(tmp_path: Path) -> None:
    nested = (
        f"import subprocess; child = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}.join("
        f"['import signal, time;', ''])]); pathlib.Path(r'{tmp_path / 'nested'}').write_text(str(child.pid)); {LIVE}"
    )
    with running([program("a", nested, tmp_path)], tmp_path):
        wait_for((tmp_path / "nested").exists)
        wait_for(lambda: "deaf" in (tmp_path / "log/a.log").read_text())
        grandchild, first = pid(tmp_path, "nested"), pid(tmp_path, "a")
        os.kill(first, signal.SIGKILL)
        wait_for(lambda: pid(tmp_path, "a") not in (0, first))
        assert not alive(grandchild)


def test_a_program_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    with running([program("a", STUBBORN, tmp_path, stop_seconds=0.3)], tmp_path) as told:
        wait_for(lambda: "deaf" in (tmp_path / "log/a.log").read_text())
        process = pid(tmp_path, "a")
    assert not alive(process)
    assert "killed: it did not stop in 0.3 s" in told[-1]


def test_what_a_program_says_is_kept(tmp_path: Path) -> None:
    words = f"print('good morning', flush=True); print('trouble', file=sys.stderr, flush=True); {LIVE}"
    with running([program("a", words, tmp_path)], tmp_path):
        wait_for(lambda: "trouble" in (tmp_path / "log/a.log").read_text())
    assert (tmp_path / "log/a.log").read_text() == "good morning\ntrouble\n"


def test_last_words_are_kept_as_well(tmp_path: Path) -> None:
    words = f"signal.signal(15, lambda *_: sys.exit(print('good bye'))); print('here', flush=True); {LIVE}"
    with running([program("a", words, tmp_path)], tmp_path):
        wait_for(lambda: "here" in (tmp_path / "log/a.log").read_text())
    assert "good bye" in (tmp_path / "log/a.log").read_text()


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (
            Program("b", (sys.executable, "-c", "print('no such port'); exit(3)"), lambda: False),
            "no such port",
        ),
        (Program("b", ("/nowhere/at/all",)), "cannot be started"),
        (
            Program("b", (sys.executable, "-c", "import time;" + LIVE), lambda: False, ready_seconds=0.3),
            "not up after 0.3 s",
        ),
    ],
)
def test_a_program_that_does_not_come_up_at_first_stops_all(
    tmp_path: Path, bad: Program, reason: str
) -> None:
    told: list[str] = []
    supervisor = Supervisor([program("a", LIVE, tmp_path), bad], tmp_path / "log", told.append, QUICK)
    with pytest.raises(StartError, match=reason):
        supervisor.run(Stop(), lambda: None)
    assert not alive(pid(tmp_path, "a"))


def test_a_killed_supervisor_leaves_nobody_behind(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib\n"
        "from tests.unit.callcenter.test_supervisor import *\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "programs = [program('a', STUBBORN, folder), program('b', LIVE, folder)]\n"
        "Supervisor(programs, folder / 'log', print).run(Stop(), (folder / 'ready').touch)\n"
    )
    root = Path(__file__).parents[3]
    supervisor = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=root)
    wait_for((tmp_path / "ready").exists)
    children = [pid(tmp_path, name) for name in "ab"]
    assert all(map(alive, children))
    supervisor.kill()
    supervisor.wait()
    wait_for(lambda: not any(map(alive, children)))


def test_the_wait_doubles_up_to_the_longest_and_is_forgotten() -> None:
    backoff, delays = Backoff(), [0.0]
    for _ in range(9):
        delays.append(backoff.after(delays[-1], age=1))
    assert delays[1:] == [0.5, 1, 2, 4, 8, 10, 10, 10, 10]
    assert backoff.after(10, age=60) == 0.5

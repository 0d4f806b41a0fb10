"""A process of ours: started, watched, its words kept, stopped with all it started."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from callcenter.watchdog import Limits

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)  # loaded before any fork: nothing but the call is left to do after it
_GROUP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Program:
    """What to run and how to tell that it is up."""

    name: str
    command: tuple[str, ...]
    ready: Callable[[], bool] | None = None
    """Asked while it starts; without it, a program that has run for ``settle`` seconds is up."""
    settle: float = 1.0
    ready_seconds: float = 60.0
    stop_seconds: float = 10.0
    stopped_seconds: float = Limits().stopped
    """How long somebody may hold it by a signal: it holds up whoever waits for it."""
    environ: Mapping[str, str] = field(default_factory=dict)
    where: str = ""
    """What a person sees beside its name: an address, mostly."""


class Child:
    """One run of a program, in a process group of its own.

    It is killed when we are (``PR_SET_PDEATHSIG``), so that a killed
    supervisor leaves nobody behind who holds a port. Make it in the thread
    that outlives it: Linux takes the death of that thread for ours.
    """

    def __init__(self, program: Program) -> None:
        """Start it; raises ``OSError`` when there is no such program."""
        parent = os.getpid()
        self.program = program
        self.started_at = time.monotonic()
        self._process = subprocess.Popen(
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **program.environ},
            start_new_session=True,
            preexec_fn=lambda: _die_with(parent),  # safe: the supervisor has one thread
        )
        assert self._process.stdout is not None
        self.output = self._process.stdout.fileno()
        os.set_blocking(self.output, False)

    @property
    def pid(self) -> int:
        """The process id, which is the group's id too."""
        return self._process.pid

    @property
    def age(self) -> float:
        """Seconds since its start."""
        return time.monotonic() - self.started_at

    def ended(self) -> int | None:
        """Tell its exit status once it is gone."""
        return self._process.poll()

    def read(self) -> bytes | None:
        """Read what it said; ``None`` when nothing more will come."""
        try:
            return os.read(self.output, 65536) or None
        except BlockingIOError:
            return b""

    def stop(self, pump: Callable[[], None]) -> bool:
        """Ask it to stop, kill it at its limit; false when it had to be killed.

        ``pump`` is called while we wait: it reads what the child still says.
        """
        self._process.terminate()
        willing = self._gone_within(self.program.stop_seconds, pump)
        if not willing:
            self._process.kill()
            self._process.wait()
        return willing

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def clear_group(self) -> None:
        """End what a gone child has left behind: it may hold a port."""
        self._process.wait()
        end = time.monotonic() + _GROUP_SECONDS
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGTERM)
            while time.monotonic() < end:
                time.sleep(0.02)
                os.killpg(self.pid, 0)
            os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Let its output go."""
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _gone_within(self, seconds: float, pump: Callable[[], None]) -> bool:
        end = time.monotonic() + seconds
        while self.ended() is None:
            if time.monotonic() > end:
                return False
            pump()
        return True


def _die_with(parent: int) -> None:
    """Ask Linux to kill this process with its parent (runs after the fork)."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)

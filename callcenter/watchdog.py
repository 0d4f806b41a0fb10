"""Ends a process that is stuck, so that what keeps it running starts it again.

A stopped or hanging process is worse than a dead one: its connections stay
open, and who waits for it waits in vain. A small copy of the process, made at
its start, listens to its heartbeat and kills it when that stops.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

BEAT_SECONDS = 0.5
DEAF_TO = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What a terminal or a supervisor sends to all of a group: the watchdog ends with its process."""
STOPPED = ("T", "t")
"""By a signal, which only another one ends."""
WAITS_FOR_DISK = "D"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds without a sign of life.

    A caller waits for a stopped process in silence, so that is short. Who is
    silent but not stopped may only be starved on a busy machine; who waits
    for the disk cannot be ended before the disk answers.
    """

    stopped: float = 3.0
    silent: float = 10.0


def start(limits: Limits | None = None) -> None:
    """Have this process watched from now on; call it early and from the main thread."""
    parent = os.getpid()
    ear, mouth = os.pipe()
    deaf = signal.pthread_sigmask(signal.SIG_BLOCK, DEAF_TO)  # until the copy ignores them
    if os.fork() == 0:
        os.close(mouth)
        for number in DEAF_TO:
            signal.signal(number, signal.SIG_IGN)
        _watch(parent, ear, limits or Limits())
        os._exit(0)
    signal.pthread_sigmask(signal.SIG_SETMASK, deaf)
    os.close(ear)
    threading.Thread(target=_beat, args=(mouth,), name="heartbeat", daemon=True).start()


def state(pid: int) -> str:
    """Give Linux's letter for what the process does (proc(5)); empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


class Vigil:
    """Decides when a process is stuck; times are seconds of any clock."""

    def __init__(self, limits: Limits, now: float) -> None:
        """Begin with a sign of life."""
        self._limits = limits
        self._heard_at = self._running_at = self._looked_at = now

    def verdict(self, now: float, state: str, *, beat: bool) -> str:
        """Tell why a process in this ``state`` must end; empty while it need not.

        After a gap in our own looking everybody was asleep: it counts anew.
        """
        if now - self._looked_at > 4 * BEAT_SECONDS:
            self._heard_at = self._running_at = now
        self._looked_at = now
        if beat or state == WAITS_FOR_DISK:
            self._heard_at = now
        if state not in STOPPED:
            self._running_at = now
        if now - self._running_at >= self._limits.stopped:
            return f"was stopped for {self._limits.stopped:g} s"
        if now - self._heard_at >= self._limits.silent:
            return f"gave no sign of life for {self._limits.silent:g} s"
        return ""


def _beat(mouth: int) -> None:
    while True:
        try:
            os.write(mouth, b".")
        except OSError:
            return  # the watchdog is gone: nobody listens
        time.sleep(BEAT_SECONDS)


def _watch(parent: int, ear: int, limits: Limits) -> None:
    """Listen until the process has ended, by itself or by us."""
    vigil = Vigil(limits, time.monotonic())
    while os.getppid() == parent:
        heard = bool(select.select([ear], [], [], BEAT_SECONDS)[0])
        if heard and not os.read(ear, 4096):
            return
        if verdict := vigil.verdict(time.monotonic(), state(parent), beat=heard):
            _kill(parent, verdict)
            return


def _kill(parent: int, verdict: str) -> None:
    with suppress(OSError):
        print(f"watchdog: process {parent} {verdict}: killed", file=sys.stderr, flush=True)
    with suppress(ProcessLookupError):
        os.kill(parent, signal.SIGKILL)

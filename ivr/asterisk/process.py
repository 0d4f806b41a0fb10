"""Run an Asterisk as our child, and let it take changes while it runs."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ivr.asterisk.exchange import AsteriskBinary

log = logging.getLogger(__name__)

STOP_SECONDS = 3.0
LAST_WORDS_SECONDS = 0.2
"""What is left of a call when its channel is gone: a sound file is closed, a record written."""
COMMAND_SECONDS = 30.0
GREETING_SECONDS = 2.0
DEAD_AFTER = 3
"""Looks without a greeting: about 20 s at one look every five."""
_PR_SET_PDEATHSIG = 1


class Pulse:
    """Looks whether an Asterisk that was up once still greets who connects to its manager."""

    def __init__(self, host: str, port: int) -> None:
        """Look at the manager's address."""
        self._address = host, port
        self._missed: int | None = None

    def beats(self) -> bool:
        """Look once; false when it has missed ``DEAD_AFTER`` looks in a row."""
        if self._greets():
            self._missed = 0
        elif self._missed is not None:
            self._missed += 1
        return (self._missed or 0) < DEAD_AFTER

    def _greets(self) -> bool:
        try:
            with socket.create_connection(self._address, GREETING_SECONDS) as connection:
                connection.settimeout(GREETING_SECONDS)
                return connection.recv(8).startswith(b"Asterisk")
        except OSError:
            return False


class Exchange:
    """One Asterisk with its configuration file."""

    def __init__(self, binary: AsteriskBinary, conf: Path) -> None:
        """Name the program and its configuration; nothing is started yet."""
        self._binary = binary
        self._conf = conf

    def run(self, refresh: Callable[[], Sequence[str]], seconds: float, pulse: Pulse) -> int:
        """Run until Asterisk ends or a signal comes; returns its exit status.

        ``refresh`` is called every ``seconds`` and returns commands for the
        running Asterisk. One without a pulse hangs and is killed. Should we be
        killed, Asterisk ends as well: the next one needs its ports.
        """
        parent = os.getpid()
        command = self._binary.command(self._conf)
        with subprocess.Popen(command, preexec_fn=lambda: _follow(parent)) as child:
            asked = self._end_when_asked(child)
            while (status := _ended(child, seconds)) is None:
                if not pulse.beats():
                    log.error("Asterisk has not answered for %d looks: killed", DEAD_AFTER)
                    child.kill()
                    continue
                self.give(refresh())
            return 0 if asked.is_set() else status

    def _end_when_asked(self, child: subprocess.Popen[bytes]) -> threading.Event:
        """On a wish to stop end every call and then Asterisk at once; gives the event that tells of the wish.

        Its own way of stopping takes seconds, in which it refuses whoever calls. One that is gone lets the
        caller's network ask again until the next one answers.
        """
        asked = threading.Event()

        def stop(*_: object) -> None:
            asked.set()
            try:
                self._hang_up()
            finally:
                child.kill()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        return asked

    def _hang_up(self) -> None:
        """End all calls, so that their records and sounds are whole; gives up after ``STOP_SECONDS``."""
        end = time.monotonic() + STOP_SECONDS
        try:
            self._ask("channel request hangup all", STOP_SECONDS)
            while time.monotonic() < end and not self._ask("core show channels count", 1).startswith(
                "0 active"
            ):
                time.sleep(0.05)
        except (OSError, subprocess.SubprocessError) as error:
            log.error("Asterisk is ended with its calls: %s", error)
        time.sleep(LAST_WORDS_SECONDS)

    def give(self, commands: Sequence[str]) -> None:
        """Give commands to the running Asterisk; what fails is logged."""
        for command in commands:
            try:
                self._give(command)
            except (OSError, subprocess.SubprocessError) as error:
                log.error("Asterisk did not take %r: %s", command, error)

    def _give(self, command: str) -> None:
        self._ask(command, COMMAND_SECONDS)
        log.info("Asterisk took %r", command)

    def _ask(self, command: str, seconds: float) -> str:
        arguments = self._binary.remote(self._conf, command)
        run = subprocess.run(
            arguments, check=True, capture_output=True, timeout=seconds, text=True, errors="replace"
        )
        return run.stdout


def _ended(child: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def _follow(parent: int) -> None:
    """Ask Linux to end this process with its parent (runs after the fork)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)

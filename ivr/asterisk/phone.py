"""A programmable telephone: citizens and officers over real SIP.

A second Asterisk registers officers, dials numbers and takes calls; each of its
calls is handed to the script as a ``Leg``.
"""

from __future__ import annotations

import logging
import os
import queue
import socket
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Self

from ivr.asterisk.exchange import AsteriskBinary
from ivr.asterisk.phone_config import TRANSPORT, Wiring, checked, render
from ivr.asterisk.phone_leg import CallEndedError, Leg

log = logging.getLogger(__name__)

START_SECONDS = 30
STOP_SECONDS = 5
TRIES = 3
FAVOURED = ("nice", "-n", "-10")
"""A telephone that stutters proves nothing; without root this asks in vain, and harms nobody."""


class PhoneError(Exception):
    """The telephone could not do what it was told; the text says why."""


class Telephone:
    """A telephone with any number of lines, calling one exchange."""

    def __init__(
        self,
        binary: AsteriskBinary,
        hotline: tuple[str, int],
        directory: Path,
        officers: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare to call ``hotline``; ``officers`` maps names to SIP secrets."""
        self._binary = binary
        self._hotline = f"{hotline[0]}:{hotline[1]}"
        self._local = hotline[0].startswith("127.")
        self._directory = directory.resolve()
        self._officers = dict(officers or {})
        self._numbers = count(1)
        self._legs: defaultdict[str, queue.SimpleQueue[Leg]] = defaultdict(queue.SimpleQueue)

    def __enter__(self) -> Self:
        """Start it and wait until it can call."""
        self._server = socket.create_server(("127.0.0.1", 0), backlog=128)
        threading.Thread(target=self._accept, name="telephone", daemon=True).start()
        try:
            for _ in range(TRIES):
                if self._start():
                    return self
            raise PhoneError(f"the telephone found no free port in {TRIES} tries")
        except BaseException:
            self._close()
            raise

    def __exit__(self, *_: object) -> None:
        """Stop it; calls that are up end."""
        self._stop()
        self._close()

    def _start(self) -> bool:
        """Start Asterisk; false, and stopped, when somebody took its port before it did."""
        self._conf = render(self._binary, self._wiring(), self._officers)
        with (self._directory / "log/console").open("ab") as output:
            self._process = subprocess.Popen(
                [*FAVOURED, *self._binary.command(self._conf)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        up = False
        try:
            self._wait_until_up()
            up = f"Transport:  {TRANSPORT}" in self.remote(f"pjsip show transport {TRANSPORT}")
        finally:
            if not up:
                self._stop()
        return up

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _close(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    @property
    def log_file(self) -> Path:
        """What the telephone's exchange had to complain about."""
        return self._directory / "log/messages"

    def dial(self, number: str, caller: str = "", name: str = "", timeout: float = 30) -> Leg:
        """Call ``number`` as ``caller`` and wait for the answer.

        Raises ``PhoneError`` when the call is refused or not answered in time.
        """
        call = f"{os.getpid()}-{next(self._numbers)}"
        identity = f'CallerID: "{_quoted(name)}" <{checked(caller)}>\n' if caller or name else ""
        lines = (
            f"Channel: PJSIP/{checked(number)}@hotline\n{identity}WaitTime: {max(1, round(timeout))}\n"
            f"Context: outgoing\nExtension: s\nPriority: 1\nSetvar: PHONE_CALL={call}\n"
        )
        making = self._directory / "new" / call
        making.write_text(lines)
        making.rename(self._directory / "spool/outgoing" / call)
        leg = self._next(f"out/{call}", timeout + 5)
        if leg is None:
            raise PhoneError(f"calling {number}: no answer within {timeout} s")
        if leg.purpose.startswith("failed/"):
            leg.hang_up()
            raise PhoneError(f"calling {number}: {_reason(leg.purpose.rpartition('/')[2])}")
        leg.listen()
        return leg

    def ringing(self, officer: str, timeout: float = 30) -> Leg:
        """Wait until the telephone of ``officer`` rings.

        The leg is not answered yet: ``answer()``, ``decline()``, or let it ring.
        Raises ``PhoneError`` when nobody calls in time.
        """
        leg = self._next(f"in/{officer}", timeout)
        if leg is None:
            raise PhoneError(f"nobody called {officer} within {timeout} s")
        return leg

    def wait_registered(self, timeout: float = 15) -> None:
        """Wait until each officer is registered; raises ``PhoneError``."""
        end = time.monotonic() + timeout
        while missing := self._unregistered():
            if time.monotonic() > end:
                raise PhoneError(f"not registered within {timeout} s: {', '.join(sorted(missing))}")
            time.sleep(0.2)

    def remote(self, cli: str) -> str:
        """Give the telephone's exchange a command; empty when it does not answer."""
        command = self._binary.remote(self._conf, cli)
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        return done.stdout if done.returncode == 0 else ""

    def _unregistered(self) -> set[str]:
        lines = self.remote("pjsip show registrations").splitlines()
        up = {line.split("/")[0].strip() for line in lines if "Registered" in line}
        return set(self._officers) - up

    def _wiring(self) -> Wiring:
        host = "127.0.0.1" if self._local else "0.0.0.0"  # noqa: S104
        port = self._server.getsockname()[1]
        with _free_port(host) as sip, _free_port(host) as rtp:
            return Wiring(self._directory, host, sip, min(rtp, 65000) & ~1, port, self._hotline)

    def _wait_until_up(self) -> None:
        end = time.monotonic() + START_SECONDS
        while "fully booted" not in self.remote("core waitfullybooted"):
            if self._process.poll() is not None or time.monotonic() > end:
                raise PhoneError(f"the telephone did not start; see {self._directory / 'log'}")
            time.sleep(0.1)

    def _next(self, purpose: str, timeout: float) -> Leg | None:
        try:
            return self._legs[purpose].get(timeout=timeout)
        except queue.Empty:
            return None

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            with suppress(CallEndedError, OSError):
                self._take(Leg(connection, self._directory))

    def _take(self, leg: Leg) -> None:
        kind, _, rest = leg.purpose.partition("/")
        if kind == "in":
            leg.ring()
        self._legs[f"in/{rest}" if kind == "in" else f"out/{rest.partition('/')[0]}"].put(leg)


def _quoted(name: str) -> str:
    return checked(name).replace("\\", "\\\\").replace('"', '\\"')


def _reason(code: str) -> str:
    words = {"0": "refused", "1": "hung up", "3": "no answer", "5": "busy", "8": "congestion"}
    return words.get(code, f"refused ({code})")


@contextmanager
def _free_port(host: str) -> Iterator[int]:
    """Hold a free UDP port until another one was asked for, so that they differ."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        yield port

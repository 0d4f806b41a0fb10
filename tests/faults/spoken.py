"""An ear on the line between the exchange and the ivr process: what callers were told, and when nothing."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.line import Ear, now

KEY = re.compile(rb"^agi_arg_1: (\S+)\r?$", re.M)
TICKET = re.compile(rb"ticket_number((?:&digits/\d)+)")

GONE = re.compile(rb"^(HANGUP|511|200 result=-1|200 .*\(hangup\))", re.M)
"""The caller has hung up: nobody waits any more."""


@dataclass
class Heard:
    """What one call's connections carried."""

    tickets: list[str] = field(default_factory=list)
    connections: int = 0
    longest_wait: float = 0.0
    """Seconds the exchange waited for the next command: the caller heard nothing meanwhile."""


class Listener:
    """Keeps what was heard, by the call's key."""

    def __init__(self, clock: Callable[[], float] = now) -> None:
        self.calls: defaultdict[str, Heard] = defaultdict(Heard)
        self._clock = clock
        self._lock = threading.Lock()

    def ears(self) -> tuple[Ear, Ear]:
        """Make the ears for one connection."""
        one = _Conversation(self, self._clock)
        return one.exchange, one.controller

    def note(self, key: str, *, tickets: list[str], waited: float, new: bool = False) -> None:
        with self._lock:
            call = self.calls[key]
            call.tickets += tickets
            call.connections += new
            call.longest_wait = max(call.longest_wait, waited)


class _Conversation:
    """One connection; a side's words may come in any pieces."""

    def __init__(self, listener: Listener, clock: Callable[[], float]) -> None:
        self._listener = listener
        self._clock = clock
        self._greeting = b""
        self._line = b""
        self._key = ""
        self._gone = False
        self._replied_at: float | None = None

    def exchange(self, data: bytes) -> None:
        """Take what the exchange says: the call's facts first, then replies."""
        if not self._key:
            self._greeting += data
            if b"\n\n" in self._greeting.replace(b"\r\n", b"\n") and (found := KEY.search(self._greeting)):
                self._key = found[1].decode()
                self._listener.note(self._key, tickets=[], waited=0.0, new=True)
        self._gone = self._gone or GONE.search(data) is not None
        self._replied_at = self._clock() if data and not self._gone else None

    def controller(self, data: bytes) -> None:
        """Take what the ivr process commands; nothing when the connection ended."""
        waited = self._clock() - self._replied_at if self._replied_at else 0.0
        self._replied_at = None
        self._line += data
        *lines, self._line = self._line.split(b"\n")
        spoken = [_number(found) for line in lines if b"Playback" in line for found in TICKET.findall(line)]
        if self._key:
            self._listener.note(self._key, tickets=spoken, waited=waited)


def _number(clips: bytes) -> str:
    return clips.replace(b"&digits/", b"").decode()

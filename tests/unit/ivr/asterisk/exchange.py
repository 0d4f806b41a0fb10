"""A stand-in for Asterisk at the other end of an AGI connection, and a switchboard."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from ivr.events import Event, LegEvent
from ivr.ports import LineTest, Member, MemberState, Receipt
from ivr.turns import Turn

ENVIRONMENT = (
    "agi_network: yes",
    "agi_channel: PJSIP/trunk-00000001",
    "agi_language: id",
    "agi_version: 22.10.1~dfsg",
    "agi_callerid: +628123456789",
    "agi_calleridname: Budi",
    "agi_callingpres: 0",
    "agi_dnid: 0234123",
    "agi_extension: s",
    "agi_arg_1: node1-1700000000.7",
)


class Channel:
    """Answers commands by rules, the first that matches; otherwise ``200 result=0``."""

    def __init__(self, environment: Sequence[str] = ENVIRONMENT) -> None:
        self.commands: list[str] = []
        self.rules: list[tuple[re.Pattern[str], Callable[[str], str | None]]] = []
        self.ours, self._theirs = socket.socketpair()
        self._theirs.sendall("\n".join([*environment, "", ""]).encode())
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def when(self, pattern: str, answer: str | Callable[[str], str | None]) -> None:
        """Answer commands in which ``pattern`` is found; ``None`` closes the connection."""
        self.rules.append((re.compile(pattern), answer if callable(answer) else lambda _: str(answer)))

    def wait_for(self, command: str) -> None:
        """Wait until ``command`` has arrived."""
        end = time.monotonic() + 10
        while command not in self.commands:
            assert time.monotonic() < end, f"{command!r} did not come: {self.commands}"
            time.sleep(0.005)

    def close(self) -> None:
        """End both sides."""
        with suppress(OSError):
            self.ours.shutdown(socket.SHUT_RDWR)
        self.ours.close()
        self._thread.join(5)

    def _serve(self) -> None:
        gone = suppress(BrokenPipeError, ConnectionResetError)  # who gave a call up waits for no answer
        with gone, self._theirs, self._theirs.makefile("rb") as reader:
            for line in reader:
                command = line.decode().rstrip("\n")
                self.commands.append(command)
                answer = self._answer(command)
                if answer is None:
                    return
                self._theirs.sendall(f"{answer}\n".encode())

    def _answer(self, command: str) -> str | None:
        for pattern, answer in self.rules:
            if pattern.search(command):
                return answer(command)
        return "200 result=0"


class Script:
    """A switchboard that gives prepared turns and remembers what it was told."""

    def __init__(self, *turns: Turn, resumed: bool = False) -> None:
        self.turns = list(turns)
        self.resumed = resumed
        self.told: list[tuple[str, Event]] = []
        self.legs: list[tuple[str, LegEvent]] = []
        self.up: list[set[str]] = []
        self.booted_at: datetime | None = None
        self.wanted: dict[str, Sequence[Member]] = {}
        self.next_handoff: float | None = None
        self.failures = 0
        self.seen: list[dict[str, MemberState]] = []
        self.tests: list[LineTest] = []

    def receive(self, call: str, event: Event) -> Receipt | None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the database is away")
        self.told.append((call, event))
        return Receipt(self.turns.pop(0), self.resumed) if self.turns else None

    def receive_leg(self, call: str, event: LegEvent) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the database is away")
        self.legs.append((call, event))

    def still_up(self, calls: Collection[str], at: datetime, booted_at: datetime | None = None) -> None:
        self.up.append(set(calls))
        self.booted_at = booted_at

    def members(self) -> Mapping[str, Sequence[Member]]:
        return self.wanted

    def handoff(self, within: int) -> float | None:
        return self.next_handoff if self.next_handoff is not None and self.next_handoff <= within else None

    def members_seen(self, states: Mapping[str, MemberState]) -> None:
        self.seen.append(dict(states))

    def next_test(self) -> LineTest | None:
        return self.tests.pop(0) if self.tests else None

    @property
    def events(self) -> list[Event]:
        """What was told, without the call's key."""
        return [event for _, event in self.told]

"""Faults of processes: killed, restarted, frozen."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol


class Fault(Protocol):
    """Something that goes wrong, and what ends it."""

    def inflict(self) -> None: ...
    def heal(self) -> None: ...


Find = Callable[[], Sequence[int]]
"""Finds a target's processes as they are now; raises ``LookupError`` when it is not there."""


class Blow:
    """A signal that a target gets once; what then comes back does so by itself."""

    def __init__(self, find: Find, number: signal.Signals) -> None:
        self._find = find
        self._number = number

    def inflict(self) -> None:
        for pid in self._find():
            with suppress(ProcessLookupError):
                os.kill(pid, self._number)

    def heal(self) -> None:
        """Leave it to whoever runs it."""


class Frozen:
    """A target that is there and does nothing; who is still there at the end goes on."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._held: list[int] = []

    def inflict(self) -> None:
        self._held = [os.pidfd_open(pid) for pid in self._find()]
        for held in self._held:
            _send(held, signal.SIGSTOP)

    def heal(self) -> None:
        for held in self._held:
            _send(held, signal.SIGCONT)
            os.close(held)
        self._held = []


def _send(held: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(held, number)


class Mended:
    """A fault made of two deeds."""

    def __init__(self, inflict: Callable[[], None], heal: Callable[[], None]) -> None:
        self.inflict = inflict
        self.heal = heal

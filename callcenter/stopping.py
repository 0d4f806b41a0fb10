"""A process's wish to stop: asked by a signal, seen by whoever waits."""

from __future__ import annotations

import signal
import threading
from types import FrameType


class Stop:
    """Set once, by SIGTERM, SIGINT or a thread that cannot go on."""

    def __init__(self) -> None:
        """Begin unset."""
        self._event = threading.Event()

    @classmethod
    def on_signals(cls) -> Stop:
        """Make one that SIGTERM and SIGINT set (main thread only)."""
        stop = cls()
        stop.listen()
        return stop

    def listen(self) -> None:
        """Take the signals (again, after somebody else had them)."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._handle)

    def set(self) -> None:
        """Ask to stop."""
        self._event.set()

    @property
    def asked(self) -> bool:
        """True once asked to stop."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait at most ``seconds``; true at once when asked to stop."""
        return self._event.wait(seconds)

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        self._event.set()

"""How long a caller waits for our own word before the exchange goes on alone."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ivr.asterisk.agi import Line
from ivr.asterisk.names import STALLED

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25


class Patience:
    """Takes calls away from threads that wait too long for the switchboard.

    A database that hangs leaves its connections open and says nothing, so
    nothing inside the waiting thread can end the wait.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Wait ``seconds`` for each turn."""
        self._seconds = seconds
        self._clock = clock
        self._waiting: dict[Line, float] = {}
        self._changing = threading.Lock()

    @contextmanager
    def with_line(self, line: Line) -> Iterator[None]:
        """Watch the block: when it takes too long, the dialplan gets the channel back."""
        with self._changing:
            self._waiting[line] = self._clock() + self._seconds
        try:
            yield
        finally:
            with self._changing:
                self._waiting.pop(line, None)

    def look(self) -> None:
        """Give up what is overdue."""
        now = self._clock()
        with self._changing:
            overdue = [line for line, due in self._waiting.items() if due <= now]
            for line in overdue:
                del self._waiting[line]
        for line in overdue:
            log.error("a turn took longer than %.0f s: the exchange goes on alone", self._seconds)
            line.give_up(STALLED)

    def run(self, stop: threading.Event) -> None:
        """Look until told to stop."""
        while not stop.wait(LOOK_SECONDS):
            self.look()

"""Everything that is due by the clock of the test, in the order of its instants."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from tests.phone.phone import Clock


@dataclass(order=True)
class Timer:
    """One thing that is due; a cancelled one never happens."""

    due: datetime
    order: int
    act: Callable[[], None] = field(compare=False)
    pending: bool = field(default=True, compare=False)

    def cancel(self) -> None:
        self.pending = False


class Timers:
    """A heap of timers; nothing runs but inside ``settle`` and ``advance``."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._heap: list[Timer] = []
        self._order = count()
        self._running = False

    def after(self, seconds: float, act: Callable[[], None]) -> Timer:
        """Do this so many seconds from now; 0 is as soon as the present act is over."""
        return self.at(self.clock() + timedelta(seconds=seconds), act)

    def at(self, due: datetime, act: Callable[[], None]) -> Timer:
        timer = Timer(due, next(self._order), act)
        heapq.heappush(self._heap, timer)
        return timer

    def settle(self) -> None:
        """Run what is due now."""
        self.advance(0)

    def advance(self, seconds: float) -> None:
        """Move the clock; each timer runs at its own instant.

        Whoever is run may move the clock himself (a slow answer of ours): it never goes back.
        """
        if self._running:
            return
        end = self.clock() + timedelta(seconds=seconds)
        self._running = True
        try:
            while timer := self._next(max(end, self.clock())):
                self._move(timer.due)
                timer.act()
        finally:
            self._running = False
        self._move(end)

    def _next(self, end: datetime) -> Timer | None:
        while self._heap and self._heap[0].due <= end:
            timer = heapq.heappop(self._heap)
            if timer.pending:
                timer.pending = False
                return timer
        return None

    def _move(self, instant: datetime) -> None:
        ahead = (instant - self.clock()).total_seconds()
        if ahead > 0:
            self.clock.advance(ahead)

"""How many whole calls a second are held with none lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import callers, usage
from bench.callers import Callee, Outcome

PLACING_SECONDS = 15
CLOSE_ENOUGH = 1.08
"""The search ends when the rate that failed is this near the one that held."""
RISE = 1.5
MAX_STEPS = 4


@dataclass(frozen=True, slots=True)
class Rate:
    """The highest rate held, the lowest that was not, and what happened at that one."""

    held: float
    failed: float | None
    why: str
    cost: float
    """CPU seconds a call at the highest rate held; 0 when there was none."""


class Search:
    """Raises the rate until calls are lost, then halves the distance."""

    def __init__(self, callee: Callee, folder: Path, first: float) -> None:
        self._callee = callee
        self._folder = folder
        self._rate = first
        self._steps = 0
        self.found = Rate(0.0, None, "", 0.0)

    @property
    def over(self) -> bool:
        found = self.found
        near = bool(found.failed and found.held and found.failed / found.held < CLOSE_ENOUGH)
        return near or self._steps >= MAX_STEPS

    def step(self, say: Callable[[str], None]) -> None:
        """Try one rate."""
        before = self._callee.used()
        outcome = self._call()
        cost = sum(usage.spent(before, self._callee.used()).values()) / outcome.placed
        say(f"{self._callee.name}, {self._rate:.1f} calls/s, CPU {cost:.3f} s a call: {outcome}")
        found = self.found
        if outcome.held:
            self.found = Rate(self._rate, found.failed, found.why, cost)
        else:
            self.found = Rate(found.held, self._rate, str(outcome), found.cost)
        self._rate = _next(self.found)
        self._steps += 1

    def _call(self) -> Outcome:
        calls = round(self._rate * PLACING_SECONDS)
        folder = self._folder / str(self._steps)
        crowd = callers.send(self._callee, folder, callers.SHORT, calls=calls, rate=self._rate)
        return crowd.outcome(PLACING_SECONDS + 45)


def search(searches: Sequence[Search], say: Callable[[str], None]) -> list[Rate]:
    """Take turns, so that what else the machine does weighs on all alike."""
    while not all(one.over for one in searches):
        for one in searches:
            if not one.over:
                one.step(say)
    return [one.found for one in searches]


def _next(found: Rate) -> float:
    if not found.failed:
        return found.held * RISE
    return (found.held + found.failed) / 2 if found.held else found.failed / RISE

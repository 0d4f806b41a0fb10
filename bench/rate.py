"""How many whole calls a second are held with none lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench import callers
from bench.callers import Callee

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


def search(callee: Callee, folder: Path, first: float, say: Callable[[str], None]) -> Rate:
    """Raise the rate until calls are lost, then halve the distance."""
    low, high, why, rate = 0.0, 0.0, "", first
    for step in range(MAX_STEPS):
        calls = round(rate * PLACING_SECONDS)
        crowd = callers.send(callee, folder / f"{step}", callers.SHORT, calls=calls, rate=rate)
        outcome = crowd.outcome(PLACING_SECONDS + 45)
        say(f"{callee.name}, {rate:.1f} calls/s: {outcome}")
        if outcome.held:
            low = rate
        else:
            high, why = rate, str(outcome)
        if high and low and high / low < CLOSE_ENOUGH:
            break
        rate = _next(low, high)
    return Rate(low, high or None, why)


def _next(low: float, high: float) -> float:
    if not high:
        return low * RISE
    return (low + high) / 2 if low else high / RISE

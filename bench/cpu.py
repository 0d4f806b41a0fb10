"""What a call of thirty seconds with sound costs in processor time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from bench import callers, usage
from bench.bare import Bare
from bench.callers import Callee, Outcome
from bench.house import House

RATE = 3.0
CALLS = 75
IDLE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds by process, with the time the processes took while nothing happened."""

    calls: int
    outcomes: tuple[Outcome, Outcome]
    house: dict[str, float]
    bare: dict[str, float]
    idle: dict[str, float]
    """CPU seconds a second."""

    @property
    def ours(self) -> float:
        return sum(self.house.values()) / self.calls

    @property
    def theirs(self) -> float:
        return sum(self.bare.values()) / self.calls


def measure(house: House, bare: Bare, folder: Path) -> Cost:
    """Call both at the same time, so that what else the machine does weighs on both alike."""
    idle = _idle(house)
    before = house.used(), bare.used()
    both: tuple[Callee, Callee] = (house, bare)
    crowds = [
        callers.send(callee, folder / str(number), callers.LONG, calls=CALLS, rate=RATE)
        for number, callee in enumerate(both)
    ]
    outcomes = crowds[0].outcome(90), crowds[1].outcome(90)
    after = house.used(), bare.used()
    ours, theirs = (usage.spent(*pair) for pair in zip(before, after, strict=True))
    return Cost(CALLS, outcomes, ours, theirs, idle)


def _idle(house: House) -> dict[str, float]:
    before = house.used()
    time.sleep(IDLE_SECONDS)
    return {name: took / IDLE_SECONDS for name, took in usage.spent(before, house.used()).items()}

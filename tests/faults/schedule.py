"""Which fault comes when: drawn from a seed alone, so that a seed brings the same run again."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Databases = tuple[str, ...]
SQLITE, POSTGRESQL = "sqlite", "postgresql"
BOTH: Databases = (SQLITE, POSTGRESQL)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault; ``seconds`` is how long it lasts: shortest and longest, none for a blow."""

    action: str
    target: str
    seconds: tuple[float, float] = (0.0, 0.0)
    databases: Databases = BOTH

    @property
    def name(self) -> str:
        return f"{self.action} {self.target}"


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault that begins ``at`` seconds after the first call and is over ``until``."""

    kind: Kind
    at: float
    until: float


PROCESSES = ("ivr", "asterisk", "worker", "spool", "redis", "web")
FROZEN = (1.0, 10.0)
AWAY = (4.0, 12.0)
KINDS = (
    *(Kind("kill", process) for process in PROCESSES),
    *(Kind("restart", process) for process in PROCESSES),
    *(Kind("freeze", process, FROZEN) for process in PROCESSES),
    Kind("kill", POSTGRESQL, AWAY, (POSTGRESQL,)),
    Kind("restart", POSTGRESQL, AWAY, (POSTGRESQL,)),
    Kind("freeze", POSTGRESQL, FROZEN, (POSTGRESQL,)),
    Kind("lock", "database", FROZEN, (SQLITE,)),
    Kind("make read-only", "database", AWAY),
    Kind("fill", "disk", AWAY),
    Kind("cut", "manager connection", AWAY),
    Kind("stall", "manager connection", FROZEN),
    Kind("cut", "calls' connections", (0.5, 3.0)),
    Kind("stall", "calls' connections", (0.5, 4.0)),
)
SLOWEST = ("asterisk", "worker")
"""What takes longest to come home after one of these goes first in a short run."""
BEGIN = 5.0
"""Seconds until the first fault: nobody is on the telephone before."""


def of(database: str) -> list[Kind]:
    """Give the kinds of fault that a machine with this database knows."""
    return [kind for kind in KINDS if database in kind.databases]


def draw(seed: int, kinds: Sequence[Kind], faults: int, seconds: float) -> list[Planned]:
    """Spread ``faults`` over ``seconds``, each kind as often as any other (or once less).

    Each has a slot of its own and begins at any moment of its first half: one
    that lasts may still be there when the next one begins.
    """
    dice = random.Random(seed)
    slot = (seconds - BEGIN) / faults
    return [_planned(dice, kind, BEGIN + slot * number, slot) for number, kind in _deal(dice, kinds, faults)]


def draw_short(seed: int, kinds: Sequence[Kind], seconds: float) -> list[Planned]:
    """Draw one fault for each target, what is slowest to come home first."""
    dice = random.Random(seed)
    targets = list(dict.fromkeys(kind.target for kind in kinds))
    dice.shuffle(targets)
    targets.sort(key=lambda target: target not in SLOWEST)
    chosen = [dice.choice([kind for kind in kinds if kind.target == target]) for target in targets]
    slot = (seconds - BEGIN) / len(chosen)
    return [_planned(dice, kind, BEGIN + slot * number, slot) for number, kind in enumerate(chosen)]


def _deal(dice: random.Random, kinds: Sequence[Kind], faults: int) -> Iterator[tuple[int, Kind]]:
    hand: list[Kind] = []
    for number in range(faults):
        if not hand:
            hand = dice.sample(kinds, len(kinds))
        yield number, hand.pop()


def _planned(dice: random.Random, kind: Kind, begin: float, slot: float) -> Planned:
    at = begin + dice.uniform(0, slot / 2)
    return Planned(kind, round(at, 2), round(at + dice.uniform(*kind.seconds), 2))

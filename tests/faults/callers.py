"""Citizens who are everywhere in the conversation, and the officers who answer some of them."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from ivr.asterisk.phone import PhoneError, Telephone
from ivr.asterisk.phone_leg import CallEndedError, Leg
from tests.asterisk import town
from tests.asterisk.sipp import FIRST_CALLER, KEYS, Act, Caller

VARIANTS = 80
LANGUAGE: Act = (3.4, "1")
"""Behind greeting and notice, with the short prompts of these runs."""
ANYWHERE = ("complaints", "talks", "silence", "alarm", "load", "empty")
WITH_OFFICERS = ("complaints", "talks", "silence", "alarm", "deputies", "waiting")


def _message(dice: random.Random) -> list[Act]:
    """Speak, end it by a key or by hanging up, and listen to number and PIN."""
    end = [(dice.uniform(1, 7), "#"), (dice.uniform(0, 8), "")] if dice.random() < 0.8 else []
    return [LANGUAGE, (1.2, "2"), (1.9, "speech"), *(end or [(dice.uniform(1, 7), "")])]


def _talk(dice: random.Random) -> list[Act]:
    """Ask for an officer, and hang up after a while, wherever that is."""
    return [LANGUAGE, (1.2, "1"), (dice.uniform(4, 22), "")]


def _emergency(dice: random.Random) -> list[Act]:
    return [(dice.uniform(0.5, 4), "9"), (dice.uniform(3, 20), "")]


def _silent(dice: random.Random) -> list[Act]:
    """Press nothing: through every menu to the officer, and on to the message."""
    return [(dice.uniform(1, 45), "")]


def _restless(dice: random.Random) -> list[Act]:
    keys = [(dice.expovariate(1 / 2), dice.choice(KEYS)) for _ in range(dice.randrange(9))]
    return [*keys, (dice.expovariate(1 / 4), "")]


BEHAVIOURS: Sequence[tuple[Callable[[random.Random], list[Act]], float, Sequence[str]]] = (
    (_message, 0.25, ANYWHERE),
    (_talk, 0.25, WITH_OFFICERS),
    (_emergency, 0.08, WITH_OFFICERS),
    (_silent, 0.12, ANYWHERE),
    (_restless, 0.30, ANYWHERE),
)


def draw(seed: int, calls: int) -> tuple[list[list[Act]], list[Caller]]:
    """Draw what callers do, and who does what; each caller has a number of their own."""
    dice = random.Random(seed)
    weights = [weight for _, weight, _ in BEHAVIOURS]
    kinds = dice.choices(range(len(BEHAVIOURS)), weights, k=VARIANTS)
    acts = [BEHAVIOURS[kind][0](dice) for kind in kinds]
    return acts, [_caller(dice, number, kinds) for number in range(calls)]


def _caller(dice: random.Random, number: int, kinds: Sequence[int]) -> Caller:
    branch = dice.randrange(len(kinds))
    agency = dice.choice(BEHAVIOURS[kinds[branch]][2])
    return Caller(f"0{FIRST_CALLER + number}", branch, town.number(agency))


def seconds(acts: Sequence[Act]) -> float:
    """Tell how long a caller stays who is not kept from it."""
    return sum(wait for wait, _ in acts)


class Officers:
    """Officers who answer, talk and hang up, or let it ring, until nobody plays any more."""

    def __init__(self, telephone: Telephone, names: Sequence[str], seed: int) -> None:
        self._telephone = telephone
        self._names = names
        self._seed = seed
        self._stopped = threading.Event()
        self.answered = 0

    def start(self) -> None:
        for name in self._names:
            threading.Thread(target=self._work, args=(name,), name=name, daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _work(self, name: str) -> None:
        dice = random.Random(f"{self._seed} {name}")
        while not self._stopped.is_set():
            with suppress(PhoneError, CallEndedError, OSError):
                self._take(self._telephone.ringing(name, 1), dice)

    def _take(self, leg: Leg, dice: random.Random) -> None:
        mood = dice.random()
        if mood < 0.1:
            leg.decline()
        elif mood < 0.2:
            leg.wait_for_end(6)
            leg.hang_up()
        else:
            leg.wait(dice.uniform(0.3, 2.5))
            leg.answer()
            self.answered += 1
            leg.tone(440, dice.uniform(1, 8))
            leg.wait_for_end(dice.choice((1, 15)))
            leg.hang_up()

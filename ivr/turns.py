"""What we tell a telephone provider to do next.

A turn is a tuple of actions of which only the last one waits for something to
happen; carrying it out ends in exactly one event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Language = Literal["id", "en"]

EMERGENCY_PRIORITY, ORDINARY_PRIORITY, LOWERED_PRIORITY = 10, 5, 0
"""Places in a queue: a higher one goes first, whoever came earlier."""


Offer = Literal["call_back", "message"]

OFFERS: Mapping[str, Offer] = {"1": "call_back", "2": "message"}
"""What a key means while a citizen waits: to be called back, to leave a message now."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A prompt by its name in ``ivr/prompts``."""

    name: str


@dataclass(frozen=True, slots=True)
class Spell:
    """Digits (0-9) or letters spoken one by one, with short pauses."""

    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number spoken as a number, 0 to 999,999,999."""

    value: int


@dataclass(frozen=True, slots=True)
class AgencyName:
    """An agency's spoken name; ``code`` names its clip, ``text`` its words."""

    code: str
    text: str


Part = Clip | Spell | Number | AgencyName


@dataclass(frozen=True, slots=True)
class Say:
    """Speak the parts one after the other; keys do not interrupt."""

    language: Language
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Gather:
    """Speak the parts (the first key interrupts) and collect keys.

    Ends after ``max_digits`` keys, at ``#``, or when ``timeout`` seconds pass
    without a key after the prompt.
    """

    language: Language
    parts: tuple[Part, ...]
    max_digits: int
    timeout: float


@dataclass(frozen=True, slots=True)
class Record:
    """Record the citizen after a beep, until ``#``, silence or the limit.

    ``name`` is the audio object's name without extension; see
    ``recordings.spool.AudioName``.
    """

    language: Language
    name: str
    max_seconds: int
    silence_seconds: int


@dataclass(frozen=True, slots=True)
class Connect:
    """Put the citizen into an agency's queue, for at most ``timeout`` seconds.

    ``record_as`` is the audio object's name, or ``None`` when the citizen
    goes on unrecorded. ``priority`` is a place in the queue, see above;
    ``offers`` is what they may ask for by a key instead, see :data:`OFFERS`.
    """

    language: Language
    queue: str
    timeout: int
    record_as: str | None
    emergency: bool = False
    priority: int = 0
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""

    cause: int = 16


Action = Say | Gather | Record | Connect | Hangup


@dataclass(frozen=True, slots=True)
class Turn:
    """Actions to carry out in order; ``number`` counts a call's turns from 1."""

    number: int
    actions: tuple[Action, ...] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        """Refuse a turn that would wait in the middle or never."""
        waiting = [not isinstance(action, Say) for action in self.actions]
        if not waiting or not waiting[-1] or any(waiting[:-1]):
            raise ValueError("a turn waits in its last action, and only there")

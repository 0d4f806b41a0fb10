"""What a telephone provider tells us about one citizen's call.

Each event carries the key that makes it unique within its call, so that a
provider that tells us twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Side = Literal["caller", "officer", "system", "exchange", "unknown"]
RecordEnd = Literal["key", "silence", "limit", "hangup", "error"]
DialOutcome = Literal["answered", "no_answer", "nobody", "caller_gone", "failed", "call_back", "message"]
"""How ringing ended; the last two are what the citizen asked for by a key while waiting."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A call reached one of our numbers.

    ``dialled``, ``caller`` and ``caller_name`` are the provider's own text:
    untrusted and of any length.
    """

    key: str
    dialled: str
    caller: str
    caller_name: str
    channel: str
    test: bool = False
    """We placed the call ourselves, to see that the line works."""


@dataclass(frozen=True, slots=True)
class Digits:
    """A gather ended with keys; ``digits`` may be empty when only ``#`` came."""

    key: str
    digits: str


@dataclass(frozen=True, slots=True)
class TimedOut:
    """A gather ended without a single key.

    ``unplayed`` tells which prompts of a test call were not heard in full.
    """

    key: str
    unplayed: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A message recording is a closed file; ``seconds`` is its length."""

    key: str
    name: str
    seconds: float
    ended_by: RecordEnd


@dataclass(frozen=True, slots=True)
class DialEnded:
    """Ringing, or the conversation that followed it, is over.

    ``gone`` tells that the citizen hung up with it: nothing is left to be said.
    """

    key: str
    outcome: DialOutcome
    gone: bool = False


@dataclass(frozen=True, slots=True)
class HungUp:
    """The citizen's channel is gone; ``cause`` is a Q.850 code (0 unknown)."""

    key: str
    cause: int
    side: Side


@dataclass(frozen=True, slots=True)
class Answer:
    """The service's answer to a query of the engine: plain facts by name."""

    key: str
    facts: dict[str, str]


Event = Offered | Digits | TimedOut | Recorded | DialEnded | HungUp | Answer


@dataclass(frozen=True, slots=True)
class OfficerRung:
    """An officer's leg began to ring (one leg is one channel)."""

    leg: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OfficerAnswered:
    """An officer's leg was answered and is talking to the citizen."""

    leg: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OfficerEnded:
    """An officer's leg ended; ``outcome`` says how.

    One of ``answered``, ``no_answer``, ``busy``, ``cancelled`` (somebody else
    was quicker, or the caller went), ``unreachable``, ``failed``.
    """

    leg: str
    officer: str
    outcome: str
    cause: int
    at: datetime


LegEvent = OfficerRung | OfficerAnswered | OfficerEnded

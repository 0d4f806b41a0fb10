"""What the drivers ask of the backend; ``callcenter.switchboard`` answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from ivr.events import Event, LegEvent
from ivr.turns import Turn


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody a queue may ring: ``interface`` in the provider's words."""

    interface: str
    name: str
    penalty: int


MemberState = Literal["ready", "busy", "away"]
"""Whether a queue can ring a member: ``away`` is a telephone that is not registered."""


@dataclass(frozen=True, slots=True)
class LineTest:
    """A test call to be placed: to which number, and under which call's key."""

    number: str
    key: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to an event: the turn to carry out, and what is known of it.

    ``resumed`` is true when the turn was given before (the driver was lost in
    between) and so may have been carried out already.
    """

    turn: Turn
    resumed: bool


class Switchboard(Protocol):
    """The backend as a driver sees it. Every call is one transaction."""

    def receive(self, call: str, event: Event) -> Receipt | None:
        """Take an event of a call; ``None`` when nothing is left to be done."""

    def receive_leg(self, call: str, event: LegEvent) -> None:
        """Take a fact about an officer's leg; unknown calls are ignored."""

    def still_up(self, calls: Collection[str], at: datetime, booted_at: datetime | None = None) -> None:
        """Close this node's calls that are open here but not among ``calls``.

        Those offered before ``booted_at`` ended with the exchange itself.
        """

    def members(self) -> Mapping[str, Sequence[Member]]:
        """Tell who belongs into each queue now."""

    def handoff(self, within: int) -> float | None:
        """Tell in how many seconds the members change next, ``None`` when not ``within`` seconds."""

    def members_seen(self, states: Mapping[str, MemberState]) -> None:
        """Take how this node's exchange sees all members, by interface."""

    def next_test(self) -> LineTest | None:
        """Begin the test call that is due on this node now, if one is."""

"""A telephone that scripts play: expect to hear, press, say, hang up.

What is heard must be expected: any other prompt fails the script at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar

from ivr.events import (
    DialEnded,
    DialOutcome,
    Digits,
    Event,
    HungUp,
    Offered,
    OfficerAnswered,
    OfficerEnded,
    OfficerRung,
    Recorded,
    RecordEnd,
    TimedOut,
)
from ivr.ports import Receipt, Switchboard
from ivr.prompts.spoken import number
from ivr.turns import (
    OFFERS,
    Action,
    AgencyName,
    Clip,
    Connect,
    Gather,
    Hangup,
    Language,
    Number,
    Part,
    Record,
    Say,
    Spell,
    Turn,
)

A = TypeVar("A", Gather, Record, Connect, Hangup)

_keys = count(1)


class Clock:
    """The time of a test; it stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Phone:
    """One citizen's call, from the ringing to the hanging up."""

    MESSAGE_ENDS: tuple[RecordEnd, ...] = ("key", "silence", "limit", "error")
    """In which ways a message can end there while the citizen is still on the line."""

    def __init__(
        self, switchboard: Switchboard, clock: Clock, dialled: str, caller: str, name: str = ""
    ) -> None:
        self.key = f"node1-{next(_keys)}.0"
        self.over = False
        self.unheard: list[str] = []
        self.turns: list[Turn] = []
        self._switchboard = switchboard
        self._clock = clock
        self._offered = Offered("offered", dialled, caller, name, f"PJSIP/trunk-{self.key}")
        self._legs = count(1)
        self._leg = ""
        self._last: Event = self._offered
        self._receive(self._offered)

    # What the citizen hears.

    def expect(self, *heard: str) -> None:
        """Hear exactly these next: clips, ``agency:<code>``, ``#<spelled>``."""
        start, self.unheard = self.unheard[: len(heard)], self.unheard[len(heard) :]
        assert start == list(heard), f"expected to hear {list(heard)}, heard {start + self.unheard}"

    def expect_ticket(self) -> tuple[str, str]:
        """Hear a ticket's number and PIN; tells both."""
        start, self.unheard = self.unheard[:4], self.unheard[4:]
        assert len(start) == 4, f"expected to hear a ticket, heard {start}"
        said, number, too, pin = start
        assert (said, too) == ("ticket_number", "ticket_pin"), f"expected to hear a ticket, heard {start}"
        assert re.fullmatch(r"#\d{8}", number), number
        assert re.fullmatch(r"#\d{4}", pin), pin
        return number[1:], pin[1:]

    def expect_ringing(self, queue: str) -> Connect:
        """Wait while the members of a queue are rung."""
        action = self._waiting(Connect)
        assert action.queue == queue, f"expected {queue} to be rung, not {action.queue}"
        return action

    def expect_beep(self) -> Record:
        """Hear the beep of a recording."""
        return self._waiting(Record)

    def expect_end(self) -> None:
        """Be hung up on."""
        self._waiting(Hangup)
        self.hang_up(side="system")

    @property
    def waits_for(self) -> Action:
        """What the exchange does at the end of the turn."""
        return self.turns[-1].actions[-1]

    # What the citizen does.

    def press(self, digits: str) -> None:
        """Press keys, as many as are asked for."""
        gather = self._waiting(Gather)
        assert len(digits) <= gather.max_digits, f"{digits} is more than the {gather.max_digits} asked for"
        self._receive(Digits(self._turn_key, digits.rstrip("#")))

    def stay_silent(self) -> None:
        """Press nothing until the exchange goes on."""
        self.advance(self._waiting(Gather).timeout)
        self._receive(TimedOut(self._turn_key))

    def say(self, seconds: float, ended_by: RecordEnd = "key") -> None:
        """Speak after the beep."""
        record = self._waiting(Record)
        self.advance(seconds)
        self._receive(Recorded(self._turn_key, record.name, seconds, ended_by))

    def press_while_waiting(self, key: str) -> None:
        """Ask for something else than to wait on."""
        offers = self._waiting(Connect).offers
        assert OFFERS[key] in offers, f"{key} is not offered, only {offers}"
        self._receive(DialEnded(self._turn_key, OFFERS[key]))

    def hang_up(self, side: str = "caller") -> None:
        """Put the telephone down, whatever goes on."""
        self.unheard = []
        self._receive(HungUp("hungup", 16, "system" if side == "system" else "caller"))
        assert self.over

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._clock.advance(seconds)

    # What officers do.

    def officer_rings(self, officer: int) -> None:
        """An officer's telephone begins to ring."""
        self._leg = f"{self.key}-leg-{next(self._legs)}"
        self._switchboard.receive_leg(self.key, OfficerRung(self._leg, str(officer), self._clock()))

    def officer_answers(self, officer: int) -> None:
        """An officer takes the call after five seconds of ringing."""
        self.officer_rings(officer)
        self.advance(5)
        self._switchboard.receive_leg(self.key, OfficerAnswered(self._leg, str(officer), self._clock()))

    def officer_ends(self, officer: int, outcome: str = "answered") -> None:
        """The officer's leg ends; the call goes on when it was the last one."""
        self._switchboard.receive_leg(
            self.key, OfficerEnded(self._leg, str(officer), outcome, 16, self._clock())
        )

    def officer_hangs_up(self, officer: int) -> None:
        """The officer ends the conversation."""
        self.officer_ends(officer)
        self.dial_ends("answered")

    def nobody_answers(self, *officers: int) -> None:
        """Everybody is rung in vain."""
        for officer in officers:
            self.officer_rings(officer)
            self.advance(20)
            self.officer_ends(officer, "no_answer")
        self.dial_ends("no_answer" if officers else "nobody")

    def dial_ends(self, outcome: DialOutcome) -> None:
        """The exchange gives the caller back."""
        self._waiting(Connect)
        self._receive(DialEnded(self._turn_key, outcome))

    # What machines do.

    def driver_is_lost(self) -> None:
        """The process that served the call dies; its successor asks again."""
        receipt = self._switchboard.receive(self.key, self._offered)
        assert receipt == Receipt(self.turns[-1], resumed=True)

    def told_twice(self) -> None:
        """The last turn's event comes a second time and changes nothing."""
        receipt = self._switchboard.receive(self.key, self._last)
        assert receipt is not None
        assert receipt.turn == self.turns[-1]

    @property
    def _turn_key(self) -> str:
        return f"turn:{self.turns[-1].number}"

    def _waiting(self, kind: type[A]) -> A:
        self._nothing_unexpected()
        assert not self.over, "the call is over"
        action = self.waits_for
        assert isinstance(action, kind), f"expected {kind.__name__}, not {action}"
        return action

    def _nothing_unexpected(self) -> None:
        assert not self.unheard, f"heard unexpectedly: {self.unheard}"

    def _receive(self, event: Event) -> None:
        self._last = event
        receipt = self._switchboard.receive(self.key, event)
        if receipt is None:
            self.over = True
            return
        assert not receipt.resumed, "a fresh event was taken for an old one"
        self.turns.append(receipt.turn)
        self.unheard += heard(receipt.turn)


Dial = Callable[..., Phone]


def heard(turn: Turn) -> list[str]:
    """Write down what a turn says."""
    spoken = [action for action in turn.actions if isinstance(action, Say | Gather)]
    return [clip for action in spoken for part in action.parts for clip in _written(part, action.language)]


def _written(part: Part, language: Language) -> list[str]:
    if isinstance(part, Number):
        return number(part.value, language)
    return [_name(part)]


def _name(part: Clip | Spell | AgencyName) -> str:
    match part:
        case Clip(name=name):
            return name
        case Spell(text=text):
            return f"#{text}"
        case AgencyName(code=code):
            return f"agency:{code}"

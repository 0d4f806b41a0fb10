"""One citizen's call, from the offer to the hang-up: event, turn, event."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable

from ivr.asterisk.agi import GoneError, Line, ProtocolError
from ivr.asterisk.audio import Audio
from ivr.asterisk.causes import NORMAL_CLEARING, cause_of, side
from ivr.asterisk.names import CALL_KEY, is_test
from ivr.asterisk.patience import Patience
from ivr.asterisk.proof import Proof
from ivr.asterisk.sounds import Sounds
from ivr.asterisk.turns import Performer
from ivr.events import Event, HungUp, Offered
from ivr.ports import Receipt, Switchboard

log = logging.getLogger(__name__)

RETRY_SECONDS = (0.2, 1.0, 3.0)
"""Waits before a hang-up is told again that the switchboard could not take."""
RESTRICTED = 0x20
RESTRICTED_WORD = "prohib"


class Conversations:
    """Serves every call of a node; :meth:`serve` runs in the call's own thread."""

    def __init__(
        self,
        switchboard: Switchboard,
        sounds: Sounds,
        audio: Audio,
        patience: Patience,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """Tell ``switchboard`` everything and do what it says."""
        self._patience = patience
        self._switchboard = switchboard
        self._sounds = sounds
        self._audio = audio
        self._wait = wait

    def serve(self, line: Line) -> None:
        """Lead a conversation to its end.

        An exception leaves ``CALL_DONE`` unset: the dialplan asks the citizen
        to hold the line and comes back.
        """
        call, offered = offer(line)
        try:
            self._converse(call, line, offered)
        except GoneError:
            line.gone = True
        if line.gone:
            self._tell_gone(call, line)

    def _converse(self, call: str, line: Line, offered: Offered) -> None:
        receipt = self._tell(call, line, offered)
        line.command("ANSWER")
        performer = Performer(line, self._sounds, self._audio)
        proof = Proof(self._sounds) if offered.test else None
        while receipt is not None:
            event = performer.carry_out(receipt.turn, resumed=receipt.resumed)
            event = proof.of(receipt.turn, event) if proof else event
            receipt = self._next(call, line, event)
        if not line.gone:
            performer.hang_up(NORMAL_CLEARING)

    def _next(self, call: str, line: Line, event: Event | None) -> Receipt | None:
        """Tell the event; after a hang-up nothing more is to be carried out."""
        receipt = self._tell(call, line, event) if event else None
        return None if line.gone else receipt

    def _tell(self, call: str, line: Line, event: Event) -> Receipt | None:
        """Tell an event; a caller who would wait too long for the answer is taken away."""
        with self._patience.with_line(line):
            return self._switchboard.receive(call, event)

    def _tell_gone(self, call: str, line: Line) -> None:
        event = hung_up(line)
        for seconds in (*RETRY_SECONDS, None):
            try:
                self._switchboard.receive(call, event)
                return
            except Exception:
                log.exception("the hang-up of %s could not be told", call)
            if seconds is not None:
                self._wait(seconds)


def offer(line: Line) -> tuple[str, Offered]:
    """Return the call's key and the first event; raises ``ProtocolError``."""
    call = line.arguments[0] if line.arguments else ""
    if not CALL_KEY.match(call):
        raise ProtocolError(f"not a call's key: {call[:80]!r}")
    tell = line.environment.get
    channel = tell("channel", "")
    return call, Offered(
        key="offered",
        dialled=_known(tell("dnid", "")),
        caller=_caller(line),
        caller_name=_unescaped(_known(tell("calleridname", ""))),
        channel=channel,
        test=is_test(channel),
    )


def hung_up(line: Line) -> HungUp:
    """Ask the dead channel why and by whom; both stay unknown if it is no more."""
    try:
        told = line.evaluate("${HANGUPCAUSE}:${CALL_DONE}:${CHANNEL(hangupsource)}")
        cause, done, source = told.split(":", 2)
    except Exception:
        log.exception("the cause of a hang-up is not known")
        return HungUp("hungup", 0, "unknown")
    who = side(source, line.environment.get("channel", ""), ended=done == "1")
    return HungUp("hungup", cause_of(cause, who), who)


def _caller(line: Line) -> str:
    """Return the caller's number, nothing where it was withheld."""
    presentation = line.environment.get("callingpres", "")
    withheld = presentation.isdecimal() and int(presentation) & 0x60 == RESTRICTED
    return "" if withheld else _known(line.environment.get("callerid", ""))


def _known(text: str) -> str:
    return "" if text == "unknown" else text


def _unescaped(name: str) -> str:
    """Undo SIP's quoted pairs, which Asterisk passes on as they came."""
    return re.sub(r"\\(.)", r"\1", name)

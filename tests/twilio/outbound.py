"""Calls we place by REST: dialled one a second, rung, answered or not (page "Call resource")."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.twilio.call import Call
from tests.twilio.timers import Timer

if TYPE_CHECKING:
    from tests.twilio.exchange import Exchange

SECONDS_A_CALL = 1.0
"""Calls per second of a new account is 1; more are not refused, they wait as ``queued``."""

NO_ANSWER, CANCELED = 487, 487
"""SIP codes of a ringing that was given up."""


class Outbound:
    """The account's dialling."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._free = exchange.clock()
        self._ringing: dict[str, Timer] = {}

    def place(self, call: Call) -> None:
        """Let a call wait for its turn."""
        turn = max(self._exchange.clock(), self._free)
        self._free = turn + timedelta(seconds=SECONDS_A_CALL)
        self._exchange.timers.at(turn, lambda: self._dial(call))

    def ringing(self, to: str) -> Call | None:
        """The oldest call that rings there."""
        calls = (self._exchange.calls[sid] for sid in self._ringing)
        return next((call for call in calls if call.to == to), None)

    def answer(self, call: Call, by: str) -> None:
        """Begin the call: its document is asked for."""
        self._stop(call)
        call.status, call.answered = "in-progress", self._exchange.clock()
        if call.detects_machines:
            call.answered_by = "human" if by == "human" else "machine_start"
            call.extra["AnsweredBy"] = call.answered_by
        call.progress.report(call, "answered")
        call.start()

    def unanswered(self, call: Call, status: str, sip: int) -> None:
        """End a ringing."""
        self._stop(call)
        call.sip = sip
        call.finish(status)

    def cancel(self, call: Call) -> None:
        """End a call that nobody has answered yet, rung or not."""
        if timer := self._ringing.pop(call.sid, None):
            timer.cancel()
        call.sip = CANCELED
        call.finish("canceled")

    def let_ring(self, call: Call) -> None:
        """Wait until the time limit of the ringing is over."""
        assert call.sid in self._ringing, "it does not ring"
        due = self._ringing[call.sid].due
        self._exchange.advance((due - self._exchange.clock()).total_seconds())

    def _dial(self, call: Call) -> None:
        if call.over:
            return
        call.started = self._exchange.clock()
        call.progress.report(call, "initiated")
        call.status = "ringing"
        call.progress.report(call, "ringing")
        self._ringing[call.sid] = self._exchange.timers.after(
            call.ring_timeout, lambda: self.unanswered(call, "no-answer", NO_ANSWER)
        )

    def _stop(self, call: Call) -> None:
        assert call.sid in self._ringing, f"the call does not ring, it is {call.status}"
        self._ringing.pop(call.sid).cancel()

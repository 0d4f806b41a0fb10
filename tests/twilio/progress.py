"""Status callbacks of a call (pages "Call resource", "Track Outbound Calls with Twilio Voice")."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import format_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.twilio.call import Call


@dataclass
class Progress:
    """Where a call's progress is told, and which of it; an inbound call tells its end alone."""

    url: str = ""
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)
    told: int = 0

    def report(self, call: Call, event: str) -> None:
        """Owe a status callback, when it is asked for; ``SequenceNumber`` tells their order."""
        if not self.url or event not in self.events:
            return
        exchange = call.exchange
        params = {
            **call.facts(),
            "CallStatus": "initiated" if event == "initiated" else call.status,
            "Timestamp": format_datetime(exchange.clock()),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self.told),
        }
        if event == "completed":
            params |= _totals(call)
        self.told += 1
        exchange.notify(self.method, self.url, params)


def _totals(call: Call) -> dict[str, str]:
    """``CallDuration`` in seconds, ``Duration`` in minutes begun."""
    totals = {"CallDuration": str(call.duration), "Duration": str(-(-call.duration // 60))}
    return totals if call.direction == "inbound" else totals | {"SipResponseCode": str(call.sip)}

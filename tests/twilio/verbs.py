"""Play a document's verbs one by one; those that wait give what they wait in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twilio.dialing import Dialing
from tests.twilio.queueing import Queued
from tests.twilio.refusals import SCHEMA, Refused
from tests.twilio.twiml import Element
from tests.twilio.waiting import Gathering, Pausing, Recording, Waiting

if TYPE_CHECKING:
    from tests.twilio.call import Call

WAITS: dict[str, type[Waiting]] = {
    "Pause": Pausing,
    "Gather": Gathering,
    "Record": Recording,
    "Enqueue": Queued,
    "Dial": Dialing,
}
REJECTED = {"rejected": "no-answer", "busy": "busy"}
"""The call's end by the reason; which one "rejected" gives was not found in the documentation."""


def play(call: Call, element: Element) -> Waiting | None:
    """Do what a verb says, up to the point where it waits."""
    match element.tag:
        case "Say" | "Play" | "Gather":
            for part in element.children or (element,):
                if not _uttered(call, part):
                    return None
        case "Redirect":
            call.load(element.target, element.get("method", "POST"))
        case "Hangup":
            call.finish("completed")
        case "Reject":
            _reject(call, element)
        case "Leave":
            refused = Refused(SCHEMA, f"<Leave> in a call that waits in no queue ({element.base})")
            call.exchange.refuse(refused)
    waits = WAITS.get(element.tag)
    return waits(call, element) if waits else None


def _uttered(call: Call, element: Element) -> bool:
    try:
        call.utter(element)
    except Refused as error:
        call.break_off(error, element.target)
        return False
    return True


def _reject(call: Call, element: Element) -> None:
    """``<Reject>`` is for a call that nobody has answered yet (page "TwiML Voice: <Reject>")."""
    if call.answered:
        call.exchange.refuse(Refused(SCHEMA, f"<Reject> in a call that was answered ({element.base})"))
    call.finish(REJECTED[element.get("reason", "rejected")])

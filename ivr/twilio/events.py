"""Twilio's requests into events of our vocabulary."""

from __future__ import annotations

from collections.abc import Mapping

from ivr.events import DialEnded, DialOutcome, Digits, Event, HungUp, Offered, Recorded, RecordEnd, TimedOut
from ivr.turns import Action, Connect, Gather, Record

LESS_THAN_ONE = 0.9
"""Seconds that one second of Twilio's may be: a message that says nothing yet (``engine.EMPTY_SECONDS``)."""

Parameters = Mapping[str, str]

WITHHELD = frozenset(
    {"+266696687", "+86282452253", "+464", "+7378742833", "+2562533", "+8566", "anonymous", "unavailable"}
)
"""What stands in ``From`` when a number is withheld or unknown: the words in digits (Twilio, help
centre: "Why am I getting calls from these strange numbers?")."""

QUEUE_RESULTS: dict[str, DialOutcome] = {
    "bridged": "answered",
    "leave": "no_answer",
    "hangup": "caller_gone",
    "redirected": "failed",
    "queue-full": "failed",
    "error": "failed",
    "system-error": "failed",
}
"""Twilio, TwiML Voice: <Enqueue>, ``QueueResult``."""

CAUSES = {"completed": 16, "canceled": 16, "busy": 17, "no-answer": 19, "failed": 41}
"""Q.850 causes of the ways in which a Twilio call ends (Twilio, Call resource: status values)."""

OUTCOMES = {"busy": "busy", "no-answer": "no_answer", "canceled": "cancelled", "failed": "unreachable"}
"""What became of an officer's leg that nobody accepted."""


def offered(parameters: Parameters) -> Offered:
    """Read the first request of a call."""
    caller = parameters.get("From", "")
    return Offered(
        key="offered",
        dialled=parameters.get("To", ""),
        caller="anonymous" if caller.lower() in WITHHELD else caller,
        caller_name=parameters.get("CallerName", ""),
        channel=f"twilio/{parameters.get('CallSid', '')}",
    )


def ended(number: int, action: Action, parameters: Parameters) -> Event:
    """Read what ended turn ``number``, whose last action is ``action``."""
    key = f"turn:{number}"
    if isinstance(action, Record):
        return _recorded(key, action, parameters)
    if isinstance(action, Connect):
        return _dialled(key, parameters)
    if isinstance(action, Gather):
        return _keyed(key, parameters)
    raise ValueError(f"nothing is told of the end of {action!r}")


def hung_up(parameters: Parameters) -> HungUp | None:
    """Read the end of a call; ``None`` while it goes on."""
    status = parameters.get("CallStatus", "")
    return HungUp("hungup", CAUSES[status], "unknown") if status in CAUSES else None


def _keyed(key: str, parameters: Parameters) -> Digits | TimedOut:
    """Take keys, or ``#`` alone; with ``actionOnEmptyResult`` silence is told as well."""
    digits = parameters.get("Digits", "")
    if digits or parameters.get("FinishedOnKey"):
        return Digits(key, digits)
    return TimedOut(key)


def _recorded(key: str, action: Record, parameters: Parameters) -> Recorded:
    """Take a message's length without the silence that ended it, which Twilio records as well.

    Twilio tells whole seconds and not how it rounds, so a single one may be less.
    """
    told = _seconds(parameters.get("RecordingDuration", ""))
    end = _record_end(action, told, parameters)
    spoken = told - action.silence_seconds if end == "silence" else told
    return Recorded(key, action.name, spoken if spoken > 1 else max(0.0, spoken) * LESS_THAN_ONE, end)


def _record_end(action: Record, seconds: float, parameters: Parameters) -> RecordEnd:
    digits = parameters.get("Digits", "")
    if digits == "hangup":
        return "hangup"
    if digits:
        return "key"
    return "limit" if seconds >= action.max_seconds else "silence"


def _dialled(key: str, parameters: Parameters) -> DialEnded:
    outcome = QUEUE_RESULTS.get(parameters.get("QueueResult", ""), "failed")
    gone = outcome == "caller_gone" or parameters.get("CallStatus") in CAUSES
    return DialEnded(key, outcome, gone)


def _seconds(text: str) -> float:
    return float(text) if text.isdecimal() and len(text) < 9 else 0.0

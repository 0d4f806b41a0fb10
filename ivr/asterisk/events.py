"""Manager events into facts about officers' legs and about calls that ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ivr.asterisk.ami import Message
from ivr.asterisk.causes import ANSWERED_ELSEWHERE, NORMAL_CLEARING, cause_of, outcome_of, side
from ivr.asterisk.names import CALL_KEY, GONE_EVENT, officer_of
from ivr.events import HungUp, LegEvent, OfficerAnswered, OfficerEnded, OfficerRung

UP = "6"
"""Asterisk's channel state of an answered channel."""

_DIAL_OUTCOMES = {
    "BUSY": "busy",
    "NOANSWER": "no_answer",
    "CANCEL": "cancelled",
    "ABORT": "cancelled",
    "CONGESTION": "failed",
    "CHANUNAVAIL": "unreachable",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """Something about one call."""

    call: str
    event: LegEvent | HungUp


class Reader:
    """Reads the events of one Asterisk, in their order."""

    def __init__(self) -> None:
        """Know of no leg yet."""
        self._outcomes: dict[str, str] = {}

    def read(self, message: Message, now: datetime) -> Fact | None:
        """Return what a message says about a citizen's call, if anything."""
        at = _time(message) or now
        match message.name.lower():
            case "dialbegin":
                return self._rung(message, at)
            case "dialend":
                return self._dialled(message, at)
            case "hangup":
                return self._ended(message, at)
            case "userevent" if message.get("userevent") == GONE_EVENT:
                return _gone(message)
        return None

    def forget(self) -> None:
        """Forget the legs: the connection was lost, their ends may be missed."""
        self._outcomes.clear()

    def _rung(self, message: Message, at: datetime) -> Fact | None:
        officer = officer_of(message.get("destchannel"))
        if officer is None:
            return None
        return _fact(message.get("linkedid"), OfficerRung(message.get("destuniqueid"), officer, at))

    def _dialled(self, message: Message, at: datetime) -> Fact | None:
        officer, leg = officer_of(message.get("destchannel")), message.get("destuniqueid")
        if officer is None:
            return None
        status = message.get("dialstatus").upper()
        if status == "ANSWER":
            self._outcomes[leg] = "answered"
            return _fact(message.get("linkedid"), OfficerAnswered(leg, officer, at))
        self._outcomes.setdefault(leg, _DIAL_OUTCOMES.get(status, "failed"))
        return None

    def _ended(self, message: Message, at: datetime) -> Fact | None:
        officer, leg = officer_of(message.get("channel")), message.get("uniqueid")
        if officer is None or leg == message.get("linkedid"):
            return None
        cause = cause_of(message.get("cause"))
        outcome = self._outcomes.pop(leg, None) or _outcome(message.get("channelstate"), cause)
        if outcome == "answered" and cause == ANSWERED_ELSEWHERE:
            cause = NORMAL_CLEARING  # option C of Queue marks every leg it ends so
        return _fact(message.get("linkedid"), OfficerEnded(leg, officer, outcome, cause, at))


def _outcome(state: str, cause: int) -> str:
    """Tell how a leg ended of which we saw nothing but the end."""
    return "answered" if state == UP else outcome_of(cause)


def _gone(message: Message) -> Fact | None:
    who = side(message.get("source"), message.get("channel"), ended=message.get("done") == "1")
    cause = cause_of(message.get("cause"), who)
    return _fact(message.get("call"), HungUp("hungup", cause, who))


def _fact(call: str, event: LegEvent | HungUp) -> Fact | None:
    return Fact(call, event) if CALL_KEY.match(call) else None


def _time(message: Message) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(message.get("timestamp")), UTC)
    except (ValueError, OverflowError, OSError):
        return None

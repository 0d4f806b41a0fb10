"""Manager events of real calls, shortened, and what they say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ivr.asterisk.ami import Message
from ivr.asterisk.events import Fact, Reader
from ivr.events import HungUp, OfficerAnswered, OfficerEnded, OfficerRung

CALL, LEG = "node1-17.0", "node1-17.1"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
AT = datetime(2026, 11, 23, 14, 21, 1, tzinfo=UTC)
SIP, LOCAL = "PJSIP/officer-2-0000001a", "Local/officer-2@mobile-0000001a;1"


def begin(channel: str = SIP) -> Message:
    """Tell that an officer's leg rings."""
    return Message("DialBegin", headers(destchannel=channel, destuniqueid=LEG))


def end(status: str) -> Message:
    """Tell how ringing ended."""
    return Message("DialEnd", headers(destchannel=SIP, destuniqueid=LEG, dialstatus=status))


def hangup(cause: str, state: str = "5", channel: str = SIP) -> Message:
    """Tell that a leg is gone."""
    return Message("Hangup", headers(channel=channel, uniqueid=LEG, cause=cause, channelstate=state))


def headers(**more: str) -> dict[str, str]:
    """Add what every event has."""
    return {"linkedid": CALL, "timestamp": str(AT.timestamp()), **more}


@pytest.mark.parametrize("channel", [SIP, LOCAL])
def test_a_leg_rings(channel: str) -> None:
    assert Reader().read(begin(channel), NOW) == Fact(CALL, OfficerRung(LEG, "2", AT))


@pytest.mark.parametrize(
    "channel", ["PJSIP/trunk-00000001", "Local/officer-2@mobile-0000001a;2", "PJSIP/officer-x-01", ""]
)
def test_another_channel_is_no_leg(channel: str) -> None:
    assert Reader().read(begin(channel), NOW) is None


def test_an_answered_leg() -> None:
    reader = Reader()
    assert reader.read(end("ANSWER"), NOW) == Fact(CALL, OfficerAnswered(LEG, "2", AT))
    assert reader.read(hangup("26", "6"), NOW) == Fact(CALL, OfficerEnded(LEG, "2", "answered", 16, AT))


@pytest.mark.parametrize(
    ("statuses", "cause", "outcome"),
    [
        (["NOANSWER", "CANCEL"], 26, "no_answer"),
        (["CANCEL"], 26, "cancelled"),
        (["BUSY"], 17, "busy"),
        (["CHANUNAVAIL"], 20, "unreachable"),
        (["WHATEVER"], 0, "failed"),
    ],
)
def test_a_leg_nobody_answered(statuses: list[str], cause: int, outcome: str) -> None:
    reader = Reader()
    assert [reader.read(end(status), NOW) for status in statuses] == [None] * len(statuses)
    assert reader.read(hangup(str(cause)), NOW) == Fact(CALL, OfficerEnded(LEG, "2", outcome, cause, AT))


@pytest.mark.parametrize(
    ("state", "cause", "outcome"), [("6", 16, "answered"), ("5", 17, "busy"), ("5", 16, "cancelled")]
)
def test_an_end_is_enough(state: str, cause: int, outcome: str) -> None:
    fact = Reader().read(hangup(str(cause), state), NOW)
    assert fact is not None
    assert fact.event == OfficerEnded(LEG, "2", outcome, cause, AT)


def test_a_citizens_call_is_gone() -> None:
    message = Message(
        "UserEvent",
        {
            "userevent": "CallGone",
            "call": CALL,
            "cause": "0",
            "source": "PJSIP/trunk-1",
            "channel": "PJSIP/trunk-1",
        },
    )
    assert Reader().read(message, NOW) == Fact(CALL, HungUp("hungup", 16, "caller"))


def test_a_key_that_is_none_is_left_alone() -> None:
    message = Message("DialBegin", headers(destchannel=SIP) | {"linkedid": "a b\nc"})
    assert Reader().read(message, NOW) is None

"""Twilio's requests as events."""

from __future__ import annotations

import pytest

from ivr.events import DialEnded, DialOutcome, Digits, HungUp, Recorded, TimedOut
from ivr.turns import Connect, Gather, Hangup, Record
from ivr.twilio import events

GATHER = Gather("id", (), 1, 4)
RECORD = Record("id", "CA__m__5", 180, 6)
CONNECT = Connect("id", "agency-dinsos", 60, None)


def test_keys_and_silence_are_told_apart() -> None:
    assert events.ended(2, GATHER, {"Digits": "4"}) == Digits("turn:2", "4")
    assert events.ended(2, GATHER, {"Digits": "", "FinishedOnKey": "#"}) == Digits("turn:2", "")
    assert events.ended(2, GATHER, {"Digits": "", "FinishedOnKey": ""}) == TimedOut("turn:2")
    assert events.ended(2, GATHER, {}) == TimedOut("turn:2")


@pytest.mark.parametrize(
    ("told", "seconds", "end"),
    [
        ({"RecordingDuration": "20", "Digits": "#"}, 20, "key"),
        ({"RecordingDuration": "20", "Digits": "hangup"}, 20, "hangup"),
        ({"RecordingDuration": "26"}, 20, "silence"),
        ({"RecordingDuration": "6"}, 0, "silence"),
        ({"RecordingDuration": "7"}, 0.9, "silence"),
        ({"RecordingDuration": "180"}, 180, "limit"),
        ({"RecordingDuration": "1", "Digits": "#"}, 0.9, "key"),
        ({}, 0, "silence"),
        ({"RecordingDuration": "-1"}, 0, "silence"),
        ({"RecordingDuration": "9" * 40}, 0, "silence"),
    ],
)
def test_how_a_message_ended(told: dict[str, str], seconds: float, end: str) -> None:
    event = events.ended(5, RECORD, told)
    assert isinstance(event, Recorded)
    assert (event.key, event.name, event.seconds, event.ended_by) == ("turn:5", "CA__m__5", seconds, end)


@pytest.mark.parametrize(
    ("result", "status", "outcome", "gone"),
    [
        ("bridged", "in-progress", "answered", False),
        ("bridged", "completed", "answered", True),
        ("leave", "in-progress", "no_answer", False),
        ("hangup", "completed", "caller_gone", True),
        ("queue-full", "in-progress", "failed", False),
        ("a word of next year", "in-progress", "failed", False),
    ],
)
def test_how_waiting_ended(result: str, status: str, outcome: DialOutcome, gone: bool) -> None:
    told = {"QueueResult": result, "CallStatus": status}
    assert events.ended(4, CONNECT, told) == DialEnded("turn:4", outcome, gone)


def test_nothing_is_told_of_a_turn_that_ends_the_call() -> None:
    with pytest.raises(ValueError, match="nothing is told"):
        events.ended(9, Hangup(), {})


def test_a_call_that_goes_on_has_not_ended() -> None:
    assert events.hung_up({"CallStatus": "in-progress"}) is None
    assert events.hung_up({"CallStatus": "busy"}) == HungUp("hungup", 17, "unknown")


@pytest.mark.parametrize("caller", ["+266696687", "anonymous", "Anonymous"])
def test_a_withheld_number_is_none(caller: str) -> None:
    assert events.offered({"From": caller, "To": "+62234", "CallSid": "CA1"}).caller == "anonymous"

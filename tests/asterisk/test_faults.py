"""Killed processes lose no call."""

from __future__ import annotations

import pytest

from tests.asterisk.audio import RATE, channels, tone_seconds
from tests.asterisk.faults import TONE, Survivors

pytestmark = pytest.mark.xdist_group("asterisk")


def test_a_call_goes_on_when_the_ivr_process_was_killed(survivors: Survivors) -> None:
    story = survivors.resumed
    assert (story.disposition, story.reason) == ("recorded", "message")
    assert story.ticket
    names = [word.partition("/")[2] for word in survivors.resumed_words]
    assert names.count("main_menu") == 2
    assert names.count("greeting") == 1


def test_a_call_that_the_exchange_took_with_it_is_called_back(survivors: Survivors) -> None:
    story = survivors.in_menu
    assert (story.disposition, story.reason) == ("call_back", "abandoned")
    assert story.hangup_side == "exchange"
    assert story.kinds().count("disposed") == 1
    assert story.obligation


def test_a_message_cut_off_with_the_exchange_becomes_a_ticket(survivors: Survivors) -> None:
    story = survivors.in_message
    assert story.nodes()[-1] == "message"
    assert "recorded" not in story.kinds()
    assert story.kinds().count("disposed") == 1
    assert (story.disposition, story.reason) == ("recorded", "message")
    assert story.ticket


def test_half_a_message_is_kept_and_can_be_heard(survivors: Survivors) -> None:
    (sound,) = survivors.in_message.recordings
    assert (sound.kind, sound.silent, sound.problem) == ("message", False, "broken_header")
    (voice,) = channels(survivors.saved)
    assert len(voice) / RATE == pytest.approx(sound.seconds, abs=0.01)
    assert sound.seconds > 3
    assert tone_seconds(voice, TONE) > 1.5


def test_the_exchange_takes_calls_again(survivors: Survivors) -> None:
    assert survivors.after.disposition == "call_back"

"""No call is lost while the ivr process is away, or does not answer."""

from __future__ import annotations

import numpy as np
import pytest

from ivr.hearing import RATE
from tests.asterisk.alone import Aftermath
from tests.asterisk.audio import channels, tone_seconds
from tests.asterisk.hotline import Hotline

pytestmark = pytest.mark.xdist_group("asterisk")


def digits(words: list[str]) -> str:
    """Read the digits that were spoken between the ticket's number and the end."""
    spoken = words[words.index("id/ticket_number") :] if "id/ticket_number" in words else []
    return "".join(word.rpartition("/")[2] for word in spoken if word.startswith("id/digits/"))


def test_a_message_becomes_a_ticket_with_the_number_that_was_told(alone: Aftermath) -> None:
    call = alone.calls["message"]
    assert (call.story.disposition, call.story.reason) == ("recorded", "message")
    assert call.story.data("degraded") == [{"why": "away"}]
    assert call.story.notice_version
    assert digits(call.words).startswith(call.told[0] + call.told[1])
    assert call.status == "found"


def test_the_message_is_in_the_store(alone: Aftermath, hotline: Hotline) -> None:
    sound = alone.calls["message"].story.recordings[0]
    path = hotline.home.parent / "alone/home/store" / sound.store_key
    assert tone_seconds(channels(path)[0], 700) > 2


def test_the_caller_hears_whose_number_it_is_and_that_it_is_recorded(alone: Aftermath) -> None:
    words = alone.calls["message"].words
    order = [
        "id/holding",
        "id/agency/complaints",
        "id/degraded",
        "id/notice",
        "id/message",
        "id/ticket_number",
    ]
    assert [word for word in words if word in order and words.index(word) >= 0][:1] == ["id/holding"]
    places = [words.index(word) for word in order]
    assert places == sorted(places)


def test_the_officers_last_known_are_rung(alone: Aftermath, hotline: Hotline) -> None:
    call = alone.calls["talk"]
    assert (call.story.disposition, call.status) == ("answered", "found")
    assert [outcome for _, outcome in call.story.legs].count("answered") == 1
    talk = next(sound for sound in call.story.recordings if sound.kind == "conversation")
    citizen, officer = channels(hotline.home.parent / "alone/home/store" / talk.store_key)
    assert tone_seconds(citizen, 500) > 1
    assert tone_seconds(officer, 1100) > 1
    assert tone_seconds(np.frombuffer(call.officer_heard, "<i2").astype(float) / 32768, 500) > 1
    assert len(citizen) > RATE


def test_an_emergency_rings_everybody(alone: Aftermath) -> None:
    story = alone.calls["emergency"].story
    assert (story.disposition, story.emergency) == ("answered", True)
    assert len(story.legs) == 3
    assert story.ticket


def test_who_hangs_up_in_the_message_has_a_ticket(alone: Aftermath) -> None:
    story = alone.calls["cut"].story
    assert story.disposition == "recorded"
    assert story.ticket
    assert story.kinds().count("disposed") == 1


def test_an_unknown_number_is_refused_and_logged(alone: Aftermath) -> None:
    call = alone.calls["unknown"]
    assert (call.story.disposition, call.story.reason) == ("discarded", "unknown_line")
    assert "unknown_number" in [word.rpartition("/")[2] for word in call.words]


def test_a_conversation_is_not_disturbed_and_its_caller_gets_a_number(alone: Aftermath) -> None:
    call = alone.calls["talking"]
    assert call.story.disposition == "answered"
    assert [outcome for _, outcome in call.story.legs] == ["answered"]
    assert call.words.count("id/greeting") == 1
    assert call.status == "found"
    assert call.story.ticket


def test_a_database_that_hangs_is_as_good_as_a_dead_one(stuck: Aftermath) -> None:
    call = stuck.calls["stalled"]
    assert call.story.data("degraded") == [{"why": "stalled"}]
    assert call.story.disposition == "answered"
    assert call.status == "found"


def test_a_stopped_process_is_ended_and_the_call_goes_on_where_it_was(stuck: Aftermath) -> None:
    call = stuck.calls["stopped"]
    assert call.story.nodes().count("main") == 1
    assert "message" in call.story.nodes()
    assert "degraded" not in call.story.kinds()
    assert call.words.count("id/greeting") == 1
    assert call.words.count("id/notice") == 1


def test_the_log_then_differs_in_nothing_from_the_exchanges_records(
    alone: Aftermath, stuck: Aftermath
) -> None:
    assert (alone.differences, stuck.differences) == ([], [])

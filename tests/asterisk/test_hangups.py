"""A citizen who hangs up is never lost, wherever it happens."""

from __future__ import annotations

import pytest

from tests.asterisk.hotline import Hotline
from tests.asterisk.scenes import Played

pytestmark = pytest.mark.xdist_group("asterisk")

EARLY = ("gone_at_once", "gone_in_greeting", "gone_in_notice", "gone_in_language", "gone_in_menu")


def scenes(*names: str) -> list[object]:
    return [pytest.param(name, marks=pytest.mark.scene(name), id=name) for name in names]


@pytest.mark.parametrize("name", scenes(*EARLY, "gone_in_complaint", "two_at_once"))
def test_who_hangs_up_before_a_complaint_is_called_back(name: str, played: Played) -> None:
    story = played.story
    assert (story.disposition, story.reason) == ("call_back", "abandoned"), name
    assert story.obligation == "abandoned"
    assert story.ticket is None
    assert story.hangup_side == "caller"
    assert story.kinds().count("disposed") == 1


@pytest.mark.scene("gone_while_ringing")
def test_who_hangs_up_while_it_rings_is_called_back(played: Played, hotline: Hotline) -> None:
    assert played.story.disposition == "call_back"
    assert played.story.obligation
    assert played.story.legs == [(hotline.officers["waiting"][0], "cancelled")]


@pytest.mark.scene("gone_in_message")
def test_who_hangs_up_in_the_message_has_a_ticket_or_is_called_back(played: Played) -> None:
    story = played.story
    assert story.disposition in ("recorded", "call_back")
    assert bool(story.ticket) == (story.disposition == "recorded")


@pytest.mark.parametrize("name", scenes("gone_in_ticket", "gone_in_repeat"))
def test_who_hangs_up_behind_the_message_keeps_the_ticket(name: str, played: Played) -> None:
    assert played.story.disposition == "recorded", name
    assert played.story.ticket
    assert played.story.obligation is None


@pytest.mark.scene("two_at_once")
def test_two_calls_of_one_caller_are_two_calls(played: Played, hotline: Hotline) -> None:
    same = [story for story in hotline.stories() if story.caller_number == played.story.caller_number]
    assert len(same) == 2
    assert {story.disposition for story in same} == {"call_back"}


@pytest.mark.scene("key_flood")
def test_a_flood_of_keys_ends_in_one_disposition(played: Played) -> None:
    assert played.story.disposition
    assert played.story.kinds().count("disposed") == 1
    assert all(len(data["digits"]) <= 32 for data in played.story.data("keys"))


@pytest.mark.scene("unknown_number")
def test_an_unknown_number_is_refused_in_words_and_logged(played: Played) -> None:
    assert "unknown_number" in [word.partition("/")[2] for word in played.words]
    assert (played.story.disposition, played.story.reason) == ("discarded", "unknown_line")
    assert played.story.dialled == "79999"
    assert played.story.hangup_side == "system"

"""Killed processes lose no call."""

from __future__ import annotations

import pytest

from tests.asterisk.faults import Survivors

pytestmark = pytest.mark.xdist_group("asterisk")


def test_a_call_goes_on_when_the_ivr_process_was_killed(survivors: Survivors) -> None:
    story = survivors.resumed
    assert (story.disposition, story.reason) == ("recorded", "message")
    assert story.ticket
    names = [word.partition("/")[2] for word in survivors.resumed_words]
    assert names.count("main_menu") == 2
    assert names.count("greeting") == 1


def test_calls_that_the_exchange_took_with_it_are_closed(survivors: Survivors) -> None:
    for story in (survivors.in_menu, survivors.in_message):
        assert (story.disposition, story.reason) == ("call_back", "abandoned")
        assert story.kinds().count("disposed") == 1
        assert story.obligation


def test_the_exchange_takes_calls_again(survivors: Survivors) -> None:
    assert survivors.after.disposition == "call_back"

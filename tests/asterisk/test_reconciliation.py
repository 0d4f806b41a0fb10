"""The log is the exchange's records, whoever was away while the calls came."""

from __future__ import annotations

import pytest

from tests.asterisk.unwatched import Unwatched

pytestmark = pytest.mark.xdist_group("asterisk")


def test_calls_that_nobody_watched_are_in_the_log(unwatched: Unwatched) -> None:
    assert sorted(story.key for story in unwatched.stories) == unwatched.recorded
    assert len(unwatched.recorded) == 4
    assert all(story.disposition for story in unwatched.stories)


def test_the_command_tells_the_same_and_no_difference_is_left(unwatched: Unwatched) -> None:
    assert (unwatched.told["offered"], unwatched.told["logged"]) == (4, 4)
    assert unwatched.differences == []

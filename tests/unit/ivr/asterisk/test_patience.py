"""A caller is taken away from a switchboard that does not answer."""

from __future__ import annotations

import pytest

from ivr.asterisk.agi import Line, LostError
from ivr.asterisk.patience import Patience
from tests.unit.ivr.asterisk.exchange import Channel


class Time:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def patience(time: Time) -> Patience:
    return Patience(4.0, time)


def test_a_turn_that_takes_too_long_gives_the_channel_back(
    channel: Channel, patience: Patience, time: Time
) -> None:
    line = Line(channel.ours)
    with patience.with_line(line):
        time.seconds = 4.0
        patience.look()
        channel.wait_for("SET VARIABLE STALLED 1")
    with pytest.raises(LostError, match="too long"):
        line.command("ANSWER")
    assert channel.commands == ["SET VARIABLE STALLED 1"]


def test_a_turn_in_time_is_left_alone(channel: Channel, patience: Patience, time: Time) -> None:
    line = Line(channel.ours)
    with patience.with_line(line):
        time.seconds = 3.9
        patience.look()
    time.seconds = 100.0
    patience.look()
    assert line.command("ANSWER").result == "0"
    assert channel.commands == ["ANSWER"]


def test_one_slow_call_does_not_take_the_others_with_it(patience: Patience, time: Time) -> None:
    slow, quick = Channel(), Channel()
    try:
        first, second = Line(slow.ours), Line(quick.ours)
        with patience.with_line(first):
            time.seconds = 3.0
            with patience.with_line(second):
                time.seconds = 5.0
                patience.look()
        assert second.command("ANSWER").result == "0"
    finally:
        slow.close()
        quick.close()

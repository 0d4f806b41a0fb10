"""Every line is called by the system itself, which sees when it does not work."""

from __future__ import annotations

import pytest

from tests.asterisk import town
from tests.asterisk.line_tests import Checked

pytestmark = pytest.mark.xdist_group("asterisk")


def test_a_good_line_passes_by_itself_and_on_command(tested: Checked) -> None:
    assert tested.by_itself in {number for _, number, _ in town.AGENCIES}
    assert (tested.good.status, tested.good.alarm) == (0, False), tested.good.words
    assert "1 of 1 lines work" in tested.good.words


def test_a_missing_prompt_fails_the_line_by_its_name(tested: Checked) -> None:
    assert (tested.without_prompt.status, tested.without_prompt.alarm) == (1, True)
    assert "id/notice" in tested.without_prompt.words


def test_a_dead_ivr_process_fails_the_line(tested: Checked) -> None:
    assert (tested.without_ivr.status, tested.without_ivr.alarm) == (1, True)
    assert "not answered" in tested.without_ivr.words


def test_the_next_success_clears_the_alarm(tested: Checked) -> None:
    assert (tested.good_again.status, tested.good_again.alarm) == (0, False), tested.good_again.words


def test_a_number_of_nobody_is_not_called(tested: Checked) -> None:
    assert tested.unknown.status == 1
    assert "no active line has the number 79999" in tested.unknown.words


def test_a_test_call_is_marked_and_leaves_nothing_behind(tested: Checked) -> None:
    assert tested.marks == {True}
    assert {(one.disposition, one.reason) for one in tested.stories} == {("discarded", "test")}
    assert (tested.listed, tested.on_board) == (0, 0)
    assert tested.listed_tests == len(tested.stories) >= 4
    assert set(tested.leftovers.values()) == {0}, tested.leftovers
    assert tested.citizens == []

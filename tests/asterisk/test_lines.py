"""Every line is called by the system itself, which sees when it does not work."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.asterisk import town
from tests.asterisk.hotline import Hotline, until
from tests.asterisk.line_tests import Checked, troubles
from tests.asterisk.people import Stage

pytestmark = pytest.mark.xdist_group("asterisk")


def test_a_good_line_passes_by_itself_and_on_command(checked: Checked) -> None:
    assert checked.by_itself in {number for _, number, _ in town.AGENCIES}
    assert (checked.good.status, checked.good.alarm) == (0, False), checked.good.words
    assert "1 of 1 lines work" in checked.good.words


def test_a_missing_prompt_fails_the_line_by_its_name(checked: Checked) -> None:
    assert (checked.without_prompt.status, checked.without_prompt.alarm) == (1, True)
    assert "id/notice" in checked.without_prompt.words


def test_a_dead_ivr_process_fails_the_line(checked: Checked) -> None:
    assert (checked.without_ivr.status, checked.without_ivr.alarm) == (1, True)
    assert "not answered" in checked.without_ivr.words


def test_the_next_success_clears_the_alarm(checked: Checked) -> None:
    assert (checked.good_again.status, checked.good_again.alarm) == (0, False), checked.good_again.words


def test_a_number_of_nobody_is_not_called(checked: Checked) -> None:
    assert checked.unknown.status == 1
    assert "no active line has the number 79999" in checked.unknown.words


def test_a_test_call_is_marked_and_leaves_nothing_behind(checked: Checked) -> None:
    assert checked.marks == {True}
    assert {(one.disposition, one.reason) for one in checked.stories} == {("discarded", "test")}
    assert (checked.listed, checked.on_board) == (0, 0)
    assert checked.listed_tests == len(checked.stories) >= 4
    assert set(checked.leftovers.values()) == {0}, checked.leftovers
    assert checked.citizens == []


def test_a_telephone_that_is_not_registered_is_out_of_reach(checked: Checked) -> None:
    expected = {code: "away" if officers else "nobody" for code, _, officers in town.AGENCIES}
    assert checked.troubles == expected
    unknown = {code: "unknown" if officers else "nobody" for code, _, officers in town.AGENCIES}
    assert checked.troubles_without_ivr == unknown


def test_a_telephone_that_is_registered_is_in_reach(stage: Stage, hotline: Hotline) -> None:
    registered = {code for code, _, officers in town.AGENCIES if officers and code != "terminal"}
    until(lambda: not registered & troubles(hotline, datetime.now(UTC)).keys(), 30, "officers in reach")
    assert troubles(hotline, datetime.now(UTC))["empty"] == "nobody"

"""The dialplan's own knowledge: numbers, officers' telephones, recording."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.dialplan import Line, mobiles, monitor, node_digits, numbers
from ivr.damm import QUASIGROUP, check_digit


def test_a_national_number_is_known_however_it_is_dialled() -> None:
    text = numbers([Line("+62234123456", "dinsos")])
    for dialled in ("+62234123456", "62234123456", "0234123456"):
        assert f"exten => {dialled},1,Set(AGENCY=dinsos)" in text


def test_a_number_is_written_once() -> None:
    text = numbers([Line("112", "first"), Line("112", "second")])
    assert text.count("exten =>") == 1
    assert "AGENCY=first" in text


@pytest.mark.parametrize("number", ["_X.", "", "70001,1,Hangup()", "70001\n[evil]", "s", "7" * 21])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="not a telephone number"):
        Line(number, "dinsos")


def test_nobodys_mobile_rings_without_a_trunk() -> None:
    assert "Dial" not in mobiles([(1, "+628120000002")], trunk=False)
    assert "Dial(PJSIP/+628120000002@trunk)" in mobiles([(1, "+628120000002")], trunk=True)
    assert mobiles([], trunk=True)


def test_only_an_asterisk_that_can_records_both_sides() -> None:
    assert "MixMonitor(" in monitor((22, 10, 1), "/spool")
    assert "MixMonitor(" not in monitor((20, 2, 0), "/spool")


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=1, max_size=40))
def test_a_nodes_digits_are_two(node: str) -> None:
    assert re.fullmatch(r"\d\d", node_digits(node))


@given(st.text("0123456789", min_size=7, max_size=7))
def test_the_dialplans_way_to_the_check_digit_is_ours(body: str) -> None:
    table, state = "".join(QUASIGROUP), 0
    for digit in body:  # as the context `reference` does it
        state = int(table[state * 10 + int(digit)])
    assert str(state) == check_digit(body)

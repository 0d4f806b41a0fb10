from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.models import CallerKind
from callcenter.services import callers


@pytest.mark.parametrize("text", ["+62-812-3456-7890", "6281234567890", "081234567890", " 0812 3456 7890 "])
def test_one_mobile_however_it_is_written(text: str) -> None:
    assert callers.normalise(text) == "+6281234567890"


def test_short_codes_are_not_parsed_as_subscriber_numbers() -> None:
    caller = callers.identify("112", "")
    assert (caller.kind, caller.number) == (CallerKind.SHORT_CODE, "112")


@pytest.mark.parametrize("text", ["", "anonymous", "Restricted"])
def test_a_withheld_number_is_anonymous(text: str) -> None:
    assert callers.identify(text, "").kind is CallerKind.ANONYMOUS


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE call;--", "<script>", "1" * 10_000, "0812\r\nAction: Logoff"]
)
def test_a_hostile_number_is_no_number(text: str) -> None:
    caller = callers.identify(text, "")
    assert (caller.kind, caller.number) == (CallerKind.OTHER, None)


@given(st.text())
def test_a_shown_name_is_one_short_printable_line(text: str) -> None:
    shown = callers.printable(text)
    assert shown is None or (shown.isprintable() and 0 < len(shown) <= 80)


@given(st.text())
def test_any_caller_is_a_number_or_none(text: str) -> None:
    number = callers.identify(text, text).number
    assert number is None or number.removeprefix("+").isdigit()


def test_a_masked_number_hides_its_middle() -> None:
    assert callers.mask("+6281234567890") == "+6281…890"
    assert callers.mask(None) == "-"

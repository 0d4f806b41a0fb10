from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from callcenter.services import numbers
from ivr.damm import check_digit

bodies = st.text("0123456789", min_size=7, max_size=7)


@given(bodies)
def test_a_number_with_its_check_digit_is_valid(body: str) -> None:
    assert numbers.is_valid(body + check_digit(body))


@given(bodies, st.integers(0, 7), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_found(body: str, place: int, digit: str) -> None:
    number = body + check_digit(body)
    assume(number[place] != digit)
    assert not numbers.is_valid(number[:place] + digit + number[place + 1 :])


@given(bodies, st.integers(0, 6))
def test_two_swapped_neighbours_are_found(body: str, place: int) -> None:
    number = body + check_digit(body)
    assume(number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert not numbers.is_valid(swapped)


@given(st.text())
def test_anything_else_is_no_number(text: str) -> None:
    assume(not (text.isascii() and text.isdigit() and len(text) == 8))
    assert not numbers.is_valid(text)


def test_random_numbers_are_valid_and_never_begin_with_zero() -> None:
    drawn = {numbers.random_number() for _ in range(200)}
    assert len(drawn) > 190
    assert all(numbers.is_valid(number) and number[0] != "0" for number in drawn)


def test_a_pin_is_bound_to_its_ticket_and_its_instance() -> None:
    mine = numbers.pin_hash(b"a", "12345678", "1234")
    assert mine != numbers.pin_hash(b"a", "12345679", "1234")
    assert mine != numbers.pin_hash(b"b", "12345678", "1234")

"""Who may take a seat, and who may leave one."""

from __future__ import annotations

import pytest

from callcenter.roster.burden import Burden
from callcenter.roster.rest import Refusal
from callcenter.roster.seats import Candidate, Seat, Seating
from callcenter.roster.troubles import Interval, RestRule
from callcenter.roster.vacancies import Vacancy

RULE = RestRule(longest=12, least_rest=8)


def seating(*intervals: Interval, taken: int) -> Seating:
    """One person, who has the first ``taken`` seats."""
    seats = [Seat(Vacancy(*one), Burden(one[1] - one[0]), (one[1] - one[0], 0, 0, 0)) for one in intervals]
    made = Seating(seats, [Candidate("ani")], [Burden()], RULE)
    made.seat((seat, 0) for seat in range(taken))
    return made


@pytest.mark.parametrize(
    ("left", "refusal"), [(0, None), (1, Refusal.NO_REST), (2, None)], ids=["first", "middle", "last"]
)
def test_a_turn_between_two_others_is_not_left_for_another(left: int, refusal: Refusal | None) -> None:
    made = seating((0, 4), (4, 8), (8, 12), (40, 44), taken=3)
    assert made.refusal(0, 3, instead_of=left) is refusal
    assert made.spares(left) == (refusal is None)


def test_a_hole_that_is_a_rest_may_be_made() -> None:
    assert seating((0, 2), (2, 10), (10, 12), taken=3).spares(1)


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        ((14, 22), None),
        ((14, 23), Refusal.TOO_LONG),
        ((2, 10), None),
        ((1, 10), Refusal.TOO_LONG),
        ((13, 15), Refusal.BUSY),
        ((8, 11), Refusal.BUSY),
        ((1, 3), Refusal.NO_REST),
        ((0, 2), None),
        ((21, 23), Refusal.NO_REST),
        ((22, 34), None),
    ],
)
def test_what_another_turn_beside_10_to_14_may_be(wanted: Interval, refusal: Refusal | None) -> None:
    assert seating((10, 14), wanted, taken=1).refusal(0, 1) is refusal


def test_what_is_exchanged_moves_the_load() -> None:
    made = seating((0, 4), (20, 28), taken=1)
    made.seat([(1, 0)])
    assert (made.loads, made.empty) == ([[12, 0, 0, 0]], [])
    assert made.imbalance == 144

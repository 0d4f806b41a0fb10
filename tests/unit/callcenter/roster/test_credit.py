"""Time in which somebody could not serve counts as the average."""

from __future__ import annotations

from callcenter.roster.burden import Burden
from callcenter.roster.credit import credits, limited


def test_a_newcomer_is_credited_what_the_others_carried_on_average() -> None:
    whole = Burden(300, 90, 60, 30)
    assert credits(whole, {"ani": 100, "budi": 100, "dewi": 0}, 100) == {
        "ani": Burden(),
        "budi": Burden(),
        "dewi": Burden(150, 45, 30, 15),
    }


def test_half_the_time_is_half_of_it() -> None:
    assert credits(Burden(300), {"ani": 100, "budi": 50}, 100) == {"ani": Burden(), "budi": Burden(100)}


def test_where_nobody_was_there_is_nothing_to_credit() -> None:
    assert credits(Burden(), {"ani": 0}, 100) == {"ani": Burden()}
    assert credits(Burden(), {}, 100) == {}


def test_what_was_carried_counts_as_far_as_half_a_share_from_the_average() -> None:
    carried = {"ani": Burden(0, 90), "budi": Burden(300, 110), "dewi": Burden(600, 100)}
    assert limited(carried, Burden(60, 600)) == {
        "ani": Burden(290, 90),
        "budi": Burden(300, 110),
        "dewi": Burden(310, 100),
    }
    assert limited({}, Burden(60)) == {}

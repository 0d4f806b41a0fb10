"""Time in which somebody could not serve counts as the average."""

from __future__ import annotations

from callcenter.roster.burden import Burden
from callcenter.roster.credit import credits


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

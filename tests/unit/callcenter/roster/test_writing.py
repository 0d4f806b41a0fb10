"""What is written is read as the same roster."""

from __future__ import annotations

import json
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.roster.document import read, roster
from callcenter.roster.plan import Roster
from callcenter.roster.writing import document
from tests.fixtures.rosters import Chance
from tests.unit.callcenter.roster.test_document import example

chances = st.integers(0, 2**48).map(lambda seed: Chance(Random(seed)))


@given(chances)
@settings(max_examples=300, deadline=None)
def test_rosters_by_chance_come_back(chance: Chance) -> None:
    written = chance.roster()
    assert read(json.dumps(document(written))) == written


def test_the_example_of_the_page_comes_back() -> None:
    it = read(example())
    assert read(json.dumps(document(it))) == it


def test_who_is_always_on_is_written_as_people() -> None:
    written = document(roster({"zone": "Asia/Jakarta", "layers": [{"people": "Ani"}]}))
    assert written["layers"] == [{"role": "primary", "on_holidays": "any", "people": ["Ani"]}]


def test_nothing_is_written_of_nothing() -> None:
    assert document(Roster("Asia/Jakarta")) == {"zone": "Asia/Jakarta"}


def test_seconds_are_kept_and_left_out_where_there_are_none() -> None:
    shifts = [
        {"from": "2026-01-05T08:00", "to": "2026-01-05T16:00", "people": ["Ani"]},
        {"from": "2026-01-06T08:00:01", "to": "2026-01-06T16:00", "people": ["Ani"]},
    ]
    written = document(roster({"zone": "Asia/Jakarta", "layers": [{"shifts": shifts}]}))
    assert written["layers"][0]["shifts"] == shifts

"""Rosters as JSON: the page's own example, and documents that are none."""

from __future__ import annotations

import json
import re
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.roster.document import read, roster
from callcenter.roster.people import names
from callcenter.roster.plan import Calendar, Deed, Holidays, Role, Roster
from callcenter.roster.resolver import Resolver
from callcenter.roster.values import DocumentError

PAGE = Path(__file__).parents[4] / "docs/roster-format.md"
ANI = {"people": "Ani"}


def example() -> str:
    found = re.search(r"```json\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    return found[1]


def test_the_example_of_the_page_is_read_whole() -> None:
    it = read(example())
    assert [layer.role for layer in it.layers] == [Role.PRIMARY, Role.PRIMARY, Role.DEPUTY, Role.DEPUTY]
    assert it.layers[1].holidays is Holidays.OFF
    assert it.overrides[0].deed is Deed.REPLACE
    assert (len(it.holidays), len(it.calendars), len(it.leaves), len(it.holdings)) == (1, 1, 1, 1)
    assert Resolver(it).spans(1_767_571_200, 1_767_657_600)


def test_shifts_name_people_and_members() -> None:
    it = roster(shifts(shift(people="Ani"), shift(people=[{"who": "Budi", "from": "2026-01-01"}, "Cici"])))
    assert names(it) == ["Ani", "Budi", "Cici"]


def test_as_many_shifts_as_may_run_at_once_are_read() -> None:
    following = shift(**{"from": "2026-01-05T16:00", "to": "2026-01-06T08:00"})
    assert roster(shifts(*[shift()] * 50, *[following] * 50))


def test_a_calendar_is_named_among_the_holidays() -> None:
    read_one = read('{"zone": "Asia/Jakarta", "holidays": ["ID", "2026-10-07"]}')
    assert (read_one.calendars, read_one.holidays) == ({Calendar.INDONESIA}, {date(2026, 10, 7)})
    christmas = frozenset([date(2026, 12, 25)])
    assert read_one.knowing({Calendar.INDONESIA: christmas}).holidays == christmas | {date(2026, 10, 7)}
    for days in ('["SG"]', '[["ID"]]', "[1]", '"ID"'):
        with pytest.raises(DocumentError, match="holidays"):
            read(f'{{"zone": "Asia/Jakarta", "holidays": {days}}}')


def test_the_least_of_a_roster() -> None:
    assert roster({"zone": "Asia/Jakarta"}) == Roster("Asia/Jakarta")


def layer(**fields: Any) -> dict[str, Any]:
    return {"zone": "Asia/Jakarta", "layers": [fields]}


def turns(**fields: Any) -> dict[str, Any]:
    plain = {"unit": "day", "start": "2026-01-05T08:00", "groups": ["Ani"]}
    return layer(rotation={name: value for name, value in {**plain, **fields}.items() if value is not None})


def shift(**fields: Any) -> dict[str, Any]:
    return {"from": "2026-01-05T08:00", "to": "2026-01-05T16:00", "people": ["Ani"], **fields}


def shifts(*items: dict[str, Any]) -> dict[str, Any]:
    return layer(shifts=items)


def change(**fields: Any) -> dict[str, Any]:
    plain = {
        "do": "add",
        "from": "2026-01-05T08:00Z",
        "to": "2026-01-05T09:00Z",
        "people": ["Ani"],
        "role": "deputy",
    }
    return {"zone": "Asia/Jakarta", "overrides": [{**plain, **fields}]}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([], "document: an object is expected"),
        ({}, "zone: is missing"),
        ({"zone": "Asia/Indramayu"}, "zone: an IANA zone"),
        ({"zone": "../../etc/passwd"}, "zone: an IANA zone"),
        ({"zone": "Asia/Jakarta", "laers": []}, "laers: is not known"),
        ({"zone": "Asia/Jakarta", "layers": {}}, "layers: a list is expected"),
        ({"zone": "Asia/Jakarta", "holidays": ["2026-02-30"]}, r"holidays\[0\]: a day as"),
        ({"zone": "Asia/Jakarta", "holidays": ["20260101"]}, r"holidays\[0\]: a day as"),
        (layer(), r"layers\[0\].rotation: one of rotation, pattern, people or shifts"),
        (layer(**ANI, pattern={}), r"layers\[0\].rotation: one of"),
        (layer(**ANI, role="boss"), r"layers\[0\].role: one of primary, deputy, supervisor"),
        (layer(**ANI, priority="1"), r"layers\[0\].priority: a whole number"),
        (layer(**ANI, priority=True), r"layers\[0\].priority: a whole number"),
        (layer(people=""), r"layers\[0\].people: a text of 1 to"),
        (
            layer(people=[{"who": "Ani", "since": "2026-01-01"}]),
            r"layers\[0\].people\[0\].since: is not known",
        ),
        (
            layer(**ANI, hours=[{"from": "8:00", "to": "16:00"}]),
            r"layers\[0\].hours\[0\].from: a time as 08:00",
        ),
        (layer(**ANI, hours=[{"from": "08:00", "to": "24:00"}]), r"hours\[0\].to: a time"),
        (
            layer(**ANI, hours=[{"weekdays": ["senin"], "from": "08:00", "to": "16:00"}]),
            r"weekdays\[0\]: one of mon",
        ),
        (layer(**ANI, hours=[{"weekdays": [], "from": "08:00", "to": "16:00"}]), r"hours\[0\]: weekdays are"),
        (layer(**ANI, **{"from": "2026-01-01T00:00+07:00"}), r"layers\[0\].from: a wall-clock time, without"),
        (turns(unit="year"), "rotation.unit: one of hour, day, week, month"),
        (turns(unit=None), "rotation.unit: is missing"),
        (turns(every=0), "rotation: every must be 1 to 1000"),
        (turns(every=1.5), "rotation.every: a whole number"),
        (turns(start="soon"), "rotation.start: a time as"),
        (turns(start="1066-10-14T09:00"), "rotation.start: a year from 1970"),
        (turns(groups=[[["Ani"]]]), r"groups\[0\]\[0\]: an object is expected"),
        (
            layer(pattern={"start": "2026-01-01", "slots": {}, "cycle": ["day"], "crews": []}),
            r"pattern.cycle\[0\]: 'day' is no slot",
        ),
        (
            layer(pattern={"start": "2026-01-01", "slots": {}, "cycle": [], "crews": []}),
            "pattern: a pattern has",
        ),
        (shifts(shift(to="2026-01-05T08:00")), r"shifts\[0\]: a shift ends after its start"),
        (shifts(shift(to="2026-01-05T16:00+07:00")), r"shifts\[0\].to: a wall-clock time, without"),
        (shifts(shift(people=None)), r"shifts\[0\].people: is missing"),
        (shifts(shift(who="Ani")), r"shifts\[0\].who: is not known"),
        (shifts(*[shift()] * 51), r"layers\[0\].shifts: at most 50 shifts run at the same time"),
        (layer(shifts={}), r"layers\[0\].shifts: a list is expected"),
        (layer(shifts=[None] * 5001), r"layers\[0\].shifts: more than 5000 items"),
        (change(do="swap"), r"overrides\[0\].do: one of add, remove, replace"),
        (change(to="2026-01-05T08:00Z"), r"overrides\[0\]: an interval ends after its start"),
        (change(to="2026-01-06T08:00"), r"overrides\[0\].to: an instant with its offset"),
        (change(people=[]), r"overrides\[0\]: an override names its people"),
        (change(role=None), r"overrides\[0\]: who is added needs a role"),
        ({"zone": "Asia/Jakarta", "leaves": [None] * 5001}, "leaves: more than 5000 items"),
    ],
)
def test_what_is_no_roster_is_refused_with_its_place(document: object, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        roster(document)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"zone": NaN}', "\udcff"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(DocumentError):
        read(text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(st.data())
def test_a_broken_example_is_refused_or_read_never_worse(data: st.DataObject) -> None:
    document = json.loads(example())
    parent, key = document, data.draw(st.sampled_from(sorted(document)))
    while isinstance(parent[key], (dict, list)) and parent[key] and data.draw(st.booleans()):
        parent = parent[key]
        keys = sorted(parent) if isinstance(parent, dict) else range(len(parent))
        key = data.draw(st.sampled_from(keys))
    parent[key] = data.draw(json_values)
    try:
        it = roster(document)
    except DocumentError:
        return
    found = Resolver(it).spans(1_767_571_200, 1_767_657_600)
    assert (found[0].starts, found[-1].ends) == (1_767_571_200, 1_767_657_600)
    assert all(one.ends == following.starts for one, following in pairwise(found))

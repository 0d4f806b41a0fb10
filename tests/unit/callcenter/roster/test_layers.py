"""Layers, overrides, swaps, leave and whoever comes and goes: cases that rosters in the field got wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from itertools import pairwise

import pytest

from callcenter.roster.plan import (
    Crew,
    Deed,
    Holding,
    Holidays,
    Layer,
    Member,
    Pattern,
    Role,
    Shift,
    Shifts,
    Slot,
    Temporary,
    Unit,
)
from callcenter.roster.resolver import Resolver
from tests.unit.callcenter.roster.town import (
    WEEKEND,
    WORKDAYS,
    Town,
    always,
    day,
    group,
    hours,
    rotation,
)

DAILY = rotation(Unit.DAY, "2026-11-23T08:00", "ani", "budi", "cici")  # a Monday
BASE = Layer("base", DAILY)


def test_a_higher_layer_covers_exactly_its_time_and_the_lower_one_goes_on_around() -> None:
    noon = Layer("noon", always("eka"), priority=1, hours=hours(range(7), "11:00", "13:00"))
    assert Town(BASE, noon).spans("2026-11-23T08:00", "2026-11-24T12:00") == [
        "11-23T08:00 ani",
        "11-23T11:00 eka",
        "11-23T13:00 ani",
        "11-24T08:00 budi",
        "11-24T11:00 eka",
    ]


def test_people_of_one_layer_stay_together() -> None:
    pairs = Layer("", rotation(Unit.DAY, "2026-11-23T08:00", "ani+budi", "cici"))
    assert Town(pairs).spans("2026-11-23T08:00", "2026-11-25T08:00") == [
        "11-23T08:00 ani+budi",
        "11-24T08:00 cici",
    ]


def test_layers_of_equal_priority_stand_together() -> None:
    both = Layer("", always("eka"), hours=hours([0], "12:00", "20:00"))
    assert Town(BASE, both).spans("2026-11-23T08:00", "2026-11-24T08:00") == [
        "11-23T08:00 ani",
        "11-23T12:00 ani+eka",
        "11-23T20:00 ani",
    ]


def test_roles_do_not_cover_each_other_and_each_person_comes_once() -> None:
    deputy = Layer("", always("budi"), role=Role.DEPUTY, priority=5)
    chief = Layer("", always("ani"), role=Role.SUPERVISOR)
    it = Town(deputy, chief, BASE)
    assert it.roles("2026-11-23T09:00") == [("ani", Role.PRIMARY), ("budi", Role.DEPUTY)]
    assert it.roles("2026-11-24T09:00") == [("budi", Role.PRIMARY), ("ani", Role.SUPERVISOR)]


def test_a_gap_is_a_span_of_nobody() -> None:
    office = Layer("", always("ani"), hours=hours(WORKDAYS, "08:00", "16:00"))
    assert Town(office).spans("2026-11-27T15:00", "2026-11-30T09:00") == [
        "11-27T15:00 ani",
        "11-27T16:00 -",
        "11-30T08:00 ani",
    ]


@pytest.mark.parametrize("unit", [Unit.DAY, Unit.WEEK])
def test_nobody_starves_by_a_weekend_roster(unit: Unit) -> None:
    rolling = rotation(unit, "2026-11-21T00:00", "ani", "budi", "cici", "dedi", "eka", "fajar", "gita")
    it = Town(Layer("", rolling, hours=hours(WEEKEND, "00:00", "00:00")))
    served = [line.split()[1] for line in it.spans("2026-11-21T00:00", "2027-03-01T00:00") if line[-1] != "-"]
    assert set(served) == {"ani", "budi", "cici", "dedi", "eka", "fajar", "gita"}
    assert min(served.count(name) for name in served) >= 2
    assert all(one != after for one, after in pairwise(served))


def test_a_turn_of_hours_that_do_not_exist_is_passed_over() -> None:
    halves = rotation(Unit.HOUR, "2026-11-23T08:00", "ani", "budi", every=12)
    it = Town(Layer("", halves, hours=hours(range(7), "08:00", "20:00")))
    assert [it.who(f"2026-11-{day}T12:00") for day in (23, 24, 25)] == ["ani", "budi", "ani"]


def test_holidays_are_off_and_nobodys_turn_is_lost_to_them() -> None:
    layer = replace(BASE, hours=hours(range(7), "08:00", "16:00"), holidays=Holidays.OFF)
    it = Town(layer, holidays=frozenset({day("2026-11-24"), day("2026-11-25")}))
    assert [it.who(f"2026-11-{n}T12:00") for n in range(23, 28)] == ["ani", "", "", "budi", "cici"]


def test_holidays_have_a_roster_of_their_own() -> None:
    fair = rotation(Unit.DAY, "2026-11-01T08:00", "eka", "fajar")
    special = Layer("", fair, priority=1, holidays=Holidays.ONLY, hours=hours(range(7), "08:00", "08:00"))
    it = Town(BASE, special, holidays=frozenset({day("2026-11-24"), day("2026-11-26"), day("2026-12-25")}))
    assert [it.who(f"2026-11-{n}T12:00") for n in range(23, 28)] == ["ani", "eka", "cici", "fajar", "budi"]
    assert it.who("2026-11-25T07:59") == "eka"
    assert it.who("2026-12-25T12:00") == "eka"


def test_two_days_two_nights_two_off() -> None:
    light, dark = Slot(time(7), time(19)), Slot(time(19), time(7))
    cycle = (light, light, dark, dark, None, None)
    crews = tuple(Crew(group(name), offset) for name, offset in (("a", 0), ("b", 2), ("c", 4)))
    it = Town(Layer("", Pattern(day("2026-11-23"), cycle, crews)))
    assert it.spans("2026-11-24T07:00", "2026-11-27T07:00") == [
        "11-24T07:00 a",
        "11-24T19:00 b",
        "11-25T07:00 c",
        "11-25T19:00 a",
        "11-26T07:00 c",
        "11-26T19:00 a",
    ]


def shift(starts: str, ends: str, names: str) -> Shift:
    return Shift(datetime.fromisoformat(starts), datetime.fromisoformat(ends), group(names))


def test_shifts_that_run_at_the_same_time_stand_together_in_their_order() -> None:
    plan = Shifts(
        (
            shift("2026-11-24T08:00", "2026-11-24T16:00", "cici"),
            shift("2026-11-23T20:00", "2026-11-24T10:00", "ani+budi"),
            shift("2026-11-24T10:00", "2026-11-24T12:00", "ani"),
        )
    )
    assert Town(Layer("", plan)).spans("2026-11-23T19:00", "2026-11-24T17:00") == [
        "11-23T19:00 -",
        "11-23T20:00 ani+budi",
        "11-24T08:00 cici+ani+budi",
        "11-24T10:00 cici+ani",
        "11-24T12:00 cici",
        "11-24T16:00 -",
    ]


def test_hours_holidays_and_members_days_hold_for_shifts_as_well() -> None:
    gone = Shift(datetime(2026, 11, 23), datetime(2026, 11, 26), (Member("budi", until=day("2026-11-25")),))
    plan = Shifts((shift("2026-11-23T00:00", "2026-11-26T00:00", "ani"), gone))
    layer = Layer("", plan, hours=hours(range(7), "08:00", "16:00"), holidays=Holidays.OFF)
    assert Town(layer, holidays=frozenset({day("2026-11-24")})).spans(
        "2026-11-23T00:00", "2026-11-26T00:00"
    ) == ["11-23T00:00 -", "11-23T08:00 ani+budi", "11-23T16:00 -", "11-25T08:00 ani", "11-25T16:00 -"]


def test_shifts_are_a_layer_like_others() -> None:
    top = Layer("", Shifts((shift("2026-11-23T10:00", "2026-11-23T22:00", "eka"),)), priority=9)
    assert Town(BASE, top).spans("2026-11-23T08:00", "2026-11-24T00:00") == [
        "11-23T08:00 ani",
        "11-23T10:00 eka",
        "11-23T22:00 ani",
    ]
    assert Town(BASE, Layer("", Shifts(()), priority=9)).who("2026-11-23T09:00") == "ani"


def test_one_shift_alone() -> None:
    fair = Layer(
        "", always("eka"), priority=9, since=DAILY.start.replace(hour=10), until=DAILY.start.replace(hour=22)
    )
    assert Town(BASE, fair).spans("2026-11-23T08:00", "2026-11-24T00:00") == [
        "11-23T08:00 ani",
        "11-23T10:00 eka",
        "11-23T22:00 ani",
    ]


def test_who_joins_takes_a_place_in_the_order_and_nobody_is_skipped() -> None:
    late = (Member("dedi", since=day("2026-11-25")),)
    it = Town(Layer("", rotation(Unit.DAY, "2026-11-23T00:00", "ani", "budi", "cici", late)))
    assert [it.who(f"2026-11-{n}T12:00") for n in range(23, 30)] == [
        "ani",
        "budi",
        "cici",
        "dedi",
        "ani",
        "budi",
        "cici",
    ]


def test_who_leaves_in_a_turn_hands_it_to_the_next() -> None:
    gone = (Member("budi", until=day("2026-12-02")),)
    it = Town(Layer("", rotation(Unit.WEEK, "2026-11-23T08:00", "ani", gone, "cici")))
    assert it.spans("2026-11-23T08:00", "2026-12-21T08:00") == [
        "11-23T08:00 ani",
        "11-30T08:00 budi",
        "12-02T00:00 cici",
        "12-07T08:00 ani",
        "12-14T08:00 cici",
    ]


def test_a_group_goes_on_without_the_one_who_left() -> None:
    pair = (Member("ani"), Member("budi", until=day("2026-11-24")))
    it = Town(Layer("", rotation(Unit.WEEK, "2026-11-23T08:00", pair)))
    assert it.spans("2026-11-23T08:00", "2026-12-07T08:00") == ["11-23T08:00 ani+budi", "11-24T00:00 ani"]


def test_a_position_keeps_its_duty_when_the_official_is_transferred() -> None:
    held = (
        Holding("kepala", "ani", until=day("2026-12-01")),
        Holding("kepala", "budi", since=day("2026-12-01")),
    )
    it = Town(Layer("", always("position:kepala")), holdings=held)
    assert it.spans("2026-11-30T00:00", "2026-12-02T00:00") == ["11-30T00:00 ani", "12-01T00:00 budi"]


def test_a_position_that_nobody_holds_is_a_gap() -> None:
    it = Town(
        Layer("", always("position:kepala")), holdings=(Holding("kepala", "ani", until=day("2026-12-01")),)
    )
    assert it.who("2026-12-01T00:00") == ""


def test_overrides_add_remove_and_replace() -> None:
    it = Town(BASE)
    add = it.override(Deed.ADD, "2026-11-23T10:00", "2026-11-23T12:00", "eka", role=Role.PRIMARY)
    remove = it.override(Deed.REMOVE, "2026-11-23T14:00", "2026-11-23T15:00", "ani")
    other = it.override(Deed.REPLACE, "2026-11-23T20:00", "2026-11-24T10:00", "eka", instead_of=("ani",))
    assert Town(BASE, overrides=(add, remove, other)).spans("2026-11-23T08:00", "2026-11-24T12:00") == [
        "11-23T08:00 ani",
        "11-23T10:00 ani+eka",
        "11-23T12:00 ani",
        "11-23T14:00 -",
        "11-23T15:00 ani",
        "11-23T20:00 eka",
        "11-24T08:00 budi",
    ]


def test_a_replacement_of_anybody_covers_whoever_it_is() -> None:
    it = Town(BASE)
    change = it.override(Deed.REPLACE, "2026-11-23T20:00", "2026-11-24T10:00", "eka")
    assert Town(BASE, overrides=(change,)).spans("2026-11-23T08:00", "2026-11-24T12:00") == [
        "11-23T08:00 ani",
        "11-23T20:00 eka",
        "11-24T10:00 budi",
    ]


def test_a_replacement_keeps_the_role_that_it_takes() -> None:
    it = Town(BASE, Layer("", always("dedi"), role=Role.DEPUTY))
    change = it.override(Deed.REPLACE, "2026-11-23T08:00", "2026-11-24T08:00", "eka", instead_of=("dedi",))
    changed = Town(*it.roster.layers, overrides=(change,))
    assert changed.roles("2026-11-23T09:00") == [("ani", Role.PRIMARY), ("eka", Role.DEPUTY)]


def test_later_overrides_stand_on_earlier_ones() -> None:
    it = Town(BASE)
    first = it.override(Deed.REPLACE, "2026-11-23T08:00", "2026-11-24T08:00", "eka", instead_of=("ani",))
    then = it.override(Deed.REPLACE, "2026-11-23T12:00", "2026-11-23T16:00", "fajar", instead_of=("eka",))
    assert Town(BASE, overrides=(first, then)).spans("2026-11-23T08:00", "2026-11-24T08:00") == [
        "11-23T08:00 eka",
        "11-23T12:00 fajar",
        "11-23T16:00 eka",
    ]


def test_a_swap_of_a_part_is_two_replacements() -> None:
    it = Town(BASE)
    mine = it.override(Deed.REPLACE, "2026-11-23T12:00", "2026-11-23T20:00", "budi", instead_of=("ani",))
    yours = it.override(Deed.REPLACE, "2026-11-24T12:00", "2026-11-24T20:00", "ani", instead_of=("budi",))
    assert Town(BASE, overrides=(mine, yours)).spans("2026-11-23T08:00", "2026-11-25T08:00") == [
        "11-23T08:00 ani",
        "11-23T12:00 budi",
        "11-23T20:00 ani",
        "11-24T08:00 budi",
        "11-24T12:00 ani",
        "11-24T20:00 budi",
    ]


def test_on_leave_a_lower_layer_goes_on() -> None:
    top = Layer("", always("eka"), priority=1)
    leave = Town().leave("eka", "2026-11-23T12:00", "2026-11-24T09:00")
    assert Town(BASE, top, leaves=(leave,)).spans("2026-11-23T08:00", "2026-11-24T10:00") == [
        "11-23T08:00 eka",
        "11-23T12:00 ani",
        "11-24T08:00 budi",
        "11-24T09:00 eka",
    ]


def test_a_substitute_stands_in_each_place_of_who_is_on_leave() -> None:
    leave = Town().leave("ani", "2026-11-23T12:00", "2026-11-26T12:00", "dedi")
    assert Town(BASE, leaves=(leave,)).spans("2026-11-23T08:00", "2026-11-27T08:00") == [
        "11-23T08:00 ani",
        "11-23T12:00 dedi",
        "11-24T08:00 budi",
        "11-25T08:00 cici",
        "11-26T08:00 dedi",
        "11-26T12:00 ani",
    ]


def test_a_substitute_who_is_away_as_well_leaves_it_to_the_lower_layer() -> None:
    it = Town()
    top = Layer("", always("eka"), priority=1)
    leaves = (
        it.leave("eka", "2026-11-23T08:00", "2026-11-23T20:00", "cici"),
        it.leave("cici", "2026-11-23T12:00", "2026-11-23T14:00"),
    )
    assert Town(BASE, top, leaves=leaves).spans("2026-11-23T08:00", "2026-11-23T21:00") == [
        "11-23T08:00 cici",
        "11-23T12:00 ani",
        "11-23T14:00 cici",
        "11-23T20:00 eka",
    ]


def test_nobody_on_leave_comes_back_by_an_override() -> None:
    it = Town(BASE)
    leave = it.leave("eka", "2026-11-23T12:00", "2026-11-24T09:00")
    change = it.override(Deed.ADD, "2026-11-23T08:00", "2026-11-23T20:00", "eka", role=Role.PRIMARY)
    assert Town(BASE, leaves=(leave,), overrides=(change,)).spans("2026-11-23T08:00", "2026-11-24T08:00") == [
        "11-23T08:00 ani+eka",
        "11-23T12:00 ani",
    ]


def test_a_holder_on_leave_leaves_the_position_to_the_other() -> None:
    held = (Holding("kepala", "ani"), Holding("kepala", "budi"))
    leave = Town().leave("ani", "2026-11-23T12:00", "2026-11-23T13:00")
    it = Town(Layer("", always("position:kepala")), holdings=held, leaves=(leave,))
    assert it.spans("2026-11-23T11:00", "2026-11-23T14:00") == [
        "11-23T11:00 ani+budi",
        "11-23T12:00 budi",
        "11-23T13:00 ani+budi",
    ]


def test_a_temporary_roster_stands_in_place_of_all_layers() -> None:
    it = Town()
    camp = Temporary(
        it.instant("2026-11-23T12:00"), it.instant("2026-11-24T12:00"), (Layer("", always("eka")),)
    )
    late = Temporary(it.instant("2026-11-23T18:00"), it.instant("2026-11-23T20:00"), ())
    assert Town(BASE, temporary=(camp, late)).spans("2026-11-23T08:00", "2026-11-24T20:00") == [
        "11-23T08:00 ani",
        "11-23T12:00 eka",
        "11-23T18:00 -",
        "11-23T20:00 eka",
        "11-24T12:00 budi",
    ]


def test_a_rotation_of_nobody_is_nobody() -> None:
    nobody = rotation(Unit.DAY, "2026-11-23T08:00")
    assert Town(Layer("", nobody)).who("2026-11-23T09:00") == ""
    gone = (Member("ani", until=day("2026-11-01")),)
    assert Town(Layer("", rotation(Unit.DAY, "2026-11-23T08:00", gone))).who("2026-11-23T09:00") == ""


def test_an_interval_or_rotation_that_is_none_is_refused() -> None:
    it = Town()
    with pytest.raises(ValueError, match="ends after its start"):
        it.leave("ani", "2026-11-23T12:00", "2026-11-23T12:00")
    with pytest.raises(ValueError, match="needs a role"):
        it.override(Deed.ADD, "2026-11-23T08:00", "2026-11-23T20:00", "eka")
    with pytest.raises(ValueError, match="every must be"):
        rotation(Unit.DAY, "2026-11-23T08:00", "ani", every=0)
    with pytest.raises(ValueError, match="without an offset"):
        rotation(Unit.DAY, "2026-11-23T08:00+07:00", "ani")


def test_the_same_roster_gives_the_same_answer() -> None:
    it = Town(BASE)
    at = int(it.instant("2026-11-23T09:00").timestamp())
    assert Resolver(it.roster).on_duty(at) == it.resolver.on_duty(at)

"""The turns of a plan: cut where people change, and what nobody is planned for."""

from __future__ import annotations

from callcenter.roster.plan import Layer, Role, Unit
from callcenter.roster.resolver import second
from callcenter.roster.vacancies import vacancies
from tests.unit.callcenter.roster.town import CHICAGO, WORKDAYS, Town, always, hours, rotation


def found(it: Town, starts: str, ends: str) -> list[str]:
    spans = it.resolver.spans(second(it.instant(starts)), second(it.instant(ends)))
    return [
        f"{it.resolver.wall.aware(one.starts):%d %H:%M}-{it.resolver.wall.aware(one.ends):%d %H:%M}"
        f" {one.role} {one.count}"
        for one in vacancies(spans, it.resolver.wall)
    ]


def test_a_turn_ends_where_others_follow() -> None:
    it = Town(Layer("", rotation(Unit.HOUR, "2026-11-23T07:00", "ani", "budi+cici", every=12)))
    assert found(it, "2026-11-23T07:00", "2026-11-24T19:00") == [
        "23 07:00-23 19:00 primary 1",
        "23 19:00-24 07:00 primary 2",
        "24 07:00-24 19:00 primary 1",
    ]


def test_each_role_has_its_own_turns() -> None:
    it = Town(
        Layer("", rotation(Unit.HOUR, "2026-11-23T00:00", "ani", "budi", every=12)),
        Layer("", rotation(Unit.DAY, "2026-11-23T00:00", "cici", "dedi"), Role.DEPUTY),
    )
    assert found(it, "2026-11-23T00:00", "2026-11-24T12:00") == [
        "23 00:00-23 12:00 primary 1",
        "23 00:00-24 00:00 deputy 1",
        "23 12:00-24 00:00 primary 1",
        "24 00:00-24 12:00 primary 1",
        "24 00:00-24 12:00 deputy 1",
    ]


def test_a_gap_is_cut_where_the_plan_hands_over_otherwise() -> None:
    it = Town(Layer("", always("ani"), hours=hours(WORKDAYS, "08:00", "16:00")))
    assert found(it, "2026-11-27T00:00", "2026-11-29T00:00") == [
        "27 00:00-27 08:00 primary 1",
        "27 08:00-27 16:00 primary 1",
        "27 16:00-28 08:00 primary 1",
        "28 08:00-28 16:00 primary 1",
        "28 16:00-29 00:00 primary 1",
    ]


def test_a_time_that_is_no_custom_cuts_nothing() -> None:
    it = Town(
        Layer("", always("ani"), hours=hours(WORKDAYS, "08:00", "16:00")),
        Layer("", always("budi"), hours=hours([5], "09:30", "11:00")),
    )
    assert found(it, "2026-11-27T00:00", "2026-12-05T00:00")[3:6] == [
        "28 08:00-28 09:30 primary 1",
        "28 09:30-28 11:00 primary 1",
        "28 11:00-28 16:00 primary 1",
    ]


def test_where_nobody_is_planned_turns_of_eight_hours_are_wanted() -> None:
    assert found(Town(), "2026-11-23T00:00", "2026-11-24T06:00") == [
        "23 00:00-23 06:00 primary 1",
        "23 06:00-23 14:00 primary 1",
        "23 14:00-23 22:00 primary 1",
        "23 22:00-24 06:00 primary 1",
    ]


def test_a_week_of_one_person_is_cut_as_well() -> None:
    it = Town(Layer("", rotation(Unit.WEEK, "2026-11-23T08:00", "ani", "budi")))
    assert found(it, "2026-11-23T08:00", "2026-12-07T08:00")[:2] == [
        "23 08:00-24 08:00 primary 1",
        "24 08:00-25 08:00 primary 1",
    ]


def test_a_deputy_alone_is_no_gap() -> None:
    it = Town(Layer("", always("ani"), Role.DEPUTY, hours=hours(range(7), "00:00", "08:00")))
    assert found(it, "2026-11-23T00:00", "2026-11-23T08:00") == ["23 00:00-23 08:00 deputy 1"]


def test_cuts_hang_on_the_wall() -> None:
    """On 1 November 2026 clocks in Chicago show 01:00 to 02:00 twice."""
    assert found(Town(zone=CHICAGO), "2026-10-31T22:00", "2026-11-01T14:00") == [
        "31 22:00-01 06:00 primary 1",
        "01 06:00-01 14:00 primary 1",
    ]

"""Rotations where clocks are changed, and at the edges of the calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from callcenter.roster.plan import Layer, Rotation, Unit
from callcenter.roster.resolver import Resolver, second
from callcenter.roster.wall import wall_of
from tests.unit.callcenter.roster import model
from tests.unit.callcenter.roster.town import CHICAGO, LORD_HOWE, WORKDAYS, Town, hours, rotation


def town(unit: Unit, start: str, *names: str, every: int = 1, zone: str = CHICAGO) -> Town:
    return Town(Layer("", rotation(unit, start, *names, every=every)), zone=zone)


def test_an_hour_that_the_clock_skips_is_nobodys() -> None:
    it = town(Unit.HOUR, "2017-03-12T00:00", "a", "b", "c")
    assert it.spans("2017-03-12T00:00", "2017-03-12T05:00") == [
        "03-12T00:00 a",
        "03-12T01:00 b",
        "03-12T03:00 a",  # c's hour, from 02:00, never came
        "03-12T04:00 b",
    ]


def test_an_hour_that_comes_twice_is_one_turn() -> None:
    it = town(Unit.HOUR, "2017-11-05T00:00", "a", "b", "c")
    assert it.lengths("2017-11-05T00:00", "2017-11-05T04:00") == [1, 2, 1, 1]
    assert [it.who("2017-11-05T01:30", fold) for fold in (0, 1)] == ["b", "b"]
    assert it.who("2017-11-05T02:00") == "c"


@pytest.mark.parametrize(
    ("unit", "every", "start", "length"),
    [
        (Unit.HOUR, 1, "2017-06-10T08:00", 1),
        (Unit.HOUR, 2, "2017-06-10T08:00", 2),
        (Unit.HOUR, 3, "2017-03-12T00:00", 2),
        (Unit.HOUR, 3, "2017-11-05T00:00", 4),
        (Unit.DAY, 1, "2017-06-10T08:00", 24),
        (Unit.DAY, 2, "2017-06-10T08:00", 48),
        (Unit.DAY, 1, "2017-03-11T08:00", 23),
        (Unit.DAY, 1, "2017-11-04T08:00", 25),
        (Unit.WEEK, 1, "2017-06-10T08:00", 168),
        (Unit.WEEK, 2, "2017-06-10T08:00", 336),
        (Unit.WEEK, 1, "2017-03-10T08:00", 167),
        (Unit.WEEK, 1, "2017-11-04T08:00", 169),
    ],
)
def test_a_turn_lasts_until_the_same_time_on_the_wall(
    unit: Unit, every: int, start: str, length: float
) -> None:
    it = town(unit, start, "a", "b", every=every)
    assert it.lengths(start, "2017-12-31T00:00")[0] == length


def test_half_days_keep_their_clock_after_a_change() -> None:
    it = town(Unit.HOUR, "2017-01-01T00:00", "a", "b", every=12)
    assert it.spans("2017-01-03T06:00", "2017-01-03T13:00") == ["01-03T06:00 a", "01-03T12:00 b"]
    assert it.spans("2017-07-03T06:00", "2017-07-03T13:00") == ["07-03T06:00 a", "07-03T12:00 b"]


def test_half_an_hour_is_skipped_and_repeated_on_lord_howe() -> None:
    forward = town(Unit.HOUR, "2017-10-01T00:00", "a", "b", "c", zone=LORD_HOWE)
    assert forward.lengths("2017-10-01T00:00", "2017-10-01T05:00") == [1, 1, 0.5, 1, 1]
    back = town(Unit.HOUR, "2017-04-02T00:00", "a", "b", "c", zone=LORD_HOWE)
    assert back.lengths("2017-04-02T00:00", "2017-04-02T05:00") == [1, 1.5, 1, 1, 1]


def test_a_handoff_in_a_skipped_hour_comes_when_the_clock_has_passed_it() -> None:
    it = town(Unit.DAY, "2017-03-11T02:30", "a", "b")
    assert it.spans("2017-03-11T12:00", "2017-03-13T12:00") == [
        "03-11T12:00 a",
        "03-12T03:00 b",
        "03-13T02:30 a",
    ]


def test_a_handoff_in_a_doubled_hour_comes_the_first_time() -> None:
    it = town(Unit.DAY, "2017-11-04T01:30", "a", "b")
    assert (it.who("2017-11-05T01:29", 0), it.who("2017-11-05T01:30", 0)) == ("a", "b")
    assert it.who("2017-11-05T01:00", 1) == "b"


def test_a_month_without_the_day_hands_over_on_its_last_one() -> None:
    it = town(Unit.MONTH, "2026-01-31T08:00", "a", "b", "c", zone="Asia/Jakarta")
    assert it.spans("2026-01-31T08:00", "2026-05-31T08:00") == [
        "01-31T08:00 a",
        "02-28T08:00 b",
        "03-31T08:00 c",
        "04-30T08:00 a",
    ]


def test_quarters() -> None:
    it = town(Unit.MONTH, "2025-11-01T00:00", "a", "b", every=3)
    assert it.spans("2026-01-01T00:00", "2026-09-01T00:00") == [
        "01-01T00:00 a",
        "02-01T00:00 b",
        "05-01T00:00 a",
        "08-01T00:00 b",
    ]


def test_nobody_is_on_duty_before_the_start() -> None:
    it = town(Unit.DAY, "2030-01-10T08:00", "a", "b")
    assert it.spans("2030-01-09T00:00", "2030-01-12T00:00") == [
        "01-09T00:00 -",
        "01-10T08:00 a",
        "01-11T08:00 b",
    ]


def test_old_and_new_rosters_agree() -> None:
    old = town(Unit.WEEK, "1990-01-01T08:00", *"abcdefg", zone="Asia/Jakarta")
    assert (
        old.who("2026-11-24T00:00")
        == "abcdefg"[(datetime(2026, 11, 23, 8) - datetime(1990, 1, 1, 8)).days // 7 % 7]
    )


def test_hours_over_midnight_belong_to_the_evening() -> None:
    night = Layer("", rotation(Unit.DAY, "2026-11-23T12:00", "a", "b"), hours=hours([0, 1], "22:00", "06:00"))
    assert Town(night).spans("2026-11-23T00:00", "2026-11-26T00:00") == [
        "11-23T00:00 -",
        "11-23T22:00 a",
        "11-24T06:00 -",
        "11-24T22:00 b",
        "11-25T06:00 -",
    ]


def test_equal_times_are_whole_days_from_monday_to_saturday_morning() -> None:
    week = Layer(
        "", rotation(Unit.WEEK, "2026-11-23T08:00", "a", "b"), hours=hours(WORKDAYS, "08:00", "08:00")
    )
    assert Town(week).spans("2026-11-23T00:00", "2026-12-01T00:00") == [
        "11-23T00:00 -",
        "11-23T08:00 a",
        "11-28T08:00 -",
        "11-30T08:00 b",
    ]


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        (CHICAGO, "2017-03-12T08:00"),
        (CHICAGO, "2017-11-05T07:00"),
        (LORD_HOWE, "2017-04-01T15:00"),
        (LORD_HOWE, "2017-09-30T15:30"),
        ("Pacific/Apia", "2011-12-30T10:00"),  # a whole day is skipped
        ("Africa/Casablanca", "2017-05-21T02:00"),  # for Ramadan
    ],
)
def test_each_minute_around_a_change_is_as_in_the_obvious_model(zone: str, change: str) -> None:
    at = second(datetime.fromisoformat(change).replace(tzinfo=UTC))
    start = datetime.fromtimestamp(at - 30 * 3600, ZoneInfo(zone)).replace(tzinfo=None, minute=0)
    it = Town(
        Layer("", Rotation(Unit.HOUR, 1, start, rotation(Unit.DAY, "2017-01-01", *"abcde").groups)), zone=zone
    )
    for instant in range(at - 3 * 3600, at + 3 * 3600, 60):
        there = [(one.who, one.role) for one in it.resolver.on_duty(instant)]
        assert there == model.on_duty(it.roster, datetime.fromtimestamp(instant, UTC))


@pytest.mark.parametrize("zone", ["Asia/Jakarta", CHICAGO, LORD_HOWE, "Pacific/Apia", "Europe/Dublin"])
def test_a_wall_second_is_first_shown_at_its_instant(zone: str) -> None:
    wall = wall_of(zone)
    for instant in range(
        second(datetime(2011, 1, 1, tzinfo=UTC)), second(datetime(2012, 2, 1, tzinfo=UTC)), 1799
    ):
        shown = wall.seconds(instant)
        first = wall.instant(shown)
        assert first <= instant
        assert wall.seconds(first) >= shown
        assert wall.seconds(first - 1) < shown


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown zone: 'Asia/Indramayu'"):
        Resolver(Town().roster.__class__("Asia/Indramayu"))

"""Each second of duty counts once as a whole, and where it belongs."""

from __future__ import annotations

from datetime import UTC, datetime, time
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.roster.burden import Burden, Measure, burdens
from callcenter.roster.plan import Layer, Unit
from callcenter.roster.resolver import Resolver, second
from tests.fixtures.rosters import Chance
from tests.unit.callcenter.roster import model
from tests.unit.callcenter.roster.town import CHICAGO, Town, always, day, rotation

HOUR = 3600
MEASURE = Measure(time(22), time(5), frozenset({day("2026-12-25")}))


def counted(it: Town, starts: str, ends: str, measure: Measure = MEASURE) -> dict[str, Burden]:
    between = (second(it.instant(starts)), second(it.instant(ends)))
    return burdens(it.resolver.spans(*between), it.resolver.wall, measure)


def hours(whole: float, nights: float = 0, weekends: float = 0, holidays: float = 0) -> Burden:
    return Burden(*(int(one * HOUR) for one in (whole, nights, weekends, holidays)))


def test_nights_weekends_and_holidays_are_counted_by_themselves() -> None:
    it = Town(Layer("", rotation(Unit.DAY, "2026-12-24T08:00", "ani", "budi", "cici")))
    assert counted(it, "2026-12-24T08:00", "2026-12-27T08:00") == {
        "ani": hours(24, 7, 0, 8),
        "budi": hours(24, 7, 8, 16),
        "cici": hours(24, 7, 24),
    }


def test_both_of_a_pair_carry_the_whole() -> None:
    it = Town(Layer("", always("ani+budi")))
    assert counted(it, "2026-11-23T20:00", "2026-11-24T00:00") == {"ani": hours(4, 2), "budi": hours(4, 2)}


def test_a_night_by_day_is_possible() -> None:
    it = Town(Layer("", always("ani")))
    noon = Measure(time(12), time(14), frozenset())
    assert counted(it, "2026-11-23T13:00", "2026-11-24T13:30", noon) == {"ani": hours(24.5, 2.5)}


def test_a_night_in_which_clocks_are_changed_is_as_long_as_it_is() -> None:
    it = Town(Layer("", always("ani")), zone=CHICAGO)
    assert counted(it, "2017-11-04T22:00", "2017-11-05T05:00") == {"ani": hours(8, 8, 8)}
    assert counted(it, "2017-03-11T22:00", "2017-03-12T05:00") == {"ani": hours(6, 6, 6)}


@given(st.integers(0, 2**48))
@settings(max_examples=6, deadline=None)
def test_it_adds_up_as_minute_by_minute(seed: int) -> None:
    chance = Chance(Random(seed))
    resolver = Resolver(chance.roster())
    starts = second(chance.instant())
    measure = Measure(time(22), time(5), frozenset({chance.start.date()}))
    found = burdens(resolver.spans(starts, starts + 43_200), resolver.wall, measure)
    slow: dict[str, list[int]] = {}
    for instant in range(starts, starts + 43_200, 60):
        shown = model.shown(datetime.fromtimestamp(instant, UTC), resolver.wall.zone)
        dark = shown.hour >= 22 or shown.hour < 5
        parts = (True, dark, shown.weekday() >= 5, shown.date() in measure.holidays)
        for one in resolver.on_duty(instant):
            sums = slow.setdefault(one.who, [0, 0, 0, 0])
            slow[one.who] = [have + 60 * part for have, part in zip(sums, parts, strict=True)]
    assert {who: Burden(*sums) for who, sums in slow.items()} == found

"""What holds for every roster, and how the resolver stands against the slow, obvious model."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.roster.resolver import Resolver, second
from tests.fixtures.rosters import Chance
from tests.unit.callcenter.roster import model

chances = st.integers(0, 2**48).map(lambda seed: Chance(Random(seed)))
MINUTE = 60


def moment(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)


@given(chances)
@settings(max_examples=150, deadline=None)
def test_it_answers_as_the_obvious_model_does(chance: Chance) -> None:
    roster = chance.roster()
    resolver = Resolver(roster)
    asked = [second(chance.instant()) for _ in range(3)]
    edges = [span.starts for span in resolver.spans(*map(second, chance.interval(10)))]
    for edge in edges[1:4]:
        asked += [edge - edge % MINUTE, edge - MINUTE]
    for instant in asked:
        people = [(one.who, one.role) for one in resolver.on_duty(instant)]
        assert people == model.on_duty(roster, moment(instant)), moment(instant)


@given(chances)
@settings(max_examples=300, deadline=None)
def test_spans_partition_the_time(chance: Chance) -> None:
    starts, ends = map(second, chance.interval(45))
    spans = Resolver(chance.roster()).spans(starts, ends)
    assert (spans[0].starts, spans[-1].ends) == (starts, ends)
    for span, after in pairwise(spans):
        assert span.starts < span.ends == after.starts
        assert span.people != after.people


@given(chances)
@settings(max_examples=300, deadline=None)
def test_whoever_is_on_duty_stands_in_the_span_around(chance: Chance) -> None:
    resolver = Resolver(chance.roster())
    starts, ends = map(second, chance.interval(45))
    spans = resolver.spans(starts, ends)
    asked = [second(chance.instant()) for _ in range(20)]
    asked += [at for span in spans for at in (span.starts, span.ends - 1)]
    for instant in asked:
        for span in spans:
            if span.starts <= instant < span.ends:
                assert resolver.on_duty(instant) == span.people


@given(chances)
@settings(max_examples=200, deadline=None)
def test_the_answer_does_not_depend_on_the_window(chance: Chance) -> None:
    resolver = Resolver(chance.roster())
    starts, ends = map(second, chance.interval(45))
    middle = (starts + ends) // 2
    parts = [*resolver.spans(starts, middle), *resolver.spans(middle, ends)]
    at = next((n for n, (a, b) in enumerate(pairwise(parts)) if a.people == b.people), None)
    if at is not None:
        parts[at : at + 2] = [replace(parts[at], ends=parts[at + 1].ends)]
    assert parts == resolver.spans(starts, ends)


@given(chances)
@settings(max_examples=200, deadline=None)
def test_another_layer_takes_nothing_outside_its_own_time(chance: Chance) -> None:
    roster, layer = replace(chance.roster(), overrides=(), temporary=()), chance.layer()
    before = Resolver(roster)
    after = Resolver(replace(roster, layers=(*roster.layers, layer)))
    alone = Resolver(replace(roster, layers=(layer,)))
    for instant in (second(chance.instant()) for _ in range(30)):
        if not alone.on_duty(instant):
            assert after.on_duty(instant) == before.on_duty(instant)


def test_an_empty_interval_has_no_spans() -> None:
    chance = Chance(Random(1))
    at = second(chance.instant())
    assert Resolver(chance.roster()).spans(at, at) == []


def test_seconds_are_whole() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert second(at + timedelta(microseconds=999_999)) == second(at)

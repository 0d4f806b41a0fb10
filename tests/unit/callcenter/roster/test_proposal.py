"""A proposal keeps every rule, leaves nothing empty that may be filled, and is as even as it gets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import combinations, pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from callcenter.roster.burden import Burden, Measure, burdens
from callcenter.roster.plan import Role
from callcenter.roster.proposal import MOST_EXCHANGES, Proposal, Turn, propose
from callcenter.roster.resolver import Span
from callcenter.roster.rest import Refusal
from callcenter.roster.seats import SCALE, Candidate
from callcenter.roster.stack import OnDuty
from callcenter.roster.troubles import Interval, RestRule, troubles
from callcenter.roster.vacancies import Vacancy
from callcenter.roster.wall import wall_of

HOUR = 3600
WALL = wall_of("Asia/Jakarta")
START = int(datetime(2026, 12, 1, tzinfo=ZoneInfo("Asia/Jakarta")).timestamp())
MEASURE = Measure(time(22), time(6), frozenset({date(2026, 12, 3)}))
RULE = RestRule(longest=12 * HOUR, least_rest=8 * HOUR)


def at(hour: int) -> int:
    return START + hour * HOUR


def turns(length: int, count: int, since: int = 0) -> list[Vacancy]:
    """Turns that follow one another, hours from the start."""
    edges = [at(since + number * length) for number in range(count + 1)]
    return [Vacancy(starts, ends) for starts, ends in pairwise(edges)]


def proposed(vacancies: Sequence[Vacancy], *people: Candidate, rule: RestRule = RULE) -> Proposal:
    return propose(vacancies, people, MEASURE, rule, WALL)


def named(count: int) -> list[Candidate]:
    return [Candidate(f"p{number}") for number in range(count)]


@dataclass(frozen=True)
class Case:
    """Vacancies and people by chance."""

    vacancies: tuple[Vacancy, ...]
    people: tuple[Candidate, ...]
    rule: RestRule


def case(random: Random) -> Case:
    def interval(longest: int) -> Interval:
        starts = random.randrange(0, 120)
        return at(starts), at(starts + random.randrange(1, longest))

    length = random.choice((4, 6, 8, 12))
    vacancies = turns(length, random.randrange(0, 14), since=random.randrange(0, 24))
    for _ in range(random.randrange(0, 4)):
        starts, ends = interval(13)
        vacancies.append(Vacancy(starts, ends, random.choice(list(Role)), random.randrange(1, 3)))
    people = [
        Candidate(
            f"p{number}",
            Burden(*(random.randrange(0, 60) * HOUR for _ in range(4))),
            away=tuple(interval(30) for _ in range(random.randrange(0, 3))),
            duties=((at(-4), at(0)),) if random.random() < 0.2 else (),
            since=at(random.randrange(1, 60)) if random.random() < 0.1 else at(-1000),
            until=at(random.randrange(60, 120)) if random.random() < 0.1 else at(1000),
        )
        for number in range(random.randrange(0, 7))
    ]
    rest = RestRule(random.choice((1, 2, 3)) * length * HOUR, random.choice((0, length, 8)) * HOUR)
    return Case(tuple(vacancies), tuple(people), rest)


def run(it: Case) -> Proposal:
    return propose(it.vacancies, it.people, MEASURE, it.rule, WALL)


Held = dict[str, list[Interval]]


def held(it: Case, result: Proposal) -> Held:
    """Each person's duties, with those that stood already."""
    found = {one.who: list(one.duties) for one in it.people}
    for turn in result.turns:
        for who in turn.people:
            found[who].append((turn.vacancy.starts, turn.vacancy.ends))
    return found


def allowed(one: Candidate, duties: Sequence[Interval], rule: RestRule) -> bool:
    """Ask the house's own search for troubles whether a person may have these duties."""
    new = [it for it in duties if it not in one.duties]
    if any(starts < one.since or ends > one.until for starts, ends in new):
        return False
    if any(starts < gone and ends > left for starts, ends in new for left, gone in one.away):
        return False
    places = {
        str(number): [Span(starts, ends, (OnDuty(one.who, Role.PRIMARY),))]
        for number, (starts, ends) in enumerate(duties)
    }
    return not troubles(places, rule)


def imbalance(loads: dict[str, Burden]) -> int:
    parts = ((it.whole, it.nights, it.weekends, it.holidays) for it in loads.values())
    return sum((scale * part) ** 2 for it in parts for scale, part in zip(SCALE, it, strict=True))


@dataclass(frozen=True)
class Taken:
    """One place that somebody took."""

    who: str
    interval: Interval
    cost: Burden


def taken(result: Proposal) -> list[Taken]:
    found = []
    for turn in result.turns:
        starts, ends = turn.vacancy.starts, turn.vacancy.ends
        cost = burdens([Span(starts, ends, (OnDuty("", Role.PRIMARY),))], WALL, MEASURE)[""]
        found += [Taken(who, (starts, ends), cost) for who in turn.people]
    return found


def minus(one: Burden, other: Burden) -> Burden:
    return one + Burden(-other.whole, -other.nights, -other.weekends, -other.holidays)


def exchanges(places: Sequence[Taken], names: Sequence[str]) -> Iterator[list[tuple[Taken, str]]]:
    """Every exchange of two places, and every hand-over of one."""
    for one in places:
        yield from ([(one, who)] for who in names if who != one.who)
    for one, other in combinations(places, 2):
        if one.who != other.who:
            yield [(one, other.who), (other, one.who)]


CASES = st.randoms(use_true_random=False).map(case)


@given(CASES)
@settings(max_examples=300, deadline=None)
def test_every_rule_holds(it: Case) -> None:
    duties = held(it, run(it))
    assert all(allowed(one, duties[one.who], it.rule) for one in it.people)


@given(CASES)
@example(case(Random(1690)))  # an exchange lets somebody take what nobody could before it
@example(case(Random(4199)))
@settings(max_examples=300, deadline=None)
def test_nothing_stays_empty_that_somebody_may_take(it: Case) -> None:
    result = run(it)
    duties = held(it, result)
    for turn in result.turns:
        assert len(turn.people) + turn.missing == turn.vacancy.count
        assert {who for who, _ in turn.refusals} == (
            {one.who for one in it.people} if turn.missing else set()
        )
        if turn.missing:
            more = (turn.vacancy.starts, turn.vacancy.ends)
            assert not any(allowed(one, [*duties[one.who], more], it.rule) for one in it.people)
            assert not any(can_make_room(it, duties, place, more) for place in taken(result))


def can_make_room(it: Case, duties: Held, place: Taken, more: Interval) -> bool:
    """Tell whether somebody can take a place, so that its holder can take ``more``."""
    people = {one.who: one for one in it.people}
    rest = [one for one in duties[place.who] if one != place.interval]
    return allowed(people[place.who], [*rest, more], it.rule) and any(
        allowed(one, [*duties[one.who], place.interval], it.rule) for one in it.people if one.who != place.who
    )


@given(CASES)
@settings(max_examples=150, deadline=None)
def test_no_single_exchange_would_make_it_more_even(it: Case) -> None:
    result = run(it)
    assert result.exchanges < MOST_EXCHANGES
    loads = {it.who: it.counted + minus(it.after, it.before) for it in result.shares}
    duties, people = held(it, result), {one.who: one for one in it.people}
    for changes in exchanges(taken(result), list(people)):
        changed, without = dict(loads), {who: list(they) for who, they in duties.items()}
        for place, who in changes:
            changed[place.who] = minus(changed[place.who], place.cost)
            changed[who] += place.cost
            without[place.who].remove(place.interval)
        for place, who in changes:
            without[who].append(place.interval)
        if imbalance(changed) < imbalance(loads):
            assert not all(allowed(people[who], without[who], it.rule) for who in without)


@given(CASES, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_the_input_does_not_matter(it: Case, random: Random) -> None:
    vacancies, people = list(it.vacancies), list(it.people)
    random.shuffle(vacancies)
    random.shuffle(people)
    assert run(replace(it, vacancies=tuple(vacancies), people=tuple(people))) == run(it)


@given(CASES)
@settings(max_examples=100, deadline=None)
def test_shares_add_up(it: Case) -> None:
    result = run(it)
    before = {one.who: one.carried for one in it.people}
    for place in taken(result):
        before[place.who] += place.cost
    assert {share.who: share.after for share in result.shares} == before


@given(st.integers(1, 9), st.integers(0, 40))
@settings(deadline=None)
def test_equal_people_share_equal_turns_but_for_one(count: int, days: int) -> None:
    office = [Vacancy(at(24 * 7 * week + 8), at(24 * 7 * week + 16)) for week in range(days)]
    result = propose(office, named(count), Measure(time(22), time(6), frozenset()), RULE, WALL)
    wholes = [share.after.whole // (8 * HOUR) for share in result.shares]
    assert sum(wholes) == days
    assert max(wholes) - min(wholes) <= 1


def test_nights_weekends_and_holidays_are_shared_by_themselves() -> None:
    result = proposed(turns(8, 3 * 30, since=6), *named(5))
    for part in ("whole", "nights", "weekends", "holidays"):
        each = [getattr(share.after, part) / HOUR for share in result.shares]
        assert max(each) - min(each) <= 8, part


def test_who_carried_more_gets_less() -> None:
    tired = Candidate("ani", Burden(whole=40 * HOUR, nights=40 * HOUR))
    shares = {it.who: it for it in proposed(turns(8, 12), tired, Candidate("budi"), Candidate("cici")).shares}
    assert shares["ani"].after.whole - shares["ani"].before.whole < shares["budi"].after.whole


def test_the_past_is_evened_out_by_and_by() -> None:
    """Ani never had a night, Budi had all: she gets more of them than he, and less than thrice her share."""
    ani, budi = Candidate("ani", Burden(1000 * HOUR)), Candidate("budi", Burden(1000 * HOUR, 700 * HOUR))
    cici, dedi = (Candidate(who, Burden(1000 * HOUR, 350 * HOUR)) for who in ("cici", "dedi"))
    result = proposed(turns(12, 2 * 28, since=7), ani, budi, cici, dedi)
    nights = {it.who: (it.after.nights - it.before.nights) / (28 * 2 * HOUR) for it in result.shares}
    assert nights["budi"] < 1 < nights["ani"] <= 1.75
    assert max(it.after.whole - it.before.whole for it in result.shares) <= 1.3 * 28 * 24 / 4 * HOUR


def test_a_crew_of_two_covers_every_day_and_night() -> None:
    assert not any(turn.missing for turn in proposed(turns(12, 62, since=7), *named(2)).turns)


def test_nobody_works_off_a_leave() -> None:
    """Three weeks of four away: a quarter of a share is due, not a whole one."""
    away = Candidate("ani", away=((at(0), at(21 * 24)),))
    result = proposed(turns(8, 3 * 28), away, Candidate("budi"), Candidate("cici"), Candidate("dedi"))
    ani, *others = (share.after.whole / HOUR for share in result.shares)
    assert ani < 0.5 * min(others)
    assert ani > 0


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (Candidate("ani", since=at(1)), Refusal.NOT_HERE),
        (Candidate("ani", until=at(7)), Refusal.NOT_HERE),
        (Candidate("ani", away=((at(7), at(9)),)), Refusal.AWAY),
        (Candidate("ani", duties=((at(4), at(9)),)), Refusal.BUSY),
        (Candidate("ani", duties=((at(-5), at(0)),)), Refusal.TOO_LONG),
        (Candidate("ani", duties=((at(15), at(16)),)), Refusal.NO_REST),
    ],
)
def test_why_nobody_takes_a_turn_is_said(person: Candidate, reason: Refusal) -> None:
    result = proposed([Vacancy(at(0), at(8), count=2)], person)
    assert result.turns == (Turn(Vacancy(at(0), at(8), count=2), (), (("ani", reason),)),)
    assert result.turns[0].missing == 2


def test_somebody_makes_room_for_a_turn_that_nobody_else_can_take() -> None:
    """Ani has carried less, and would take the first turn; but only she can take the second."""
    budi = Candidate("budi", Burden(whole=99 * HOUR), away=((at(8), at(16)),))
    result = proposed(turns(8, 2), Candidate("ani"), budi, rule=RestRule(8 * HOUR, 8 * HOUR))
    assert [turn.people for turn in result.turns] == [("budi",), ("ani",)]


def test_a_hole_that_is_no_rest_is_not_made_for_the_balance() -> None:
    """Budi could take the second of three short turns; Ani would have four hours between hers."""
    budi = Candidate("budi", away=((at(6), at(10)), (at(14), at(18))))
    result = proposed(turns(4, 3, since=6), Candidate("ani"), budi)
    assert [turn.people for turn in result.turns] == [("ani",)] * 3


def test_equal_vacancies_are_one_with_more_places() -> None:
    result = proposed([Vacancy(at(0), at(8)), Vacancy(at(0), at(8))], *named(3))
    assert [(turn.vacancy.count, turn.people) for turn in result.turns] == [(2, ("p0", "p1"))]


def test_nothing_is_proposed_for_nothing() -> None:
    assert proposed([], *named(1)).turns == ()
    assert [turn.missing for turn in proposed(turns(8, 3)).turns] == [1, 1, 1]

"""Who is on duty: how fast, and whether three ways of asking agree: ``python -m bench.rosters``.

Writes ``docs/rosters.md``.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event, vDatetime, vRecur

from bench.report import machine
from callcenter.roster.plan import Holidays, Hours, Layer, Member, Role, Roster, Rotation, Unit
from callcenter.roster.resolver import Resolver, second
from tests.fixtures.rosters import Chance
from tests.unit.callcenter.roster import model

PAGE = Path("docs/rosters.md")
ZONE = "Asia/Jakarta"
AGENCIES, PEOPLE, DAYS = 450, 7, 60
NOW_GOAL, GAPS_GOAL = 5.0, 2.0
PAIRS, SAMPLE, EACH = 1_000_000, 5_000, 500
"""Pairs of a roster and an instant; how many of them the slow model is asked as well; instants a roster."""
CALENDARS = 10
"""Agencies that the calendar library is asked for; it is slow."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two ways of asking were compared, and how often they differed."""

    pairs: int
    apart: int
    sample: int
    sample_apart: int
    seed: int


def roster(number: int, start: date) -> Roster:
    """Make an agency's roster: weekly nights, office hours by day without holidays, daily deputies."""
    names = [f"{number}-{person}" for person in range(PEOPLE)]
    first = number % PEOPLE

    def turns(unit: Unit) -> Rotation:
        order = names[first:] + names[:first]
        return Rotation(unit, 1, datetime.combine(start, clock(8)), tuple((Member(name),) for name in order))

    office = Hours(frozenset(range(5)), clock(8), clock(16))
    return Roster(
        ZONE,
        (
            Layer("night", turns(Unit.WEEK)),
            Layer("office", turns(Unit.DAY), priority=1, hours=(office,), holidays=Holidays.OFF),
            Layer("deputy", turns(Unit.DAY), role=Role.DEPUTY),
        ),
        holidays=frozenset(start + timedelta(days=23 * n) for n in range(60)),
    )


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m bench.rosters", description=__doc__)
    arguments.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = arguments.parse_args()
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)
    old, new = (_rosters(start) for start in (date(2023, 11, 20), date(2026, 11, 16)))
    times = {
        "new": _best(lambda: _ask(new, second(now))),
        "old": _best(lambda: _ask(old, second(now))),
        "gaps": _best(lambda: _gaps(old, second(now)), 3),
        "ready": _best(lambda: _rosters(date(2023, 11, 20)), 3),
        "calendar": _best(lambda: _by_calendar(date(2023, 11, 20), now), 1) * AGENCIES / CALENDARS,
        "young calendar": _best(lambda: _by_calendar(date(2026, 11, 16), now), 1) * AGENCIES / CALENDARS,
    }
    text = _page(times, agreement(given.seed))
    PAGE.write_text(text)
    print(text)


def _rosters(start: date) -> list[Resolver]:
    return [Resolver(roster(number, start)) for number in range(AGENCIES)]


def _best(work: Callable[[], object], times: int = 21) -> float:
    """Give the median of some runs, in seconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def _ask(rosters: list[Resolver], instant: int) -> int:
    return sum(bool(one.on_duty(instant)) for one in rosters)


def _gaps(rosters: list[Resolver], instant: int) -> int:
    until = instant + DAYS * 86_400
    return sum(not span.people for one in rosters for span in one.spans(instant, until))


def _by_calendar(start: date, now: datetime) -> int:
    """Ask recurring-ical-events: an event for each person's turns, in each layer by itself."""
    found = 0
    for number in range(CALENDARS):
        calendar = Calendar()
        for event in _events(number, start):
            calendar.add_component(event)
        found += len(recurring_ical_events.of(calendar).at(now))
    return found


def _events(number: int, start: date) -> Iterator[Event]:
    """Write the same rosters, holidays aside, as far as a rule can tell them."""
    zone = ZoneInfo(ZONE)
    for days, hours in ((7, 7 * 24), (1, 8), (1, 24)):
        for person in range(PEOPLE):
            begin = datetime.combine(start, clock(8), zone) + timedelta(days=days * person)
            event = Event()
            event.add("uid", f"{number}-{days}-{hours}-{person}")
            event.add("summary", f"{number}-{person}")
            event["DTSTART"] = vDatetime(begin)
            event["DTEND"] = vDatetime(begin + timedelta(hours=hours))
            event["RRULE"] = vRecur(freq="daily", interval=days * PEOPLE)
            yield event


def agreement(seed: int) -> Agreement:
    """Hold ``on_duty`` against ``spans`` for rosters by chance, and both against the slow model for some."""
    apart = sample_apart = 0
    for number in range(PAIRS // EACH):
        chance = Chance(random.Random(f"{seed} {number}"))
        plan = chance.roster()
        resolver = Resolver(plan)
        starts, ends = (second(one) for one in chance.whole())
        spans = iter(resolver.spans(starts, ends))
        span = next(spans)
        asked = sorted(random.Random(number).randrange(starts, ends) for _ in range(EACH))
        for instant in asked:
            while instant >= span.ends:
                span = next(spans)
            apart += resolver.on_duty(instant) != span.people
        for instant in asked[:: EACH * PAIRS // EACH // SAMPLE]:
            minute = instant - instant % 60
            people = [(one.who, one.role) for one in resolver.on_duty(minute)]
            sample_apart += people != model.on_duty(plan, datetime.fromtimestamp(minute, UTC))
    return Agreement(PAIRS, apart, SAMPLE, sample_apart, seed)


def _page(times: dict[str, float], agreed: Agreement) -> str:
    here = machine("", (0, 0), (0, 0))
    ms = {name: seconds * 1000 for name, seconds in times.items()}
    rows = [
        f"| who is on duty now, all agencies | {ms['old']:.1f} ms | < {NOW_GOAL:g} ms |",
        f"| the same, rosters a week old | {ms['new']:.1f} ms | as fast |",
        f"| the same by recurring-ical-events | {ms['calendar']:.0f} ms | |",
        f"| the same by it, a week old | {ms['young calendar']:.0f} ms | |",
        f"| gaps of {DAYS} days, all agencies | {times['gaps']:.2f} s | < {GAPS_GOAL:g} s |",
        f"| making all of them ready, once | {ms['ready']:.0f} ms | |",
    ]
    return "\n".join(
        [
            "# Rosters: speed and agreement",
            "",
            "Written by `make bench`: change `bench/rosters.py`, not this page.",
            "",
            f"{AGENCIES} rosters of {PEOPLE} people and three layers (weekly, office hours less holidays, daily deputies),",
            "three years old where nothing else is said. Medians.",
            "",
            "| | measured | goal |",
            "|---|---|---|",
            *rows,
            "",
            f"recurring-ical-events was asked for {CALENDARS} agencies, and the time multiplied; its rules know no holidays and no",
            "layers over each other.",
            "",
            f"{agreed.pairs:,} pairs of a roster by chance and an instant by chance (seed {agreed.seed}): `on_duty` and `spans` differed",
            f"{agreed.apart} times. {agreed.sample:,} of them beside the model that walks through every minute: {agreed.sample_apart} differed.",
            "",
            f"- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {here.cores} cores of {here.processor}, {here.memory}",
            "",
        ]
    )


if __name__ == "__main__":
    main()

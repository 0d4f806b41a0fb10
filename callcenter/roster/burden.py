"""What duty costs each person: hours, and those that cost more counted by themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise

from callcenter.roster.hours import weekday
from callcenter.roster.plan import day_seconds
from callcenter.roster.resolver import Span
from callcenter.roster.wall import DAY, Wall, day_number

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Burden:
    """Seconds of duty; nights, weekends and holidays may overlap and are parts of the whole.

    Nights are hours of the clock; a weekend is Saturday and Sunday; each
    second counts on the day on which a clock shows it.
    """

    whole: int = 0
    nights: int = 0
    weekends: int = 0
    holidays: int = 0

    def __add__(self, other: Burden) -> Burden:
        """Add up two stretches of duty."""
        return Burden(
            self.whole + other.whole,
            self.nights + other.nights,
            self.weekends + other.weekends,
            self.holidays + other.holidays,
        )


@dataclass(frozen=True, slots=True)
class Measure:
    """What counts as a night, [starts, ends) on the clock, and which days are holidays."""

    night_starts: time
    night_ends: time
    holidays: frozenset[date]


def burdens(spans: Iterable[Span], wall: Wall, measure: Measure) -> dict[str, Burden]:
    """Add up each person's duty; real seconds, also where clocks are changed."""
    holidays = frozenset(map(day_number, measure.holidays))
    found: dict[str, Burden] = defaultdict(Burden)
    for span in spans:
        if span.people:
            burden = sum(_pieces(span, wall, measure, holidays), Burden())
            for one in span.people:
                found[one.who] += burden
    return dict(found)


def _pieces(span: Span, wall: Wall, measure: Measure, holidays: frozenset[int]) -> Iterator[Burden]:
    """Cut a span at midnights and at the edges of nights."""
    night = day_seconds(measure.night_starts, measure.night_ends)
    edges = {0, night[0], night[1] % DAY}
    first, last = wall.seconds(span.starts) // DAY, wall.seconds(span.ends) // DAY
    walls = (day * DAY + edge for day in range(first, last + 1) for edge in edges)
    cuts = sorted(
        {span.starts, span.ends, *(at for at in map(wall.instant, walls) if span.starts < at < span.ends)}
    )
    for begins, ends in pairwise(cuts):
        day, second = divmod(wall.seconds(begins), DAY)
        length = ends - begins
        dark = night[0] <= second < night[1] or second + DAY < night[1]
        yield Burden(
            length,
            length * dark,
            length * (weekday(day) >= _SATURDAY),
            length * (day in holidays),
        )

"""What is wrong with rosters before it happens: nobody there, one person at two places, no rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from callcenter.roster.resolver import Span

Interval = tuple[int, int]
"""Instants [starts, ends), in seconds since 1970."""


class Kind(StrEnum):
    """What is wrong."""

    NOBODY = "nobody"
    """Nobody is on duty."""
    TWO_PLACES = "two_places"
    """A person is on duty at two places at once."""
    TOO_LONG = "too_long"
    """A person's duty goes on for longer than the rule allows."""
    NO_REST = "no_rest"
    """Between two duties of a person lies less rest than the rule demands."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that somebody must mend; ``places`` are the rosters it is about."""

    kind: Kind
    starts: int
    ends: int
    places: tuple[str, ...]
    who: str = ""


@dataclass(frozen=True, slots=True)
class RestRule:
    """Seconds: the longest duty without a break, and the shortest break that is a rest."""

    longest: int
    least_rest: int


def troubles(rosters: Mapping[str, Sequence[Span]], rule: RestRule | None = None) -> list[Trouble]:
    """Look through all rosters' spans at once, each by its place; in the order of time."""
    found = [*_gaps(rosters)]
    for who, duties in _by_person(rosters).items():
        found += _two_places(who, duties)
        if rule is not None:
            found += _tired(who, duties, rule)
    return sorted(found, key=lambda one: (one.starts, one.places, one.kind, one.who))


def _gaps(rosters: Mapping[str, Sequence[Span]]) -> Iterator[Trouble]:
    for place, spans in rosters.items():
        for span in spans:
            if not span.people:
                yield Trouble(Kind.NOBODY, span.starts, span.ends, (place,))


@dataclass(frozen=True, slots=True)
class _Duty:
    starts: int
    ends: int
    place: str


def _by_person(rosters: Mapping[str, Sequence[Span]]) -> dict[str, list[_Duty]]:
    """Give each person's duties in the order of time, those that meet at one place as one."""
    found: dict[str, list[_Duty]] = defaultdict(list)
    for place, spans in rosters.items():
        for span in spans:
            for one in span.people:
                known = found[one.who]
                if known and known[-1].place == place and known[-1].ends == span.starts:
                    known[-1] = _Duty(known[-1].starts, span.ends, place)
                else:
                    known.append(_Duty(span.starts, span.ends, place))
    return {who: sorted(duties, key=lambda duty: (duty.starts, duty.place)) for who, duties in found.items()}


def _two_places(who: str, duties: Sequence[_Duty]) -> Iterator[Trouble]:
    open_duties: list[_Duty] = []
    for duty in duties:
        open_duties = [other for other in open_duties if other.ends > duty.starts]
        for other in open_duties:
            places = (other.place, duty.place)
            yield Trouble(Kind.TWO_PLACES, duty.starts, min(duty.ends, other.ends), places, who)
        open_duties.append(duty)


def _tired(who: str, duties: Sequence[_Duty], rule: RestRule) -> Iterator[Trouble]:
    """Tell of work without a break that is too long, and of breaks that are too short to rest in."""
    whole = list(stretches((duty.starts, duty.ends) for duty in duties))
    places = _places(duties)
    for starts, ends in whole:
        if ends - starts > rule.longest:
            yield Trouble(Kind.TOO_LONG, starts, ends, places, who)
    for (_, ended), (begins, _) in pairwise(whole):
        if begins - ended < rule.least_rest:
            yield Trouble(Kind.NO_REST, ended, begins, places, who)


def _places(duties: Iterable[_Duty]) -> tuple[str, ...]:
    return tuple(sorted({duty.place for duty in duties}))


def stretches(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """Join what overlaps or meets; the intervals come in the order of their starts."""
    current: Interval | None = None
    for starts, ends in intervals:
        if current is not None and starts <= current[1]:
            current = current[0], max(current[1], ends)
        else:
            if current is not None:
                yield current
            current = starts, ends
    if current is not None:
        yield current

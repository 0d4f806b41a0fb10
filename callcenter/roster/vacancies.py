"""Which turns a plan has, whoever serves them: what a proposal for another month has to fill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from callcenter.roster.plan import Role
from callcenter.roster.resolver import Span
from callcenter.roster.wall import DAY, Wall

HANDOFFS = (6 * 3600, 14 * 3600, 22 * 3600)
"""Seconds of the day at which duty is handed over where a plan never does it: three turns of 8 hours."""
LONGEST = DAY
"""What is planned for longer than this without a handoff is cut, as what nobody is planned for."""


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A turn [starts, ends), in seconds since 1970, that wants ``count`` people in a role."""

    starts: int
    ends: int
    role: Role = Role.PRIMARY
    count: int = 1


def vacancies(spans: Sequence[Span], wall: Wall) -> list[Vacancy]:
    """Tell a plan's turns, in the order of time, then of roles.

    A turn ends where other people follow in its role. Where nobody is planned
    in any role, one person is wanted. That, and what is too long for one turn,
    is cut at the times of the day at which this plan hands over otherwise.
    """
    runs = [run for role in Role for run in _runs(spans, role)]
    handoffs = _handoffs(runs, wall)
    found = [piece for run in runs if run.count for piece in _pieces(run, handoffs, wall)]
    return sorted(found, key=lambda one: (one.starts, one.role.rung, one.ends))


@dataclass(frozen=True, slots=True)
class _Run:
    starts: int
    ends: int
    role: Role
    count: int
    nobody: bool


def _runs(spans: Sequence[Span], role: Role) -> list[_Run]:
    """Cut the time where other people follow in a role, or where a gap begins or ends."""

    def there(span: Span) -> tuple[tuple[str, ...], bool]:
        return tuple(one.who for one in span.people if one.role is role), not span.people

    found = []
    for (people, nobody), run in groupby(spans, there):
        whole = list(run)
        wanted = int(role is Role.PRIMARY) if nobody else len(people)
        found.append(_Run(whole[0].starts, whole[-1].ends, role, wanted, nobody))
    return found


def _handoffs(runs: Sequence[_Run], wall: Wall) -> tuple[int, ...]:
    """Tell at which seconds of the day the plan hands over; what is rare beside others is an exception."""
    edges = (after.starts for before, after in pairwise(runs) if before.role is after.role)
    times = Counter(wall.seconds(at) % DAY for at in edges)
    most = max(times.values(), default=0)
    return tuple(sorted(at for at, count in times.items() if 2 * count >= most)) or HANDOFFS


def _pieces(run: _Run, handoffs: Collection[int], wall: Wall) -> Iterator[Vacancy]:
    uncut = not run.nobody and run.ends - run.starts <= LONGEST
    cuts = () if uncut else _cuts(run, handoffs, wall)
    for starts, ends in pairwise([run.starts, *cuts, run.ends]):
        yield Vacancy(starts, ends, run.role, run.count)


def _cuts(run: _Run, handoffs: Collection[int], wall: Wall) -> list[int]:
    first, last = wall.seconds(run.starts) // DAY, wall.seconds(run.ends) // DAY
    walls = (day * DAY + at for day in range(first, last + 1) for at in handoffs)
    return sorted({at for at in map(wall.instant, walls) if run.starts < at < run.ends})

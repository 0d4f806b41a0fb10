"""Whose turn it is: rotations, patterns and shifts, ready to be asked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from callcenter.roster.hours import OpenHours
from callcenter.roster.periods import Existing, periods
from callcenter.roster.plan import Crew, Group, Member, Pattern, Plan, Rotation, Shifts, day_seconds
from callcenter.roster.wall import DAY, day_number, wall_date, wall_second

NEVER, ALWAYS = 2**60, -(2**60)
Names = tuple[str, ...]
NOBODY: Names = ()


class Turns(Protocol):
    """Answers who has the turn at a wall second, and where that may change."""

    def at(self, wall: int) -> Names:
        """Tell who has the turn at a wall second."""

    def edges(self, first: int, last: int) -> Iterator[int]:
        """Give at least the wall seconds in [first, last) at which that changes."""


@dataclass(frozen=True, slots=True)
class _Epoch:
    """A stretch in which the same groups take turns."""

    ordinal: int
    """The number, among the turns that exist, of its first one."""
    order: Sequence[int]
    """The groups in the order of their turns, from that one on."""
    names: Sequence[Names]
    """Who is in each of them."""


class RotationTurns:
    """A rotation: turns that exist are counted, and groups take them in order.

    When members come and go the turn that runs stays with its group while it
    has anybody; otherwise it passes on to the next one, and so does the order.
    """

    def __init__(self, rotation: Rotation, hours: OpenHours) -> None:
        """Compute the order for each stretch between two changes of members."""
        self._periods = periods(rotation)
        self._existing = Existing(self._periods, hours)
        self._start = self._periods.edge(0)
        self._alone = len(rotation.groups) == 1
        changes = sorted(set(_changes(rotation.groups)))
        self._since = [self._start, *(at for at in changes if at > self._start)]
        self._epochs: list[_Epoch] = []
        for at in self._since:
            self._epochs.append(self._epoch(rotation.groups, at))

    def at(self, wall: int) -> Names:
        """Tell who has the turn that a wall second lies in."""
        if wall < self._start:
            return NOBODY
        epochs = self._epochs
        epoch = epochs[0] if len(epochs) == 1 else epochs[bisect_right(self._since, wall) - 1]
        if not epoch.order:
            return NOBODY
        if self._alone:
            return epoch.names[0]
        ordinal = self._existing.before(self._periods.number(wall))
        return epoch.names[(ordinal - epoch.ordinal) % len(epoch.order)]

    def edges(self, first: int, last: int) -> Iterator[int]:
        """Give the wall seconds in [first, last) at which somebody else may have the turn."""
        yield from (at for at in self._since if first <= at < last)
        if self._alone or last <= self._start:
            return
        number = max(0, self._periods.number(first))
        while (edge := self._periods.edge(number)) < last:
            yield edge
            number += 1

    def _epoch(self, groups: Sequence[Group], at: int) -> _Epoch:
        there = [index for index, group in enumerate(groups) if _present(group, at)]
        ordinal = self._existing.before(self._periods.number(at))
        first = self._whose(ordinal)
        order = [index for index in there if index >= first] + [index for index in there if index < first]
        return _Epoch(ordinal, order, [_present(groups[index], at) for index in order])

    def _whose(self, ordinal: int) -> int:
        """Tell whose turn it was to be before the members changed."""
        if not self._epochs or not self._epochs[-1].order:
            return 0
        epoch = self._epochs[-1]
        return epoch.order[(ordinal - epoch.ordinal) % len(epoch.order)]


class PatternTurns:
    """Days on and off that repeat, for several crews at once."""

    def __init__(self, pattern: Pattern) -> None:
        """Lay the cycle out in seconds of the day."""
        self._start = day_number(pattern.start)
        self._cycle = [day_seconds(slot.starts, slot.ends) if slot else None for slot in pattern.cycle]
        self._crews = pattern.crews
        self._changes = sorted(set(_changes(crew.members for crew in pattern.crews)))

    def at(self, wall: int) -> Names:
        """Tell who works at a wall second, in the order of the crews."""
        day, second = divmod(wall, DAY)
        names: Names = NOBODY
        for crew in self._crews:
            if self._works(crew, day, second) or self._works(crew, day - 1, second + DAY):
                names += _present(crew.members, wall)
        return names

    def edges(self, first: int, last: int) -> Iterator[int]:
        """Give the wall seconds around [first, last) at which somebody else may work."""
        yield from (at for at in self._changes if first <= at < last)
        slots = sorted({slot for slot in self._cycle if slot})
        for day in range(max(first // DAY - 1, self._start), last // DAY + 1):
            for starts, ends in slots:
                yield day * DAY + starts
                yield day * DAY + ends

    def _works(self, crew: Crew, day: int, second: int) -> bool:
        if day < self._start:
            return False
        slot = self._cycle[(day - self._start + crew.offset) % len(self._cycle)]
        return slot is not None and slot[0] <= second < slot[1]


class ShiftTurns:
    """Shifts that follow no rule, and may run at the same time."""

    def __init__(self, plan: Shifts) -> None:
        """Note at each edge which shifts run from there on."""
        self._groups = [shift.members for shift in plan.shifts]
        bounds = [(wall_second(shift.starts), wall_second(shift.ends)) for shift in plan.shifts]
        self._edges = sorted({at for shift in bounds for at in shift})
        self._running = _running(bounds, self._edges)
        self._changes = sorted(set(_changes(self._groups)))

    def at(self, wall: int) -> Names:
        """Tell who works at a wall second, in the order of the shifts."""
        index = bisect_right(self._edges, wall) - 1
        if index < 0:
            return NOBODY
        running = self._running[index]
        return tuple(who for number in running for who in _present(self._groups[number], wall))

    def edges(self, first: int, last: int) -> Iterator[int]:
        """Give the wall seconds in [first, last) at which somebody else may work."""
        for known in (self._edges, self._changes):
            yield from known[bisect_left(known, first) : bisect_left(known, last)]


def _running(bounds: Sequence[tuple[int, int]], edges: Sequence[int]) -> list[tuple[int, ...]]:
    """Tell for each edge the numbers of the shifts that run from it on."""
    starting: dict[int, list[int]] = defaultdict(list)
    for number, (starts, _) in enumerate(bounds):
        starting[starts].append(number)
    running: list[int] = []
    found = []
    for at in edges:
        running = sorted(number for number in running + starting[at] if bounds[number][1] > at)
        found.append(tuple(running))
    return found


def turns(plan: Plan, hours: OpenHours) -> Turns:
    """Make a layer's plan ready to be asked."""
    if isinstance(plan, Shifts):
        return ShiftTurns(plan)
    return PatternTurns(plan) if isinstance(plan, Pattern) else RotationTurns(plan, hours)


def _bounds(member: Member) -> tuple[int, int]:
    since = wall_date(member.since) if member.since else ALWAYS
    return since, wall_date(member.until) if member.until else NEVER


def _present(group: Group, wall: int) -> Names:
    spans = ((member.who, *_bounds(member)) for member in group)
    return tuple(who for who, since, until in spans if since <= wall < until)


def _changes(groups: Iterable[Group]) -> Iterator[int]:
    for group in groups:
        for member in group:
            yield from (at for at in _bounds(member) if at not in (ALWAYS, NEVER))

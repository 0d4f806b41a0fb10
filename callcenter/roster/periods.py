"""The turns of a rotation: their edges on the wall, and which of them exist."""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from datetime import datetime
from itertools import accumulate
from math import lcm
from typing import Protocol

from callcenter.roster.hours import OpenHours
from callcenter.roster.plan import Rotation, Unit
from callcenter.roster.wall import DAY, WEEK, naive, wall_second

_LENGTHS = {Unit.HOUR: 3600, Unit.DAY: DAY, Unit.WEEK: WEEK}


class Periods(Protocol):
    """Turns numbered from 0; turn k is [edge(k), edge(k + 1))."""

    def number(self, wall: int) -> int:
        """Tell in which turn a wall second lies."""

    def edge(self, number: int) -> int:
        """Tell at which wall second a turn begins."""


class Even:
    """Turns of one length."""

    def __init__(self, start: int, length: int) -> None:
        """Begin turn 0 at the wall second ``start``; each is ``length`` seconds long."""
        self.start, self.length = start, length

    def number(self, wall: int) -> int:
        """Tell in which turn a wall second lies."""
        return (wall - self.start) // self.length

    def edge(self, number: int) -> int:
        """Tell at which wall second a turn begins."""
        return self.start + number * self.length


class Months:
    """Turns of whole months; a day of the month that a month lacks is its last one."""

    def __init__(self, start: datetime, every: int) -> None:
        """Begin turn 0 at ``start``."""
        self._start, self._every = start, every
        self._second = (start.hour * 60 + start.minute) * 60 + start.second
        self._first = start.year * 12 + start.month - 1

    def number(self, wall: int) -> int:
        """Tell in which turn a wall second lies."""
        moment = naive(wall)
        number = (moment.year * 12 + moment.month - 1 - self._first) // self._every
        return number - 1 if wall < self.edge(number) else number

    def edge(self, number: int) -> int:
        """Tell at which wall second a turn begins."""
        year, month = divmod(self._first + number * self._every, 12)
        day = min(self._start.day, monthrange(year, month + 1)[1])
        return wall_second(datetime(year, month + 1, day)) + self._second


def periods(rotation: Rotation) -> Periods:
    """Lay out a rotation's turns."""
    if rotation.unit is Unit.MONTH:
        return Months(rotation.start, rotation.every)
    return Even(wall_second(rotation.start), _LENGTHS[rotation.unit] * rotation.every)


class Existing:
    """Counts the turns that the hours leave something of.

    Whatever repeats every week is counted by arithmetic; what holidays add or
    take is a sorted list.
    """

    def __init__(self, turns: Periods, hours: OpenHours) -> None:
        """Find out which turns exist."""
        self._turns, self._hours = turns, hours
        self.all = hours.always
        self._prefix = [0, 1] if self.all else self._cycle()
        self._only = hours.only_exceptions
        self._special = [] if self.all else self._exceptions()
        self.all = self.all or (
            self._prefix[-1] == len(self._prefix) - 1 and not (self._special or self._only)
        )

    def before(self, number: int) -> int:
        """Count the turns that exist from turn 0 up to, not including, turn ``number``."""
        if self.all:
            return number
        special = bisect_left(self._special, number)
        if self._only:
            return special
        cycles, rest = divmod(number, len(self._prefix) - 1)
        return cycles * self._prefix[-1] + self._prefix[rest] - special

    def _cycle(self) -> list[int]:
        """Count through one repetition of the week's pattern, holidays aside."""
        turns = self._turns
        if not isinstance(turns, Even):
            return [0, 1]  # every month has each weekday
        count = lcm(turns.length, WEEK) // turns.length
        there = (self._hours.touch(turns.edge(n), turns.edge(n + 1), plain=True) for n in range(count))
        return list(accumulate(there, initial=0))

    def _exceptions(self) -> list[int]:
        """List the turns, from 0 on, that exist on holidays alone, or that holidays leave nothing of."""
        turns, hours = self._turns, self._hours
        touched: set[int] = set()
        for day in hours.exceptions:
            for starts, ends in hours.plain(day):
                first, last = turns.number(day * DAY + starts), turns.number(day * DAY + ends - 1)
                touched.update(range(max(first, 0), last + 1))
        return sorted(number for number in touched if hours.touch(*self._edges(number)) == self._only)

    def _edges(self, number: int) -> tuple[int, int]:
        return self._turns.edge(number), self._turns.edge(number + 1)

"""Which wall seconds a layer's hours hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from callcenter.roster.plan import Holidays, Hours
from callcenter.roster.wall import DAY

_THURSDAY = 3
"""The weekday of day 0, 1970-01-01."""
WHOLE_DAYS = ((0, DAY),)


def weekday(day: int) -> int:
    """Give the weekday of a numbered day; 0 is Monday."""
    return (day + _THURSDAY) % 7


class OpenHours:
    """Hours by weekday, less the holidays or on them alone."""

    def __init__(self, hours: Iterable[Hours], mode: Holidays, holidays: frozenset[int]) -> None:
        """Take the hours (none: all) and the numbers of the days that are holidays."""
        listed = tuple(hours)
        self.always = not listed and mode is Holidays.ANY
        self._by_weekday: list[tuple[tuple[int, int], ...]] = [
            tuple(sorted({one.seconds for one in listed if day in one.weekdays})) if listed else WHOLE_DAYS
            for day in range(7)
        ]
        self._mode = mode
        self._days = holidays if mode is not Holidays.ANY else frozenset()

    def on(self, day: int) -> tuple[tuple[int, int], ...]:
        """Give the hours that begin on a numbered day, as seconds from its start."""
        if self._mode is not Holidays.ANY and (day in self._days) != (self._mode is Holidays.ONLY):
            return ()
        return self._by_weekday[(day + _THURSDAY) % 7]

    def plain(self, day: int) -> tuple[tuple[int, int], ...]:
        """Give the hours of a day's weekday, holiday or not."""
        return self._by_weekday[(day + _THURSDAY) % 7]

    def hold(self, wall: int) -> bool:
        """Tell whether a wall second lies in the hours."""
        if self.always:
            return True
        day, second = divmod(wall, DAY)
        for starts, ends in self.on(day):
            if starts <= second < ends:
                return True
        second += DAY
        return any(second < ends for _, ends in self.on(day - 1))

    def edges(self, first: int, last: int) -> Iterator[int]:
        """Give the starts and ends of hours around [first, last]."""
        if self.always:
            return
        for day in range(first // DAY - 1, last // DAY + 1):
            for starts, ends in self.on(day):
                yield day * DAY + starts
                yield day * DAY + ends

    def touch(self, first: int, last: int, *, plain: bool = False) -> bool:
        """Tell whether any of the hours lies in [first, last); ``plain`` forgets the holidays."""
        if self.always:
            return first < last
        on = self.plain if plain else self.on
        return any(
            day * DAY + starts < last and day * DAY + ends > first
            for day in range(first // DAY - 1, (last - 1) // DAY + 1)
            for starts, ends in on(day)
        )

    @property
    def exceptions(self) -> Iterable[int]:
        """Give the days on which the hours differ from their weekday's."""
        return self._days

    @property
    def only_exceptions(self) -> bool:
        """Tell whether the hours exist on holidays alone."""
        return self._mode is Holidays.ONLY

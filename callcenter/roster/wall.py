"""What the clocks of a zone show, in whole seconds.

An *instant* counts seconds since 1970 (UTC). A *wall second* counts the
seconds a clock on the wall would have run since it showed 1970-01-01 00:00.
Where a clock is put back, what it showed before has passed and does not come
twice; where it is put forward, what it skips comes at once. So wall seconds
never run backwards, and each edge of a shift is one instant.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

DAY = 86_400
WEEK = 7 * DAY
FIRST, LAST = timegm((1970, 1, 1, 0, 0, 0)), timegm((2200, 1, 1, 0, 0, 0))
"""The instants whose clocks are known."""
_STEP = 3 * DAY
"""No zone has changed its offset twice within so short a time and back."""


class Wall:
    """The clocks of one zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        """Learn when the zone's clocks were changed, from 1970 on."""
        self.zone = zone
        changes = list(_changes(zone))
        self._starts = [start for start, _ in changes]
        self._offsets = [offset for _, offset in changes]
        ends = [*self._starts[1:], LAST]
        tops = [end + offset for end, offset in zip(ends, self._offsets, strict=True)]
        self._reached = list(accumulate(tops, max))
        """What a clock has shown at most by the end of each stretch (exclusive)."""

    def seconds(self, instant: int) -> int:
        """Give the latest wall second that was shown up to ``instant``."""
        index = max(0, bisect_right(self._starts, instant) - 1)
        shown = instant + self._offsets[index]
        return max(shown, self._reached[index - 1] - 1) if index else shown

    def instant(self, wall: int) -> int:
        """Give the first instant at which a clock shows ``wall`` or later."""
        index = min(bisect_right(self._reached, wall), len(self._offsets) - 1)
        start = self._starts[index] if index else wall - self._offsets[0]
        return max(start, wall - self._offsets[index])

    def aware(self, instant: int) -> datetime:
        """Give an instant as a datetime of the zone."""
        return datetime.fromtimestamp(instant, self.zone)


@lru_cache(maxsize=64)
def wall_of(zone: str) -> Wall:
    """Give the clocks of a zone by its IANA name; raises ``ZoneInfoNotFoundError`` or ``ValueError``."""
    return Wall(ZoneInfo(zone))


def wall_second(moment: datetime) -> int:
    """Give a naive datetime as a wall second."""
    return timegm(moment.timetuple())


def wall_date(day: date) -> int:
    """Give the wall second at which a day begins."""
    return timegm(day.timetuple())


def day_number(day: date) -> int:
    """Number the days; the same as a wall second divided by ``DAY``."""
    return wall_date(day) // DAY


def naive(wall: int) -> datetime:
    """Give a wall second as a naive datetime."""
    return datetime.fromtimestamp(wall, UTC).replace(tzinfo=None)


def _offset(zone: ZoneInfo, instant: int) -> int:
    moment = datetime.fromtimestamp(instant, zone)
    shift = moment.utcoffset()
    return int(shift.total_seconds()) if shift else 0


def _changes(zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """Give the start of each stretch of one offset, and the offset."""
    before = _offset(zone, FIRST)
    yield FIRST, before
    for instant in range(FIRST + _STEP, LAST, _STEP):
        after = _offset(zone, instant)
        if after != before:
            yield _first_with(zone, after, instant - _STEP, instant), after
            before = after


def _first_with(zone: ZoneInfo, offset: int, low: int, high: int) -> int:
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _offset(zone, middle) == offset else (middle, high)
    return high

"""The values of a document, each read with its place, or refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, TypeVar

from callcenter.roster.wall import wall_of

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_ITEMS = 5000
LONGEST_NAME = 200
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?\Z")
T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
D = TypeVar("D", date, datetime)


class DocumentError(ValueError):
    """A document that is no roster; says where and why."""

    def __init__(self, place: str, reason: str) -> None:
        """Keep the place (``layers[0].plan.unit``) and the reason."""
        super().__init__(f"{place or 'document'}: {reason}")
        self.place, self.reason = place, reason


class Fields:
    """An object of the document, whose fields are taken one by one; unknown ones are refused."""

    def __init__(self, value: object, place: str) -> None:
        """Take the object at a place; raises ``DocumentError`` when it is none."""
        if not isinstance(value, Mapping):
            raise DocumentError(place, "an object is expected")
        self._left: dict[str, Any] = dict(value)
        self._place = place

    def place(self, name: str) -> str:
        """Tell where a field is."""
        return f"{self._place}.{name}" if self._place else name

    def has(self, name: str) -> bool:
        """Tell whether a field is there and not null."""
        return self._left.get(name) is not None

    def take(self, name: str, read: Callable[[object, str], T]) -> T:
        """Read a field that must be there."""
        if not self.has(name):
            raise DocumentError(self.place(name), "is missing")
        return read(self._left.pop(name), self.place(name))

    def maybe(self, name: str, read: Callable[[object, str], T]) -> T | None:
        """Read a field that may be missing."""
        return self.take(name, read) if self.has(name) else self._left.pop(name, None)

    def text(self, name: str) -> str:
        """Read a text that must be there."""
        return self.take(name, text)

    def list(self, name: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
        """Read each item of a list; a missing one is empty."""
        value = self._left.pop(name, None)
        return () if value is None else items(value, self.place(name), read)

    def one_of(self, name: str, kind: type[E], default: E) -> E:
        """Read one of some words."""
        return self.take(name, lambda value, place: one_of(value, place, kind)) if self.has(name) else default

    def made(self, kind: Callable[..., T], **values: Any) -> T:
        """Make the value once every field has been taken."""
        if self._left:
            raise DocumentError(self.place(min(map(str, self._left))), "is not known")
        try:
            return kind(**values)
        except ValueError as error:
            raise DocumentError(self._place, str(error)) from None


def items(value: object, place: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
    """Read each item of a list."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise DocumentError(place, "a list is expected")
    if len(value) > MOST_ITEMS:
        raise DocumentError(place, f"more than {MOST_ITEMS} items")
    return tuple(read(item, f"{place}[{index}]") for index, item in enumerate(value))


def text(value: object, place: str) -> str:
    """Read a text that is neither empty nor too long."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
        raise DocumentError(place, f"a text of 1 to {LONGEST_NAME} characters is expected")
    return value


def zone(value: object, place: str) -> str:
    """Read the IANA name of a zone."""
    name = text(value, place)
    try:
        wall_of(name)
    except (KeyError, ValueError, OSError):
        raise DocumentError(place, "an IANA zone as Asia/Jakarta is expected") from None
    return name


def integer(value: object, place: str) -> int:
    """Read a whole number of up to a million."""
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 10**6:
        raise DocumentError(place, "a whole number is expected")
    return value


def one_of(value: object, place: str, kind: type[E]) -> E:
    """Read one of some words."""
    try:
        return kind(str(value))
    except ValueError:
        raise DocumentError(place, f"one of {', '.join(kind)} is expected") from None


def weekday(value: object, place: str) -> int:
    """Read a weekday; 0 is Monday."""
    if value not in WEEKDAYS:
        raise DocumentError(place, f"one of {', '.join(WEEKDAYS)} is expected")
    return WEEKDAYS.index(str(value))


def clock(value: object, place: str) -> time:
    """Read a time of the day as ``08:00``."""
    if not isinstance(value, str) or not _CLOCK.match(value):
        raise DocumentError(place, "a time as 08:00 is expected")
    return time.fromisoformat(value)


def day(value: object, place: str) -> date:
    """Read a day as ``2026-01-31``."""
    day = _parsed(date.fromisoformat, value)
    if day is None or len(str(value)) != len("2026-01-31"):
        raise DocumentError(place, "a day as 2026-01-31 is expected")
    return _sane(day, place)


def wall_time(value: object, place: str) -> datetime:
    """Read a time on the wall: naive."""
    moment = _moment(value, place)
    if moment.tzinfo is not None:
        raise DocumentError(place, "a wall-clock time, without an offset, is expected")
    return moment


def instant(value: object, place: str) -> datetime:
    """Read a time with its offset."""
    moment = _moment(value, place)
    if moment.tzinfo is None:
        raise DocumentError(place, "an instant with its offset, as 2026-01-31T08:00+07:00, is expected")
    return moment


def _moment(value: object, place: str) -> datetime:
    moment = _parsed(datetime.fromisoformat, value)
    if moment is None:
        raise DocumentError(place, "a time as 2026-01-31T08:00 is expected")
    return _sane(moment, place)


def _parsed(read: Callable[[str], T], value: object) -> T | None:
    try:
        return read(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _sane(day: D, place: str) -> D:
    """Refuse years whose clocks nobody knows."""
    if not 1970 <= day.year < 2200:
        raise DocumentError(place, "a year from 1970 to 2199 is expected")
    return day

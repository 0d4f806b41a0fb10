"""A roster as a JSON document; see ``docs/roster-format.md``.

Everything is checked: a document is read whole, or refused with the place and
the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, TypeVar

from callcenter.roster.plan import (
    Crew,
    Deed,
    Group,
    Holding,
    Holidays,
    Hours,
    Layer,
    Leave,
    Member,
    Override,
    Pattern,
    Role,
    Roster,
    Rotation,
    Slot,
    Temporary,
    Unit,
)
from callcenter.roster.wall import wall_of

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_ITEMS = 5000
LONGEST_NAME = 200
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?\Z")
T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class DocumentError(ValueError):
    """A document that is no roster; says where and why."""

    def __init__(self, place: str, reason: str) -> None:
        """Keep the place (``layers[0].plan.unit``) and the reason."""
        super().__init__(f"{place or 'document'}: {reason}")
        self.place, self.reason = place, reason


def read(text: str) -> Roster:
    """Read a JSON text; raises ``DocumentError``."""
    try:
        return roster(json.loads(text))
    except (json.JSONDecodeError, RecursionError) as error:
        raise DocumentError("", f"not JSON: {error}") from None


def roster(document: object) -> Roster:
    """Make a roster of what JSON holds; raises ``DocumentError``."""
    it = _Fields(document, "")
    return it.made(
        Roster,
        zone=it.take("zone", _zone),
        layers=it.list("layers", _layer),
        temporary=it.list("temporary", _temporary),
        overrides=it.list("overrides", _override),
        leaves=it.list("leaves", _leave),
        holdings=it.list("positions", _holding),
        holidays=frozenset(it.list("holidays", _day)),
    )


class _Fields:
    """An object of the document, whose fields are taken one by one; unknown ones are refused."""

    def __init__(self, value: object, place: str) -> None:
        if not isinstance(value, Mapping):
            raise DocumentError(place, "an object is expected")
        self._left: dict[str, Any] = dict(value)
        self._place = place

    def place(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name

    def has(self, name: str) -> bool:
        return self._left.get(name) is not None

    def take(self, name: str, read: Callable[[object, str], T]) -> T:
        if not self.has(name):
            raise DocumentError(self.place(name), "is missing")
        return read(self._left.pop(name), self.place(name))

    def maybe(self, name: str, read: Callable[[object, str], T]) -> T | None:
        return self.take(name, read) if self.has(name) else self._left.pop(name, None)

    def text(self, name: str) -> str:
        return self.take(name, _text)

    def list(self, name: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
        value = self._left.pop(name, None)
        return () if value is None else _items(value, self.place(name), read)

    def one_of(self, name: str, kind: type[E], default: E) -> E:
        return (
            self.take(name, lambda value, place: _one_of(value, place, kind)) if self.has(name) else default
        )

    def made(self, kind: Callable[..., T], **values: Any) -> T:
        """Make the value once every field has been taken."""
        if self._left:
            raise DocumentError(self.place(min(map(str, self._left))), "is not known")
        try:
            return kind(**values)
        except ValueError as error:
            raise DocumentError(self._place, str(error)) from None


def _layer(value: object, place: str) -> Layer:
    it = _Fields(value, place)
    return it.made(
        Layer,
        name=it.maybe("name", _text) or "",
        plan=_plan(it),
        role=it.one_of("role", Role, Role.PRIMARY),
        priority=it.maybe("priority", _integer) or 0,
        hours=it.list("hours", _hours),
        holidays=it.one_of("on_holidays", Holidays, Holidays.ANY),
        since=it.maybe("from", _wall_time),
        until=it.maybe("to", _wall_time),
    )


def _plan(it: _Fields) -> Rotation | Pattern:
    kinds: dict[str, Callable[[object, str], Rotation | Pattern]] = {
        "rotation": _rotation,
        "pattern": _pattern,
        "people": _always,
    }
    given = [name for name in kinds if it.has(name)]
    if len(given) != 1:
        raise DocumentError(it.place("rotation"), "one of rotation, pattern or people is expected")
    return it.take(given[0], kinds[given[0]])


def _rotation(value: object, place: str) -> Rotation:
    it = _Fields(value, place)
    return it.made(
        Rotation,
        unit=it.take("unit", lambda unit, where: _one_of(unit, where, Unit)),
        every=it.take("every", _integer) if it.has("every") else 1,
        start=it.take("start", _wall_time),
        groups=it.list("groups", _group),
    )


def _always(value: object, place: str) -> Rotation:
    """One group that is always on: a rotation without anybody to follow."""
    return Rotation(Unit.WEEK, 1, datetime(1970, 1, 1), (_group(value, place),))


def _pattern(value: object, place: str) -> Pattern:
    it = _Fields(value, place)
    slots = it.take("slots", _slots)
    return it.made(
        Pattern,
        start=it.take("start", _day),
        cycle=it.list("cycle", lambda name, where: _slot_of(slots, name, where)),
        crews=it.list("crews", _crew),
    )


def _slots(value: object, place: str) -> dict[str, Slot]:
    if not isinstance(value, Mapping):
        raise DocumentError(place, "an object of slots by name is expected")
    return {str(name): _slot(slot, f"{place}.{name}") for name, slot in value.items()}


def _slot(value: object, place: str) -> Slot:
    it = _Fields(value, place)
    return it.made(Slot, starts=it.take("from", _clock), ends=it.take("to", _clock))


def _slot_of(slots: Mapping[str, Slot], name: object, place: str) -> Slot | None:
    if name is None:
        return None
    if not isinstance(name, str) or name not in slots:
        raise DocumentError(place, f"{name!r} is no slot; null is a day off")
    return slots[name]


def _crew(value: object, place: str) -> Crew:
    it = _Fields(value, place)
    return it.made(Crew, members=it.list("members", _member), offset=it.maybe("offset", _integer) or 0)


def _group(value: object, place: str) -> Group:
    """Read a group: a list of members, or one alone."""
    if isinstance(value, list):
        return _items(value, place, _member)
    return (_member(value, place),)


def _member(value: object, place: str) -> Member:
    if isinstance(value, str):
        return Member(_text(value, place))
    it = _Fields(value, place)
    return it.made(Member, who=it.text("who"), since=it.maybe("from", _day), until=it.maybe("to", _day))


def _hours(value: object, place: str) -> Hours:
    it = _Fields(value, place)
    days = frozenset(it.list("weekdays", _weekday)) if it.has("weekdays") else frozenset(range(7))
    return it.made(Hours, weekdays=days, starts=it.take("from", _clock), ends=it.take("to", _clock))


def _temporary(value: object, place: str) -> Temporary:
    it = _Fields(value, place)
    return it.made(
        Temporary,
        starts=it.take("from", _instant),
        ends=it.take("to", _instant),
        layers=it.list("layers", _layer),
    )


def _override(value: object, place: str) -> Override:
    it = _Fields(value, place)
    return it.made(
        Override,
        deed=it.take("do", lambda deed, where: _one_of(deed, where, Deed)),
        starts=it.take("from", _instant),
        ends=it.take("to", _instant),
        people=it.list("people", _text),
        instead_of=it.list("instead_of", _text),
        role=it.maybe("role", lambda role, where: _one_of(role, where, Role)),
    )


def _leave(value: object, place: str) -> Leave:
    it = _Fields(value, place)
    return it.made(Leave, who=it.text("who"), starts=it.take("from", _instant), ends=it.take("to", _instant))


def _holding(value: object, place: str) -> Holding:
    it = _Fields(value, place)
    return it.made(
        Holding,
        position=it.text("position"),
        who=it.text("who"),
        since=it.maybe("from", _day),
        until=it.maybe("to", _day),
    )


def _items(value: object, place: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise DocumentError(place, "a list is expected")
    if len(value) > MOST_ITEMS:
        raise DocumentError(place, f"more than {MOST_ITEMS} items")
    return tuple(read(item, f"{place}[{index}]") for index, item in enumerate(value))


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
        raise DocumentError(place, f"a text of 1 to {LONGEST_NAME} characters is expected")
    return value


def _zone(value: object, place: str) -> str:
    name = _text(value, place)
    try:
        wall_of(name)
    except (KeyError, ValueError, OSError):
        raise DocumentError(place, "an IANA zone as Asia/Jakarta is expected") from None
    return name


def _integer(value: object, place: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 10**6:
        raise DocumentError(place, "a whole number is expected")
    return value


def _one_of(value: object, place: str, kind: type[E]) -> E:
    try:
        return kind(str(value))
    except ValueError:
        raise DocumentError(place, f"one of {', '.join(kind)} is expected") from None


def _weekday(value: object, place: str) -> int:
    if value not in WEEKDAYS:
        raise DocumentError(place, f"one of {', '.join(WEEKDAYS)} is expected")
    return WEEKDAYS.index(str(value))


def _clock(value: object, place: str) -> time:
    if not isinstance(value, str) or not _CLOCK.match(value):
        raise DocumentError(place, "a time as 08:00 is expected")
    return time.fromisoformat(value)


def _day(value: object, place: str) -> date:
    day = _parsed(date.fromisoformat, value)
    if day is None or len(str(value)) != len("2026-01-31"):
        raise DocumentError(place, "a day as 2026-01-31 is expected")
    return _sane(day, place)


def _wall_time(value: object, place: str) -> datetime:
    moment = _moment(value, place)
    if moment.tzinfo is not None:
        raise DocumentError(place, "a wall-clock time, without an offset, is expected")
    return moment


def _instant(value: object, place: str) -> datetime:
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


D = TypeVar("D", date, datetime)


def _sane(day: D, place: str) -> D:
    """Refuse years whose clocks nobody knows."""
    if not 1970 <= day.year < 2200:
        raise DocumentError(place, "a year from 1970 to 2199 is expected")
    return day

"""A roster as a JSON document; see ``docs/roster-format.md``.

Everything is checked: a document is read whole, or refused with the place and
the reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date

from callcenter.roster import values
from callcenter.roster.plan import (
    Calendar,
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
    Plan,
    Role,
    Roster,
    Rotation,
    Shift,
    Shifts,
    Slot,
    Temporary,
    Unit,
    always,
)
from callcenter.roster.values import DocumentError, Fields


def read(text: str) -> Roster:
    """Read a JSON text; raises ``DocumentError``."""
    try:
        return roster(json.loads(text))
    except (json.JSONDecodeError, RecursionError) as error:
        raise DocumentError("", f"not JSON: {error}") from None


def roster(document: object) -> Roster:
    """Make a roster of what JSON holds; raises ``DocumentError``."""
    it = Fields(document, "")
    days = it.list("holidays", _holiday)
    return it.made(
        Roster,
        zone=it.take("zone", values.zone),
        layers=it.list("layers", _layer),
        temporary=it.list("temporary", _temporary),
        overrides=it.list("overrides", _override),
        leaves=it.list("leaves", _leave),
        holdings=it.list("positions", _holding),
        holidays=frozenset(day for day in days if not isinstance(day, Calendar)),
        calendars=frozenset(day for day in days if isinstance(day, Calendar)),
    )


def _holiday(value: object, place: str) -> date | Calendar:
    """Read a day, or the word of a calendar."""
    return Calendar(value) if isinstance(value, str) and value in set(Calendar) else values.day(value, place)


def _layer(value: object, place: str) -> Layer:
    it = Fields(value, place)
    return it.made(
        Layer,
        name=it.maybe("name", values.text) or "",
        plan=_plan(it),
        role=it.one_of("role", Role, Role.PRIMARY),
        priority=it.maybe("priority", values.integer) or 0,
        hours=it.list("hours", _hours),
        holidays=it.one_of("on_holidays", Holidays, Holidays.ANY),
        since=it.maybe("from", values.wall_time),
        until=it.maybe("to", values.wall_time),
    )


def _plan(it: Fields) -> Plan:
    kinds: dict[str, Callable[[object, str], Plan]] = {
        "rotation": _rotation,
        "pattern": _pattern,
        "people": _always,
        "shifts": _shifts,
    }
    given = [name for name in kinds if it.has(name)]
    if len(given) != 1:
        raise DocumentError(it.place("rotation"), "one of rotation, pattern, people or shifts is expected")
    return it.take(given[0], kinds[given[0]])


def _rotation(value: object, place: str) -> Rotation:
    it = Fields(value, place)
    return it.made(
        Rotation,
        unit=it.take("unit", lambda unit, where: values.one_of(unit, where, Unit)),
        every=it.take("every", values.integer) if it.has("every") else 1,
        start=it.take("start", values.wall_time),
        groups=it.list("groups", _group),
    )


def _always(value: object, place: str) -> Rotation:
    return always(_group(value, place))


def _pattern(value: object, place: str) -> Pattern:
    it = Fields(value, place)
    slots = it.take("slots", _slots)
    return it.made(
        Pattern,
        start=it.take("start", values.day),
        cycle=it.list("cycle", lambda name, where: _slot_of(slots, name, where)),
        crews=it.list("crews", _crew),
    )


def _shifts(value: object, place: str) -> Shifts:
    shifts = values.items(value, place, _shift)
    try:
        return Shifts(shifts)
    except ValueError as error:
        raise DocumentError(place, str(error)) from None


def _shift(value: object, place: str) -> Shift:
    it = Fields(value, place)
    return it.made(
        Shift,
        starts=it.take("from", values.wall_time),
        ends=it.take("to", values.wall_time),
        members=it.take("people", _group),
    )


def _slots(value: object, place: str) -> dict[str, Slot]:
    if not isinstance(value, Mapping):
        raise DocumentError(place, "an object of slots by name is expected")
    return {str(name): _slot(slot, f"{place}.{name}") for name, slot in value.items()}


def _slot(value: object, place: str) -> Slot:
    it = Fields(value, place)
    return it.made(Slot, starts=it.take("from", values.clock), ends=it.take("to", values.clock))


def _slot_of(slots: Mapping[str, Slot], name: object, place: str) -> Slot | None:
    if name is None:
        return None
    if not isinstance(name, str) or name not in slots:
        raise DocumentError(place, f"{name!r} is no slot; null is a day off")
    return slots[name]


def _crew(value: object, place: str) -> Crew:
    it = Fields(value, place)
    return it.made(Crew, members=it.list("members", _member), offset=it.maybe("offset", values.integer) or 0)


def _group(value: object, place: str) -> Group:
    """Read a group: a list of members, or one alone."""
    if isinstance(value, list):
        return values.items(value, place, _member)
    return (_member(value, place),)


def _member(value: object, place: str) -> Member:
    if isinstance(value, str):
        return Member(values.text(value, place))
    it = Fields(value, place)
    return it.made(
        Member, who=it.text("who"), since=it.maybe("from", values.day), until=it.maybe("to", values.day)
    )


def _hours(value: object, place: str) -> Hours:
    it = Fields(value, place)
    days = frozenset(it.list("weekdays", values.weekday)) if it.has("weekdays") else frozenset(range(7))
    return it.made(
        Hours, weekdays=days, starts=it.take("from", values.clock), ends=it.take("to", values.clock)
    )


def _temporary(value: object, place: str) -> Temporary:
    it = Fields(value, place)
    return it.made(
        Temporary,
        starts=it.take("from", values.instant),
        ends=it.take("to", values.instant),
        layers=it.list("layers", _layer),
    )


def _override(value: object, place: str) -> Override:
    it = Fields(value, place)
    return it.made(
        Override,
        deed=it.take("do", lambda deed, where: values.one_of(deed, where, Deed)),
        starts=it.take("from", values.instant),
        ends=it.take("to", values.instant),
        people=it.list("people", values.text),
        instead_of=it.list("instead_of", values.text),
        role=it.maybe("role", lambda role, where: values.one_of(role, where, Role)),
    )


def _leave(value: object, place: str) -> Leave:
    it = Fields(value, place)
    return it.made(
        Leave,
        who=it.text("who"),
        starts=it.take("from", values.instant),
        ends=it.take("to", values.instant),
        substitute=it.maybe("substitute", values.text),
    )


def _holding(value: object, place: str) -> Holding:
    it = Fields(value, place)
    return it.made(
        Holding,
        position=it.text("position"),
        who=it.text("who"),
        since=it.maybe("from", values.day),
        until=it.maybe("to", values.day),
    )

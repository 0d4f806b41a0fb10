"""Writes a roster as the JSON document that ``document.read`` makes the same roster of."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from callcenter.roster.plan import (
    Crew,
    Group,
    Holding,
    Hours,
    Layer,
    Leave,
    Member,
    Override,
    Pattern,
    Plan,
    Roster,
    Rotation,
    Shift,
    Shifts,
    Slot,
    Temporary,
    always,
)
from callcenter.roster.values import WEEKDAYS

Document = dict[str, Any]
_ALL_DAYS = frozenset(range(7))


def document(roster: Roster) -> Document:
    """Write a roster; what is empty or goes without saying is left out."""
    return {
        "zone": roster.zone,
        **_given(
            holidays=[*sorted(roster.calendars), *(day.isoformat() for day in sorted(roster.holidays))],
            layers=[_layer(one) for one in roster.layers],
            temporary=[_temporary(one) for one in roster.temporary],
            positions=[_holding(one) for one in roster.holdings],
            leaves=[_leave(one) for one in roster.leaves],
            overrides=[_override(one) for one in roster.overrides],
        ),
    }


def _layer(layer: Layer) -> Document:
    return {
        **_given(name=layer.name),
        "role": layer.role.value,
        **_given(
            priority=layer.priority,
            **{"from": layer.since and _time(layer.since), "to": layer.until and _time(layer.until)},
        ),
        "on_holidays": layer.holidays.value,
        **_given(hours=[_hours(one) for one in layer.hours]),
        **_plan(layer.plan),
    }


def _plan(plan: Plan) -> Document:
    if isinstance(plan, Shifts):
        return {"shifts": [_shift(one) for one in plan.shifts]}
    if isinstance(plan, Pattern):
        return {"pattern": _pattern(plan)}
    return {"people": _group(plan.groups[0])} if _is_always(plan) else {"rotation": _rotation(plan)}


def _is_always(rotation: Rotation) -> bool:
    """Tell whether it is what ``people`` in place of a rotation is read as."""
    return len(rotation.groups) == 1 and rotation == always(rotation.groups[0])


def _shift(shift: Shift) -> Document:
    return {**_interval(shift.starts, shift.ends), "people": _group(shift.members)}


def _rotation(rotation: Rotation) -> Document:
    return {
        "unit": rotation.unit.value,
        "every": rotation.every,
        "start": _time(rotation.start),
        "groups": [_group(one) for one in rotation.groups],
    }


def _pattern(pattern: Pattern) -> Document:
    """Name the slots by their times."""
    return {
        "start": pattern.start.isoformat(),
        "slots": {_slot_name(slot): _interval(slot.starts, slot.ends) for slot in pattern.cycle if slot},
        "cycle": [_slot_name(slot) if slot else None for slot in pattern.cycle],
        "crews": [_crew(one) for one in pattern.crews],
    }


def _slot_name(slot: Slot) -> str:
    return f"{_time(slot.starts)}-{_time(slot.ends)}"


def _crew(crew: Crew) -> Document:
    return {"members": _group(crew.members), "offset": crew.offset}


def _group(group: Group) -> list[Any]:
    return [_member(one) for one in group]


def _member(member: Member) -> str | Document:
    days = _days(member.since, member.until)
    return {"who": member.who, **days} if days else member.who


def _hours(hours: Hours) -> Document:
    days = [] if hours.weekdays == _ALL_DAYS else [WEEKDAYS[day] for day in sorted(hours.weekdays)]
    return {**_given(weekdays=days), **_interval(hours.starts, hours.ends)}


def _temporary(temporary: Temporary) -> Document:
    return {
        **_interval(temporary.starts, temporary.ends),
        "layers": [_layer(one) for one in temporary.layers],
    }


def _holding(holding: Holding) -> Document:
    return {"position": holding.position, "who": holding.who, **_days(holding.since, holding.until)}


def _leave(leave: Leave) -> Document:
    return {
        "who": leave.who,
        **_interval(leave.starts, leave.ends),
        **_given(substitute=leave.substitute),
    }


def _override(override: Override) -> Document:
    return {
        "do": override.deed.value,
        **_given(
            role=override.role and override.role.value,
            people=list(override.people),
            instead_of=list(override.instead_of),
        ),
        **_interval(override.starts, override.ends),
    }


def _interval(starts: datetime | time, ends: datetime | time) -> Document:
    return {"from": _time(starts), "to": _time(ends)}


def _days(since: date | None, until: date | None) -> Document:
    return _given(**{"from": since and since.isoformat(), "to": until and until.isoformat()})


def _given(**fields: Any) -> Document:
    """Leave out what is empty."""
    return {name: value for name, value in fields.items() if value}


def _time(at: datetime | time) -> str:
    """Write seconds only where there are some."""
    return at.isoformat() if at.second or at.microsecond else at.isoformat(timespec="minutes")

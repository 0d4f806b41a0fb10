"""The slow, obvious model of a roster: it walks through every minute and every turn, and knows no shortcut."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callcenter.roster.plan import (
    Deed,
    Group,
    Holidays,
    Hours,
    Layer,
    Pattern,
    Role,
    Roster,
    Rotation,
    Shifts,
    Unit,
)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
Answer = list[tuple[str, Role]]


def on_duty(roster: Roster, at: datetime) -> Answer:
    """Tell who is on duty at a whole minute."""
    wall = shown(at, ZoneInfo(roster.zone))
    layers = roster.layers
    for temporary in roster.temporary:
        if temporary.starts <= at < temporary.ends:
            layers = temporary.layers
    people: Answer = []
    for role in Role:
        mine = [layer for layer in layers if layer.role is role]
        for priority in sorted({layer.priority for layer in mine}, reverse=True):
            names = [
                name
                for layer in mine
                if layer.priority == priority
                for name in of_layer(layer, wall, roster.holidays)
            ]
            if there := present(roster, names, at, wall):
                people += [(name, role) for name in there]
                break
    for one in roster.overrides:
        if one.starts <= at < one.ends:
            came = present(roster, list(one.people), at, wall)
            roles = [one.role] if one.role else list(Role)
            if one.deed is Deed.REMOVE:
                people = [it for it in people if not (it[0] in one.people and it[1] in roles)]
            elif one.deed is Deed.ADD:
                people += [(name, roles[0]) for name in came]
            else:
                meant = [
                    it for it in people if it[1] in roles and (not one.instead_of or it[0] in one.instead_of)
                ]
                people = [it for it in people if it not in meant]
                people += [(name, role) for role in Role if role in [it[1] for it in meant] for name in came]
    found: Answer = []
    for role in Role:
        for name, as_what in people:
            if as_what is role and name not in [who for who, _ in found]:
                found.append((name, role))
    return found


def shown(at: datetime, zone: ZoneInfo) -> datetime:
    """Give the latest minute that a clock has shown."""
    return max((at - n * MINUTE).astimezone(zone).replace(tzinfo=None, fold=0) for n in range(3 * 60))


def present(roster: Roster, names: list[str], at: datetime, wall: datetime) -> list[str]:
    persons: list[str] = []
    for name in names:
        if not name.startswith("position:"):
            persons.append(name)
            continue
        for held in roster.holdings:
            if "position:" + held.position == name and within(wall, held.since, held.until):
                persons.append(held.who)
    leaves = [leave for leave in roster.leaves if leave.starts <= at < leave.ends]
    away = [leave.who for leave in leaves]
    there: list[str] = []
    for name in persons:
        if name not in away:
            there.append(name)
        for leave in leaves:
            if leave.who == name and leave.substitute and leave.substitute not in away:
                there.append(leave.substitute)
    return there


def within(wall: datetime, since: date | None, until: date | None) -> bool:
    day = wall.date()
    return (since is None or day >= since) and (until is None or day < until)


def members(group: Group, wall: datetime) -> list[str]:
    return [one.who for one in group if within(wall, one.since, one.until)]


def of_layer(layer: Layer, wall: datetime, holidays: frozenset[date]) -> list[str]:
    if (layer.since and wall < layer.since) or (layer.until and wall >= layer.until):
        return []
    if not is_open(layer, wall, holidays):
        return []
    if isinstance(layer.plan, Pattern):
        return of_pattern(layer.plan, wall)
    if isinstance(layer.plan, Shifts):
        return of_shifts(layer.plan, wall)
    return of_rotation(layer, layer.plan, wall, holidays)


def covers(starts: time, ends: time, day: date, wall: datetime) -> bool:
    first = datetime.combine(day, starts)
    last = datetime.combine(day, ends)
    return first <= wall < (last if last > first else last + DAY)


def is_open(layer: Layer, wall: datetime, holidays: frozenset[date]) -> bool:
    hours = layer.hours or [Hours(frozenset([day]), time(), time()) for day in range(7)]
    for one in hours:
        for day in (wall.date(), wall.date() - DAY):
            if day.weekday() not in one.weekdays or not covers(one.starts, one.ends, day, wall):
                continue
            if layer.holidays is Holidays.ANY or (day in holidays) == (layer.holidays is Holidays.ONLY):
                return True
    return False


def of_pattern(pattern: Pattern, wall: datetime) -> list[str]:
    names = []
    for crew in pattern.crews:
        for day in (wall.date(), wall.date() - DAY):
            slot = pattern.cycle[((day - pattern.start).days + crew.offset) % len(pattern.cycle)]
            if day >= pattern.start and slot and covers(slot.starts, slot.ends, day, wall):
                names += members(crew.members, wall)
                break
    return names


def of_shifts(plan: Shifts, wall: datetime) -> list[str]:
    names = []
    for shift in plan.shifts:
        if shift.starts <= wall < shift.ends:
            names += members(shift.members, wall)
    return names


def of_rotation(layer: Layer, plan: Rotation, wall: datetime, holidays: frozenset[date]) -> list[str]:
    """Walk through all turns from the first one on."""
    if wall < plan.start or not plan.groups:
        return []
    whose = 0
    for starts, ends in turns(plan):
        exists = any(
            is_open(layer, starts + n * 5 * MINUTE, holidays) for n in range((ends - starts) // (5 * MINUTE))
        )
        whose = next_there(plan, whose, starts)
        for day in midnights(starts, min(ends, wall + MINUTE)):
            whose = next_there(plan, whose, day)
        if starts <= wall < ends:
            return members(plan.groups[whose], wall)
        if exists:
            whose = next_there(plan, (whose + 1) % len(plan.groups), ends - MINUTE)
    raise AssertionError


def midnights(starts: datetime, ends: datetime) -> Iterator[datetime]:
    day = datetime.combine(starts.date(), time())
    while day < ends:
        if day >= starts:
            yield day
        day += DAY


def next_there(plan: Rotation, whose: int, wall: datetime) -> int:
    """Give the first group from ``whose`` on that has anybody."""
    for step in range(len(plan.groups)):
        if members(plan.groups[(whose + step) % len(plan.groups)], wall):
            return (whose + step) % len(plan.groups)
    return whose


def turns(plan: Rotation) -> Iterator[tuple[datetime, datetime]]:
    number = 0
    while True:
        yield edge(plan, number), edge(plan, number + 1)
        number += 1


def edge(plan: Rotation, number: int) -> datetime:
    steps = number * plan.every
    if plan.unit is not Unit.MONTH:
        return plan.start + steps * timedelta(**{f"{plan.unit}s": 1})
    year, month = divmod(plan.start.year * 12 + plan.start.month - 1 + steps, 12)
    day = min(plan.start.day, monthrange(year, month + 1)[1])
    return plan.start.replace(year=year, month=month + 1, day=day)

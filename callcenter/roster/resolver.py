"""Who is on duty: a roster made ready once, and asked as often as one likes.

At any instant it goes like this, and ``spans`` asks the very same question at
every edge:

1. The layers are the roster's, or those of the temporary roster that runs
   (the latest one, where two do).
2. In each role the highest priority at which somebody is there stands; who is
   on leave is not there: the substitute is, if there is one who is not away,
   else a lower layer goes on in their place.
3. Overrides change the outcome, the earlier ones first.
4. Who is on leave is taken out, however they came in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from callcenter.roster.plan import Deed, Leave, Override, Roster
from callcenter.roster.stack import POSITION, OnDuty, People, Present, Stack
from callcenter.roster.turns import ALWAYS, NEVER
from callcenter.roster.wall import Wall, day_number, wall_date, wall_of

Away = tuple[int, int, str | None]
"""Instants [starts, ends) of a leave, and the substitute."""


@dataclass(frozen=True, slots=True)
class Span:
    """An interval [starts, ends) of instants (seconds since 1970) in which the same people are on duty."""

    starts: int
    ends: int
    people: People


class Resolver:
    """Answers who is on duty by one roster."""

    def __init__(self, roster: Roster) -> None:
        """Make the roster ready; raises ``ValueError`` for an unknown zone."""
        self.wall = _wall(roster.zone)
        holidays = frozenset(map(day_number, roster.holidays))
        self._base = Stack(roster.layers, holidays)
        self._temporary = [
            (second(one.starts), second(one.ends), Stack(one.layers, holidays)) for one in roster.temporary
        ]
        self._overrides = [(second(one.starts), second(one.ends), one) for one in roster.overrides]
        self._away = _by_person(roster.leaves)
        self._holders: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for one in roster.holdings:
            since = wall_date(one.since) if one.since else ALWAYS
            until = wall_date(one.until) if one.until else NEVER
            self._holders[POSITION + one.position].append((since, until, one.who))
        self._settle()

    def changed(self, overrides: Iterable[Override], leaves: Iterable[Leave]) -> Resolver:
        """Make one that knows further overrides, after its own, and leaves."""
        other = copy(self)
        further = [(second(one.starts), second(one.ends), one) for one in overrides]
        other._overrides = [*self._overrides, *further]
        other._away = defaultdict(list, {who: [*away] for who, away in self._away.items()})
        for who, away in _by_person(leaves).items():
            other._away[who] += away
        other._settle()
        return other

    def away(self, starts: int, ends: int) -> set[str]:
        """Tell who is on leave at some time in [starts, ends)."""
        return set(self.absences(starts, ends))

    def absences(self, starts: int, ends: int) -> dict[str, list[tuple[int, int]]]:
        """Give the leaves of each person that touch [starts, ends), whole."""
        found = {
            who: [(first, last) for first, last, _ in leaves if first < ends and last > starts]
            for who, leaves in self._away.items()
        }
        return {who: leaves for who, leaves in found.items() if leaves}

    def _settle(self) -> None:
        self._plain = not (self._temporary or self._overrides or self._away or self._holders)

    def on_duty(self, instant: int) -> People:
        """Tell who is on duty at an instant (seconds since 1970), by role, each person once.

        A person with several roles has the first of them.
        """
        wall = self.wall.seconds(instant)
        if self._plain:
            return _once(self._base.at(wall))
        present = partial(self._present, instant, wall)
        people = self._stack(instant).at(wall, present)
        for starts, ends, override in self._overrides:
            if starts <= instant < ends:
                people = _overridden(people, override, present)
        return _once(people)

    def spans(self, starts: int, ends: int) -> list[Span]:
        """Cut [starts, ends) where who is on duty changes; nobody is a span of its own as well."""
        edges = sorted({starts, *(at for at in self._edges(starts, ends) if starts < at < ends)})
        found: list[Span] = []
        for first, last in zip(edges, [*edges[1:], ends], strict=True):
            people = self.on_duty(first)
            if found and found[-1].people == people:
                found[-1] = Span(found[-1].starts, last, people)
            else:
                found.append(Span(first, last, people))
        return found if starts < ends else []

    def _edges(self, starts: int, ends: int) -> Iterator[int]:
        for first, last, stack in [(ALWAYS, NEVER, self._base), *self._temporary]:
            yield from (first, last)
            if first < ends and last > starts:
                yield from self._walls(stack, max(first, starts), min(last, ends))
        for first, last, _ in self._overrides:
            yield from (first, last)
        for away in self._away.values():
            for leave in away:
                yield from leave[:2]
        for held in self._holders.values():
            yield from (self.wall.instant(at) for one in held for at in one[:2] if abs(at) < NEVER)

    def _walls(self, stack: Stack, starts: int, ends: int) -> Iterator[int]:
        first, last = self.wall.seconds(starts), self.wall.seconds(ends) + 1
        walls = {at for layer in stack.layers for at in layer.edges(first, last)}
        yield from map(self.wall.instant, walls)

    def _stack(self, instant: int) -> Stack:
        for starts, ends, stack in reversed(self._temporary):
            if starts <= instant < ends:
                return stack
        return self._base

    def _present(self, instant: int, wall: int, names: Sequence[str]) -> list[str]:
        found: list[str] = []
        for name in names:
            held = name.startswith(POSITION)
            for person in self._held(name, wall) if held else (name,):
                found += self._there(person, instant)
        return found

    def _there(self, person: str, instant: int) -> Iterator[str]:
        """Give the person, or, while they are on leave, their substitutes who are not."""
        leaves = self._leaves(person, instant)
        if not leaves:
            yield person
        for _, _, substitute in leaves:
            if substitute is not None and not self._leaves(substitute, instant):
                yield substitute

    def _leaves(self, person: str, instant: int) -> list[Away]:
        return [one for one in self._away.get(person, ()) if one[0] <= instant < one[1]]

    def _held(self, position: str, wall: int) -> list[str]:
        return [who for since, until, who in self._holders.get(position, ()) if since <= wall < until]


def second(moment: datetime) -> int:
    """Give an aware datetime as an instant: whole seconds since 1970."""
    return int(moment.timestamp() // 1)


def on_duty(roster: Roster, at: datetime) -> People:
    """Tell who is on duty at ``at`` (aware); ask a ``Resolver`` when you ask more than once."""
    return Resolver(roster).on_duty(second(at))


def spans(roster: Roster, starts: datetime, ends: datetime) -> list[Span]:
    """Cut [starts, ends) (aware) where who is on duty changes."""
    return Resolver(roster).spans(second(starts), second(ends))


def _wall(zone: str) -> Wall:
    try:
        return wall_of(zone)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"unknown zone: {zone!r}") from None


def _once(people: Sequence[OnDuty]) -> People:
    if len(people) < 2:
        return tuple(people)
    first: dict[str, OnDuty] = {}
    for one in people:
        first.setdefault(one.who, one)
    return tuple(first.values())


def _overridden(people: list[OnDuty], change: Override, present: Present) -> list[OnDuty]:
    def meant(one: OnDuty, names: Sequence[str]) -> bool:
        return (change.role is None or one.role is change.role) and (not names or one.who in names)

    if change.deed is Deed.REMOVE:
        return [one for one in people if not meant(one, change.people)]
    if change.deed is Deed.ADD:
        assert change.role is not None  # an Override without one cannot be made
        return _by_role([*people, *(OnDuty(name, change.role) for name in present(change.people))])
    roles = dict.fromkeys(one.role for one in people if meant(one, change.instead_of))
    kept = [one for one in people if not meant(one, change.instead_of)]
    came = [OnDuty(name, role) for role in roles for name in present(change.people)]
    return _by_role([*kept, *came])


def _by_role(people: list[OnDuty]) -> list[OnDuty]:
    return sorted(people, key=lambda one: one.role.rung)


def _by_person(leaves: Iterable[Leave]) -> defaultdict[str, list[Away]]:
    found: defaultdict[str, list[Away]] = defaultdict(list)
    for leave in leaves:
        found[leave.who].append((second(leave.starts), second(leave.ends), leave.substitute))
    return found

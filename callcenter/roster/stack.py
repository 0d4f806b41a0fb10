"""The layers of a roster, laid over each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from callcenter.roster.hours import OpenHours
from callcenter.roster.plan import Layer, Role
from callcenter.roster.turns import ALWAYS, NEVER, Names, turns
from callcenter.roster.wall import wall_second

POSITION = "position:"
Present = Callable[[Sequence[str]], Sequence[str]]
"""Puts persons in the place of positions, and leaves out who is not there."""


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody who is on duty, and as what."""

    who: str
    role: Role


People = tuple[OnDuty, ...]


class _Layer:
    """A layer ready to be asked at a wall second."""

    def __init__(self, layer: Layer, holidays: frozenset[int]) -> None:
        self.name = layer.name
        self.role, self.priority = layer.role, layer.priority
        self._hours = OpenHours(layer.hours, layer.holidays, holidays)
        self._turns = turns(layer.plan, self._hours)
        self._since = wall_second(layer.since) if layer.since else ALWAYS
        self._until = wall_second(layer.until) if layer.until else NEVER

    def at(self, wall: int) -> Names:
        if not (self._since <= wall < self._until and self._hours.hold(wall)):
            return ()
        return self._turns.at(wall)

    def edges(self, first: int, last: int) -> Iterator[int]:
        yield from (at for at in (self._since, self._until) if first <= at < last)
        yield from self._hours.edges(first, last)
        yield from self._turns.edges(first, last)


class Stack:
    """The layers of a roster, or of a temporary one, by role and priority."""

    def __init__(self, layers: Iterable[Layer], holidays: frozenset[int]) -> None:
        """Make the layers ready; ``holidays`` are numbered days."""
        self.layers = [_Layer(layer, holidays) for layer in layers]
        self._known: dict[tuple[Role, Names], People] = {}
        by_role: dict[Role, dict[int, list[_Layer]]] = {role: defaultdict(list) for role in Role}
        for layer in self.layers:
            by_role[layer.role][layer.priority].append(layer)
        self._roles = [
            (role, [levels[priority] for priority in sorted(levels, reverse=True)])
            for role, levels in by_role.items()
            if levels
        ]

    def at(self, wall: int, present: Present | None = None) -> list[OnDuty]:
        """Tell who is there; without ``present`` names are persons, and nobody is on leave."""
        made = self._persons if present is None else partial(_made, present)
        found: list[OnDuty] = []
        for role, levels in self._roles:
            for level in levels:
                names = level[0].at(wall) if len(level) == 1 else _together(level, wall)
                if names and (people := made(role, names)):
                    found += people
                    break
        return found

    def _persons(self, role: Role, names: Names) -> People:
        """Make the same people once: this is asked for all agencies at each call."""
        people = self._known.get((role, names))
        if people is None:
            people = _made(_no_positions, role, names)
            self._known[role, names] = people
        return people


def _made(present: Present, role: Role, names: Names) -> People:
    return tuple(OnDuty(name, role) for name in present(names))


def _no_positions(names: Sequence[str]) -> Sequence[str]:
    return [name for name in names if not name.startswith(POSITION)]


def _together(level: Sequence[_Layer], wall: int) -> Names:
    return tuple(name for layer in level for name in layer.at(wall))

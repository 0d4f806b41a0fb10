"""The names that a roster uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from callcenter.roster.plan import Group, Layer, Pattern, Roster, Shifts
from callcenter.roster.stack import POSITION


def names(roster: Roster) -> list[str]:
    """List every person a roster names, in alphabetical order; positions are no persons."""
    return sorted({name for name in _all(roster) if not name.startswith(POSITION)})


def _all(roster: Roster) -> Iterator[str]:
    yield from _of_layers(roster.layers)
    for temporary in roster.temporary:
        yield from _of_layers(temporary.layers)
    for override in roster.overrides:
        yield from override.people
        yield from override.instead_of
    for leave in roster.leaves:
        yield leave.who
        if leave.substitute is not None:
            yield leave.substitute
    yield from (holding.who for holding in roster.holdings)


def _of_layers(layers: Iterable[Layer]) -> Iterator[str]:
    for layer in layers:
        for group in _groups(layer):
            yield from (member.who for member in group)


def _groups(layer: Layer) -> Iterable[Group]:
    if isinstance(layer.plan, Pattern):
        return [crew.members for crew in layer.plan.crews]
    if isinstance(layer.plan, Shifts):
        return [shift.members for shift in layer.plan.shifts]
    return layer.plan.groups

"""The weekly plan as a roster, so that changes are laid over it as over any other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import time

from callcenter.models import Shift
from callcenter.roster.plan import Hours, Layer, Member, Role, Roster, always

ROLES = tuple(Role)


def role_of(rung: int) -> Role:
    """Tell the role of a rung; the last one is for all that follow it."""
    return ROLES[min(rung, len(ROLES) - 1)]


def weekly_roster(shifts: Iterable[Shift], zone: str, name: Callable[[int], str] = str) -> Roster:
    """Write weekly shifts as a roster whose people are officers' ids, or what ``name`` makes of them."""
    return Roster(
        zone,
        tuple(
            Layer(
                "",
                always((Member(name(shift.officer_id)),)),
                role_of(shift.rung),
                hours=(Hours(frozenset([shift.weekday]), _whole(shift.starts), _whole(shift.ends)),),
            )
            for shift in shifts
        ),
    )


def _whole(at: time) -> time:
    return at.replace(microsecond=0)

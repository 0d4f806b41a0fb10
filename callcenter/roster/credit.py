"""What counts as carried before: what was, a credit for time missed, and no more than can be evened out.

Who joined late, or was on leave, has carried less than the others and owes
nothing for it: for that time they count as if they had carried what the others
did on average.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from operator import attrgetter
from typing import TypeVar

from callcenter.roster.burden import Burden

Person = TypeVar("Person", bound=Hashable)


def credits(whole: Burden, there: Mapping[Person, int], length: int) -> dict[Person, Burden]:
    """Tell each person's credit, of a ``whole`` that was carried together.

    ``there`` is for how many of the ``length`` seconds each of them was there.
    """
    together = sum(there.values())
    return {who: _part(whole, length - seconds, together) for who, seconds in there.items()}


def _part(whole: Burden, seconds: int, together: int) -> Burden:
    if not together:
        return Burden()
    parts = (whole.whole, whole.nights, whole.weekends, whole.holidays)
    return Burden(*(part * seconds // together for part in parts))


def limited(carried: Mapping[Person, Burden], to_come: Burden) -> dict[Person, Burden]:
    """Bring what people carried near the average, in each part by itself.

    Nobody is to have more than half a share of what is ``to_come`` more or
    less than the others for the sake of the past: it is evened out by and by.
    """
    parts = [_near(list(map(part, carried.values())), part(to_come)) for part in _PARTS]
    return {who: Burden(*each) for who, each in zip(carried, zip(*parts, strict=True), strict=False)}


_PARTS = [attrgetter(name) for name in ("whole", "nights", "weekends", "holidays")]


def _near(amounts: list[int], to_come: int) -> list[int]:
    count = len(amounts) or 1
    average, most = sum(amounts) // count, to_come // count // 2
    return [min(max(amount, average - most), average + most) for amount in amounts]

"""What people are credited with for the time in which they could not serve.

Who joined late, or was on leave, has carried less than the others and owes
nothing for it: for that time they count as if they had carried what the others
did on average.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
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

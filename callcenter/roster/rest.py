"""Whether one more duty, or one less, leaves a person the rest that is due."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from enum import StrEnum

from callcenter.roster.troubles import Interval, RestRule


class Refusal(StrEnum):
    """Why somebody cannot take a duty."""

    NOT_HERE = "not_here"
    """Does not belong here yet, or no longer."""
    AWAY = "away"
    """Is on leave."""
    BUSY = "busy"
    """Is on duty then."""
    TOO_LONG = "too_long"
    """Would be on duty for longer than the rule allows."""
    NO_REST = "no_rest"
    """Would have less rest than the rule demands, before it or after it."""


def with_duty(duties: Sequence[Interval], more: Interval, rule: RestRule) -> Refusal | None:
    """Tell what forbids ``more`` beside a person's ``duties``; those are in order and do not overlap."""
    after = bisect_left(duties, more)
    before = after - 1
    starts, ends = more
    if (before >= 0 and duties[before][1] > starts) or (after < len(duties) and duties[after][0] < ends):
        return Refusal.BUSY
    while before >= 0 and duties[before][1] == starts:
        starts, before = duties[before][0], before - 1
    while after < len(duties) and duties[after][0] == ends:
        ends, after = duties[after][1], after + 1
    if ends - starts > rule.longest:
        return Refusal.TOO_LONG
    rested = before < 0 or starts - duties[before][1] >= rule.least_rest
    if rested and (after == len(duties) or duties[after][0] - ends >= rule.least_rest):
        return None
    return Refusal.NO_REST


def without_duty(duties: Sequence[Interval], less: Interval, rule: RestRule) -> bool:
    """Tell whether a person's ``duties`` may go without ``less``: a hole between two of them must be a rest."""
    after = bisect_left(duties, less)
    touched = 0 < after < len(duties) and duties[after - 1][1] == less[0] and duties[after][0] == less[1]
    return not touched or less[1] - less[0] >= rule.least_rest

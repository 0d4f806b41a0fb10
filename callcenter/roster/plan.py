"""A roster as people plan it: plain values, checked where they are made.

Times of rotations, hours, patterns and shifts hang on the wall (naive datetimes
of the roster's zone); overrides, leave and temporary rosters are instants. All
intervals are half-open, [from, to).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from itertools import accumulate

from callcenter.roster.wall import DAY

MOST_EVERY = 1000
LONGEST_CYCLE = 400
MOST_AT_ONCE = 50
"""Shifts of one layer that may run at the same time."""


class Role(StrEnum):
    """What somebody is on duty as; the order is the order of the ladder's rungs."""

    PRIMARY = "primary"
    DEPUTY = "deputy"
    SUPERVISOR = "supervisor"

    @property
    def rung(self) -> int:
        """0 is rung first."""
        return list(Role).index(self)


class Unit(StrEnum):
    """What a rotation counts its turns in."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Calendar(StrEnum):
    """Holidays that somebody else knows."""

    INDONESIA = "ID"
    """National holidays and *cuti bersama*."""


class Holidays(StrEnum):
    """What a layer does on holidays."""

    ANY = "any"
    """It does not mind them."""
    OFF = "off"
    """Hours that begin on a holiday do not exist."""
    ONLY = "only"
    """Only hours that begin on a holiday exist."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the day on some weekdays (0 is Monday).

    An end that is not after the start lies on the next day; equal times are
    24 hours. What runs over midnight belongs to the day on which it began.
    """

    weekdays: frozenset[int]
    starts: time
    ends: time

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError("weekdays are 0 (Monday) to 6")

    @property
    def seconds(self) -> tuple[int, int]:
        """Start and end as seconds of the first day."""
        return day_seconds(self.starts, self.ends)


def day_seconds(starts: time, ends: time) -> tuple[int, int]:
    """Give [starts, ends) as seconds of a day; the end may lie on the next one."""
    first, last = _second(starts), _second(ends)
    return first, last if last > first else last + DAY


def _second(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


@dataclass(frozen=True, slots=True)
class Member:
    """A person or a position (``position:NAME``) in a group, from a day until before another one."""

    who: str
    since: date | None = None
    until: date | None = None


Group = tuple[Member, ...]
"""Who is on duty together."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """Groups that take turns, each for ``every`` units from ``start`` (a wall-clock time) on.

    Turns that a layer's hours leave nothing of do not exist, and nobody's turn
    is lost to them. One group alone is always its own successor.
    """

    unit: Unit
    every: int
    start: datetime
    groups: tuple[Group, ...]

    def __post_init__(self) -> None:
        if not 1 <= self.every <= MOST_EVERY:
            raise ValueError(f"every must be 1 to {MOST_EVERY}")
        if self.start.tzinfo is not None:
            raise ValueError("a rotation starts at a wall-clock time, without an offset")


def always(group: Group) -> Rotation:
    """Put one group on for ever: a rotation without anybody to follow."""
    return Rotation(Unit.WEEK, 1, datetime(1970, 1, 1), (group,))


@dataclass(frozen=True, slots=True)
class Slot:
    """A working day of a pattern: [starts, ends), as in ``Hours``."""

    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Crew:
    """A group that follows a pattern, ``offset`` days ahead of its start."""

    members: Group
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """Days on and off that repeat, as two days, two nights, two off; ``None`` is a day off."""

    start: date
    cycle: tuple[Slot | None, ...]
    crews: tuple[Crew, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.cycle) <= LONGEST_CYCLE:
            raise ValueError(f"a pattern has 1 to {LONGEST_CYCLE} days")


@dataclass(frozen=True, slots=True)
class Shift:
    """One turn of its own: wall-clock times [starts, ends), in which the members are on duty together."""

    starts: datetime
    ends: datetime
    members: Group

    def __post_init__(self) -> None:
        if self.starts.tzinfo is not None or self.ends.tzinfo is not None:
            raise ValueError("a shift lies between wall-clock times, without an offset")
        if not self.starts < self.ends:
            raise ValueError("a shift ends after its start")


@dataclass(frozen=True, slots=True)
class Shifts:
    """Turns that follow no rule; those that run at the same time stand together, in this order."""

    shifts: tuple[Shift, ...]

    def __post_init__(self) -> None:
        steps = sorted(step for one in self.shifts for step in ((one.starts, 1), (one.ends, -1)))
        if max(accumulate(step for _, step in steps), default=0) > MOST_AT_ONCE:
            raise ValueError(f"at most {MOST_AT_ONCE} shifts run at the same time")


Plan = Rotation | Pattern | Shifts


@dataclass(frozen=True, slots=True)
class Layer:
    """Who is on duty in one role, by one plan.

    Where the layers of a role meet, the one with the higher priority covers
    exactly its own time; equal ones stand together.
    """

    name: str
    plan: Plan
    role: Role = Role.PRIMARY
    priority: int = 0
    hours: tuple[Hours, ...] = ()
    holidays: Holidays = Holidays.ANY
    since: datetime | None = None
    """Wall-clock, like ``until``."""
    until: datetime | None = None


class Deed(StrEnum):
    """What an override does."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Override:
    """A change for an interval of instants; later ones are applied after earlier ones.

    ``add`` puts ``people`` on duty in ``role``. ``remove`` takes ``people``
    off, of that role or of all. ``replace`` puts ``people`` where ``instead_of``
    stands (anybody, when empty), of that role or of all.
    """

    deed: Deed
    starts: datetime
    ends: datetime
    people: tuple[str, ...] = ()
    instead_of: tuple[str, ...] = ()
    role: Role | None = None

    def __post_init__(self) -> None:
        _check(self.starts, self.ends)
        if not self.people:
            raise ValueError("an override names its people")
        if self.deed is Deed.ADD and self.role is None:
            raise ValueError("who is added needs a role")


@dataclass(frozen=True, slots=True)
class Leave:
    """Instants at which a person cannot be on duty; ``substitute`` stands in each of their places meanwhile."""

    who: str
    starts: datetime
    ends: datetime
    substitute: str | None = None

    def __post_init__(self) -> None:
        _check(self.starts, self.ends)


@dataclass(frozen=True, slots=True)
class Temporary:
    """Layers that stand in place of all others for an interval of instants."""

    starts: datetime
    ends: datetime
    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        _check(self.starts, self.ends)


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds a position, from a day until before another one."""

    position: str
    who: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """Everything that decides who answers for an agency."""

    zone: str
    layers: tuple[Layer, ...] = ()
    temporary: tuple[Temporary, ...] = ()
    overrides: tuple[Override, ...] = ()
    leaves: tuple[Leave, ...] = ()
    holdings: tuple[Holding, ...] = ()
    holidays: frozenset[date] = field(default_factory=frozenset)
    calendars: frozenset[Calendar] = field(default_factory=frozenset)
    """Whose holidays count as well: whoever resolves the roster knows them, and puts them into ``holidays``."""

    def knowing(self, days: Mapping[Calendar, frozenset[date]]) -> Roster:
        """Make one whose ``holidays`` hold those of its calendars as well."""
        return replace(self, holidays=self.holidays.union(*(days[one] for one in self.calendars)))


def _check(starts: datetime, ends: datetime) -> None:
    if starts.tzinfo is None or ends.tzinfo is None:
        raise ValueError("an instant needs an offset from UTC")
    if not starts < ends:
        raise ValueError("an interval ends after its start")

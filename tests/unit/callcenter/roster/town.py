"""Short words for rosters in tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from callcenter.roster.plan import (
    Deed,
    Group,
    Hours,
    Layer,
    Leave,
    Member,
    Override,
    Role,
    Roster,
    Rotation,
    Unit,
)
from callcenter.roster.resolver import Resolver, second

JAKARTA, CHICAGO, LORD_HOWE = "Asia/Jakarta", "America/Chicago", "Australia/Lord_Howe"
WORKDAYS, WEEKEND = range(5), (5, 6)


def group(names: str) -> Group:
    """``"ani+budi"``: together."""
    return tuple(Member(name) for name in names.split("+"))


def rotation(unit: Unit, start: str, *groups: str | Group, every: int = 1) -> Rotation:
    made = tuple(group(one) if isinstance(one, str) else one for one in groups)
    return Rotation(unit, every, datetime.fromisoformat(start), made)


def always(names: str) -> Rotation:
    return rotation(Unit.WEEK, "1970-01-01T00:00", names)


def hours(days: Iterable[int], starts: str, ends: str) -> tuple[Hours, ...]:
    return (Hours(frozenset(days), time.fromisoformat(starts), time.fromisoformat(ends)),)


class Town:
    """A roster in its zone, asked in the zone's own times."""

    def __init__(self, *layers: Layer, zone: str = JAKARTA, **more: object) -> None:
        self.zone = ZoneInfo(zone)
        self.roster = Roster(zone, layers, **more)  # type: ignore[arg-type]
        self.resolver = Resolver(self.roster)

    def instant(self, local: str, fold: int = 0) -> datetime:
        moment = datetime.fromisoformat(local)
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone, fold=fold)

    def who(self, local: str, fold: int = 0) -> str:
        """Name who is on duty: ``"ani+budi"``, empty for nobody."""
        return "+".join(one.who for one in self.resolver.on_duty(second(self.instant(local, fold))))

    def roles(self, local: str) -> list[tuple[str, Role]]:
        return [(one.who, one.role) for one in self.resolver.on_duty(second(self.instant(local)))]

    def spans(self, starts: str, ends: str) -> list[str]:
        """Tell spans as ``"01-31T08:00 ani"``: where each begins, and who is on duty."""
        found = self.resolver.spans(second(self.instant(starts)), second(self.instant(ends)))
        return [
            f"{self.resolver.wall.aware(span.starts):%m-%dT%H:%M} {'+'.join(one.who for one in span.people) or '-'}"
            for span in found
        ]

    def lengths(self, starts: str, ends: str) -> list[float]:
        """Tell how many hours each span lasts."""
        found = self.resolver.spans(second(self.instant(starts)), second(self.instant(ends)))
        return [(span.ends - span.starts) / 3600 for span in found]

    def override(self, deed: Deed, starts: str, ends: str, people: str, **more: object) -> Override:
        return Override(deed, self.instant(starts), self.instant(ends), tuple(people.split("+")), **more)  # type: ignore[arg-type]

    def leave(self, who: str, starts: str, ends: str, substitute: str | None = None) -> Leave:
        return Leave(who, self.instant(starts), self.instant(ends), substitute)


def day(text: str) -> date:
    return date.fromisoformat(text)

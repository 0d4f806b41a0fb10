"""Rosters beyond the weekly plan: given to an agency with a reason, kept for ever, resolved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from types import MappingProxyType

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from callcenter.models import Agency, Officer, RosterVersion, Shift
from callcenter.roster.document import read
from callcenter.roster.people import names
from callcenter.roster.plan import Calendar, Leave, Override, Role, Roster
from callcenter.roster.resolver import Resolver, Span, second
from callcenter.roster.stack import OnDuty
from callcenter.roster.values import DocumentError
from callcenter.services.callers import printable
from callcenter.services.changes import Change, Changes
from callcenter.services.deadlines import holidays_between
from callcenter.services.weekly import weekly_roster

_UNNAMED = "\0"
"""No officer's name begins with it."""
LONGEST_REASON = 500
LONGEST_DOCUMENT = 1_000_000
KNOWN_HOLIDAYS = date(2020, 1, 1), date(2040, 12, 31)
"""Of this time a calendar's holidays count; *cuti bersama* is known once it is decreed."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An officer is on duty for [starts, ends) without a break, and at first on this rung."""

    agency_id: int
    officer_id: int
    starts: datetime
    ends: datetime
    rung: int


@dataclass(frozen=True, slots=True)
class Planned:
    """The roster in force of an agency, ready to be asked; its people are officers' ids."""

    agency_id: int
    resolver: Resolver
    people: Mapping[str, int]

    def changed(self, changes: Iterable[Change]) -> Planned:
        """Lay changes over it; whoever they bring in is known by the id alone."""
        known = {officer_id: name for name, officer_id in self.people.items()}
        overrides: list[Override] = []
        leaves: list[Leave] = []
        for change in changes:
            for officer_id in change.officers:
                known.setdefault(officer_id, f"{_UNNAMED}{officer_id}")
            made = change.made(known)
            overrides += [made] if isinstance(made, Override) else []
            leaves += [made] if isinstance(made, Leave) else []
        if not (overrides or leaves):
            return self
        people = {name: officer_id for officer_id, name in known.items()}
        return Planned(self.agency_id, self.resolver.changed(overrides, leaves), {**self.people, **people})

    def on_duty(self, instant: int) -> list[tuple[int, int]]:
        """Tell officers' ids and rungs at an instant (seconds since 1970), primary first."""
        return [(self.people[one.who], one.role.rung) for one in self._known(self.resolver.on_duty(instant))]

    def spans(self, starts: int, ends: int, active: Collection[int]) -> list[Span]:
        """Cut [starts, ends) (seconds since 1970) where who of the ``active`` officers is on duty changes."""
        names = {name for name, officer_id in self.people.items() if officer_id in active}
        found: list[Span] = []
        for span in self.resolver.spans(starts, ends):
            people = tuple(one for one in span.people if one.who in names)
            if found and found[-1].people == people:
                found[-1] = Span(found[-1].starts, span.ends, people)
            else:
                found.append(Span(span.starts, span.ends, people))
        return found

    def duties(self, officer_id: int, starts: int, ends: int) -> list[tuple[datetime, datetime, Role]]:
        """Give an officer's own turns in [starts, ends) (seconds since 1970), whoever else is there."""
        return [
            (
                datetime.fromtimestamp(span.starts, UTC),
                datetime.fromtimestamp(span.ends, UTC),
                span.people[0].role,
            )
            for span in self.spans(starts, ends, {officer_id})
            if span.people
        ]

    def turns(self, starts: int, ends: int, active: Collection[int]) -> list[Turn]:
        """Give everybody's turns in [starts, ends) (seconds since 1970), in the order of their starts."""
        running: dict[int, tuple[int, int]] = {}
        found: list[Turn] = []
        for span in self.spans(starts, ends, active):
            there = {self.people[one.who]: one.role.rung for one in span.people}
            for officer_id in running.keys() - there.keys():
                found.append(self._turn(officer_id, *running.pop(officer_id), span.starts))
            for officer_id, rung in there.items():
                running.setdefault(officer_id, (span.starts, rung))
        found += [self._turn(officer_id, *begun, ends) for officer_id, begun in running.items()]
        return sorted(found, key=lambda turn: (turn.starts, turn.rung, turn.officer_id))

    def _turn(self, officer_id: int, begun: int, rung: int, ended: int) -> Turn:
        starts, ends = (datetime.fromtimestamp(at, UTC) for at in (begun, ended))
        return Turn(self.agency_id, officer_id, starts, ends, rung)

    def away(self, starts: int, ends: int) -> set[int]:
        """Tell which officers are on leave at some time in [starts, ends) (seconds since 1970)."""
        return {self.people[who] for who in self.resolver.away(starts, ends) if who in self.people}

    def absences(self, officer_id: int, starts: int, ends: int) -> list[tuple[int, int]]:
        """Give an officer's leaves that touch [starts, ends) (seconds since 1970), in order, whole."""
        found = self.resolver.absences(starts, ends)
        names = [name for name, known in self.people.items() if known == officer_id]
        return sorted(leave for name in names for leave in found.get(name, ()))

    def _known(self, people: Iterable[OnDuty]) -> list[OnDuty]:
        return [one for one in people if one.who in self.people]


@dataclass(frozen=True, slots=True)
class Stretch:
    """[starts, ends) (seconds since 1970) in which an agency followed one plan, without its changes."""

    starts: int
    ends: int
    plan: Planned


class Rosters:
    """The rosters of agencies."""

    def __init__(self, session: Session) -> None:
        """Work through ``session``."""
        self._session = session

    def use(
        self,
        agency: Agency,
        text: str,
        reason: str,
        account_id: int | None,
        now: datetime,
        known: Mapping[str, int] = MappingProxyType({}),
    ) -> RosterVersion:
        """Put a document (JSON) in force for an agency.

        ``known`` tells whom some names mean: those of a version before, whose
        officers may have been renamed or have left since. Raises ``DocumentError``
        for what is no roster, names nobody of the agency's officers (or two of one
        name), or comes without a reason.
        """
        people = self._people(agency, text, known)
        return self._keep(agency, text, people, reason, account_id, now)

    def tried(self, agency: Agency, text: str) -> Planned:
        """Make a document ready without putting it in force; raises ``DocumentError`` as ``use`` does."""
        people = self._people(agency, text, {})
        return Planned(agency.id, Resolver(with_holidays(read(text))), people)

    def withdraw(self, agency: Agency, reason: str, account_id: int | None, now: datetime) -> RosterVersion:
        """Give an agency back to its weekly plan; raises ``DocumentError`` without a reason."""
        return self._keep(agency, None, {}, reason, account_id, now)

    def current(self, agency_id: int) -> RosterVersion | None:
        """Give the version in force, if an agency was ever given one."""
        query = select(RosterVersion).where(RosterVersion.agency_id == agency_id)
        return self._session.scalars(query.order_by(RosterVersion.id.desc()).limit(1)).first()

    def history(self, agency_id: int) -> Sequence[RosterVersion]:
        """List an agency's versions, the newest (in force) first."""
        query = select(RosterVersion).where(RosterVersion.agency_id == agency_id)
        query = query.options(joinedload(RosterVersion.account)).order_by(RosterVersion.id.desc())
        return self._session.scalars(query).all()

    def plan(self, agency_id: int, zone: str, starts: int, ends: int) -> Planned:
        """Give an agency's roster, its own or the week's, with all that is changed in [starts, ends)."""
        return self.plans(zone, starts, ends, [agency_id])[0]

    def plans(self, zone: str, starts: int, ends: int, agencies: Collection[int]) -> list[Planned]:
        """Give the rosters of some agencies, each with what is changed in [starts, ends) (seconds since 1970).

        Weekly plans hang on the clocks of ``zone``.
        """
        own = {one.agency_id: one for one in self._own()}
        weekly = self._weekly([one for one in agencies if one not in own], zone)
        changes = Changes(self._session).between(starts, ends)
        return [(own.get(one) or weekly[one]).changed(changes.get(one, ())) for one in agencies]

    def unchanged(self, agency_id: int, zone: str) -> Planned:
        """Give an agency's roster, its own or the week's, without what is changed."""
        own = self._own(agency_id)
        return own[0] if own else self._weekly([agency_id], zone)[agency_id]

    def as_it_was(self, agency_id: int, zone: str, starts: int, ends: int) -> list[Stretch]:
        """Cut [starts, ends) (seconds since 1970) where an agency was given another roster.

        Each piece has the plan that was in force then. The weekly plan is
        today's: it keeps no versions.
        """
        query = select(RosterVersion).where(
            RosterVersion.agency_id == agency_id, RosterVersion.at < datetime.fromtimestamp(ends, UTC)
        )
        weekly = self._weekly([agency_id], zone)[agency_id]
        edges = [(starts, weekly)]
        for version in self._session.scalars(query.order_by(RosterVersion.at, RosterVersion.id)):
            since = max(starts, second(version.at))
            plan = _given(version) or weekly
            edges = [*(edge for edge in edges if edge[0] < since), (since, plan)]
        return [
            Stretch(since, until, plan)
            for (since, plan), until in zip(edges, [*(at for at, _ in edges[1:]), ends], strict=True)
        ]

    def exceptional(self, zone: str, at: int, agency_id: int | None = None) -> list[Planned]:
        """Give those that are not just the weekly plan at an instant: own rosters, and changed ones."""
        own = {one.agency_id: one for one in self._own(agency_id)}
        changes = Changes(self._session).between(at, at + 1, agency_id)
        weekly = self._weekly([one for one in changes if one not in own], zone) if changes else {}
        return [one.changed(changes.get(one.agency_id, ())) for one in (own | weekly).values()]

    def has_own(self, agency_id: int) -> bool:
        """Tell whether a roster stands in place of an agency's weekly plan."""
        return bool(self._own(agency_id))

    def _own(self, agency_id: int | None = None) -> list[Planned]:
        query = _NEWEST if agency_id is None else _NEWEST.where(RosterVersion.agency_id == agency_id)
        rows = self._session.execute(query)
        return [Planned(agency, _resolver(document), people) for agency, document, people in rows]

    def _weekly(self, agencies: Sequence[int], zone: str) -> dict[int, Planned]:
        shifts: dict[int, list[Shift]] = {agency_id: [] for agency_id in agencies}
        query = select(Shift).join(Officer, Officer.id == Shift.officer_id).where(Officer.active)
        if len(agencies) == 1:
            query = query.where(Shift.agency_id == agencies[0])
        for shift in self._session.scalars(query.order_by(Shift.rung, Shift.officer_id)):
            if shift.agency_id in shifts:
                shifts[shift.agency_id].append(shift)
        return {
            agency_id: Planned(
                agency_id,
                Resolver(weekly_roster(week, zone)),
                {str(shift.officer_id): shift.officer_id for shift in week},
            )
            for agency_id, week in shifts.items()
        }

    def _people(self, agency: Agency, text: str, known: Mapping[str, int]) -> dict[str, int]:
        if len(text) > LONGEST_DOCUMENT:
            raise DocumentError("", f"longer than {LONGEST_DOCUMENT} characters")
        wanted = names(read(text))
        found = self._officers(agency, [name for name in wanted if name not in known])
        return {name: known[name] if name in known else found[name] for name in wanted}

    def _officers(self, agency: Agency, wanted: Sequence[str]) -> dict[str, int]:
        query = select(Officer.name, Officer.id).where(Officer.agency_id == agency.id, Officer.active)
        found: dict[str, list[int]] = {}
        for name, officer_id in self._session.execute(query):
            found.setdefault(name, []).append(officer_id)
        for name in wanted:
            count = len(found.get(name, ()))
            if count != 1:
                reason = "is no active officer of" if count == 0 else f"are {count} officers of"
                raise DocumentError(name, f"{reason} {agency.name}")
        return {name: found[name][0] for name in wanted}

    def _keep(
        self,
        agency: Agency,
        document: str | None,
        people: dict[str, int],
        reason: str,
        account_id: int | None,
        now: datetime,
    ) -> RosterVersion:
        why = printable(reason, LONGEST_REASON)
        if why is None:
            raise DocumentError("reason", "is missing")
        facts = {"agency_id": agency.id, "document": document, "people": people, "reason": why}
        version = RosterVersion(at=now, account_id=account_id, **facts)
        self._session.add(version)
        self._session.flush()
        return version


def with_holidays(roster: Roster) -> Roster:
    """Put the days of the calendars that a roster names into it: all that are known, always the same ones.

    Whose turn it is depends on every holiday since the rotation began, so that a window that moves
    with the question would give another answer.
    """
    if not roster.calendars:
        return roster
    return roster.knowing({Calendar.INDONESIA: holidays_between(*KNOWN_HOLIDAYS)})


def _given(version: RosterVersion) -> Planned | None:
    if version.document is None:
        return None
    return Planned(version.agency_id, _resolver(version.document), version.people)


@lru_cache(maxsize=2048)
def _resolver(document: str) -> Resolver:
    """Make a document ready once; it was read before it was kept."""
    return Resolver(with_holidays(read(document)))


_NEWEST = (
    select(RosterVersion.agency_id, RosterVersion.document, RosterVersion.people)
    .where(RosterVersion.id.in_(select(func.max(RosterVersion.id)).group_by(RosterVersion.agency_id)))
    .where(RosterVersion.document.is_not(None))
)

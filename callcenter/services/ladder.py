"""Whom an agency's calls ring: its own people, below them those who cover for it.

Below an agency's last rung stand those rung first at its parent, then at that
one's parent, at last at the regency's post. So a call to an agency that has
nobody on duty is answered there, and is nobody's only where all of them sleep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Tier
from callcenter.services.duty import Duty, OnDuty, queue_name
from ivr.ports import Member

EMERGENCY_COVER = 1
"""The penalty of who covers in an emergency: everybody of the agency itself is rung before, at once."""


@dataclass(frozen=True, slots=True)
class Place:
    """An agency that exists, as far as it matters for who covers for it."""

    id: int
    code: str
    name: str
    parent_id: int | None
    is_post: bool


class Tree:
    """The agencies that exist, and who covers for whom."""

    def __init__(self, places: Iterable[Place]) -> None:
        """Know ``places``; one whose parent is not among them has none."""
        self.places = {place.id: place for place in places}

    def above(self, agency_id: int) -> Iterator[Place]:
        """Give who covers for an agency, the nearest first; parents in a circle end it."""
        seen = {agency_id}
        here = self.places.get(agency_id)
        while here is not None and here.parent_id is not None and here.parent_id not in seen:
            seen.add(here.parent_id)
            here = self.places.get(here.parent_id)
            if here is not None:
                yield here
        yield from (place for place in self._posts if place.id not in seen)

    @cached_property
    def _posts(self) -> list[Place]:
        return [place for place in self.places.values() if place.is_post]


@dataclass(frozen=True, slots=True)
class Cover:
    """Who answers in place of an agency that has nobody on duty."""

    place: Place
    people: Sequence[OnDuty]


class Ladders:
    """The ladders of all agencies."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Read through ``session``; rosters and dates are read in ``zone``."""
        self._session = session
        self._zone = zone
        self._duty = Duty(session, zone)

    def anybody(self, agency_id: int, at: datetime, *, mobile: bool = False) -> bool:
        """Tell whether somebody would be rung; with ``mobile`` only a mobile can be."""
        if mobile:
            return any(one.has_mobile for one in self.people(agency_id, at, emergency=True))
        return bool(self._duty.on_duty(agency_id, at)) or self.cover(agency_id, at) is not None

    def cover(self, agency_id: int, at: datetime) -> Cover | None:
        """Tell who is rung where the agency itself has nobody: the nearest above it with somebody."""
        for place in self.tree(at).above(agency_id):
            if people := first_rung(self._duty.on_duty(place.id, at)):
                return Cover(place, people)
        return None

    def covers(self, at: datetime) -> dict[int, Cover]:
        """Tell who answers in place of each agency that has nobody on duty, where somebody does."""
        tree, people = self.tree(at), self._duty.everywhere(at)
        found: dict[int, Cover] = {}
        for agency_id in tree.places.keys() - people.keys():
            above = next((place for place in tree.above(agency_id) if place.id in people), None)
            if above is not None:
                found[agency_id] = Cover(above, first_rung(people[above.id]))
        return found

    def members(self, at: datetime) -> dict[str, list[Member]]:
        """Tell who belongs into each existing agency's two queues at ``at``."""
        tree, people = self.tree(at), self._duty.everywhere(at)
        queues: dict[str, list[Member]] = {}
        for place in tree.places.values():
            own = people.get(place.id, [])
            covering = [first_rung(people.get(above.id, [])) for above in tree.above(place.id)]
            queues[queue_name(place.code)] = list(_members(ladder(own, covering)))
            queues[queue_name(place.code, emergency=True)] = list(_members(_at_once(own, covering)))
        return queues

    def people(self, agency_id: int, at: datetime, *, emergency: bool) -> list[OnDuty]:
        """Tell whom one agency's call rings, with the rungs of :meth:`members`."""
        own = self._duty.on_duty(agency_id, at)
        covering = [first_rung(self._duty.on_duty(above.id, at)) for above in self.tree(at).above(agency_id)]
        return _at_once(own, covering) if emergency else ladder(own, covering)

    def tree(self, at: datetime) -> Tree:
        """Read which agencies exist at ``at``, by code."""
        today = at.astimezone(self._zone).date()
        until = (Agency.active_until.is_(None)) | (Agency.active_until > today)
        query = select(Agency.id, Agency.code, Agency.name, Agency.parent_id, Agency.tier == Tier.REGENCY)
        rows = self._session.execute(query.where(Agency.active_from <= today, until).order_by(Agency.code))
        return Tree(Place(*row) for row in rows)


def first_rung(people: Sequence[OnDuty]) -> list[OnDuty]:
    """Pick those who are rung first, of people in the order of their rungs."""
    return [person for person in people if person.rung == people[0].rung]


def ladder(own: Sequence[OnDuty], covering: Iterable[Sequence[OnDuty]]) -> list[OnDuty]:
    """Number the rungs from 0 on without a hole: each of the agency's own, then one for who covers.

    A rung nobody stands on costs the citizen no time. Whoever stands on two is
    rung on the first of them.
    """
    by_rung: dict[int, list[OnDuty]] = {}
    for person in own:
        by_rung.setdefault(person.rung, []).append(person)
    rungs = [some for some in [*by_rung.values(), *covering] if some]
    numbered = (replace(person, rung=number) for number, some in enumerate(rungs) for person in some)
    return _once(numbered)


def _at_once(own: Sequence[OnDuty], covering: Iterable[Sequence[OnDuty]]) -> list[OnDuty]:
    """Put everybody of the agency on the first rung, and who covers below."""
    first = [replace(person, rung=0) for person in own]
    below = [replace(person, rung=EMERGENCY_COVER) for some in covering for person in some]
    return _once([*first, *below])


def _once(people: Iterable[OnDuty]) -> list[OnDuty]:
    first: dict[int, OnDuty] = {}
    for person in people:
        first.setdefault(person.officer_id, person)
    return list(first.values())


def _members(people: Iterable[OnDuty]) -> Iterator[Member]:
    for person in people:
        if person.interface is not None:
            yield Member(person.interface, f"officer-{person.officer_id}", person.rung)

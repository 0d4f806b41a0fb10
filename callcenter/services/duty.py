"""Who is on duty at an instant: an agency's own roster, else its weekly shifts, and what is changed of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from callcenter.models import Officer, Shift
from callcenter.roster.resolver import second
from callcenter.services.rosters import Planned, Rosters
from ivr.asterisk.names import mobile_interface, sip_interface

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class PlannedShift:
    """A weekly shift as plain data; see ``callcenter.models.Shift``."""

    officer_id: int
    weekday: int
    starts: time
    ends: time
    rung: int = 0
    active: bool = True
    """Whether the officer works here at all."""


@dataclass(frozen=True, slots=True)
class OnDuty:
    """An officer who is on duty, and how an exchange reaches the officer."""

    officer_id: int
    name: str
    rung: int
    interface: str | None
    """``None``: neither a SIP endpoint nor a mobile number is known."""
    notify_url: str | None = None
    has_mobile: bool = False
    """Twilio rings nothing else."""


def clock(at: datetime, zone: tzinfo) -> datetime:
    """Tell the latest wall-clock time (naive) shown in ``zone`` up to ``at``.

    That is the local time, except in the hour after clocks were put back:
    what they showed before has passed and does not come twice. A shift's edge
    is therefore one instant: the first one at which a clock shows its time or
    a later one. Shifts that meet in the plan meet on every day of the year.
    """
    local = at.astimezone(zone)
    if local.fold:
        local = _before_fold(local)
    return local.replace(tzinfo=None, fold=0)


def _before_fold(local: datetime) -> datetime:
    """Find the last moment before the clock was put back to show ``local`` again."""
    instant = local.astimezone(UTC).replace(microsecond=0)
    repeated = (_offset(local.replace(fold=0)) - _offset(local)) // SECOND

    def first_time(seconds: int) -> bool:
        return not (instant - seconds * SECOND).astimezone(local.tzinfo).fold

    ago = bisect_left(range(repeated + 1), True, key=first_time)
    return (instant - ago * SECOND).astimezone(local.tzinfo).replace(microsecond=999_999)


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()


def covers(shift: PlannedShift, moment: datetime) -> bool:
    """Tell whether the wall-clock ``moment`` (naive) lies in a week's shift."""
    return any(_covers_from(shift, moment.date() - days * DAY, moment) for days in (0, 1))


def _covers_from(shift: PlannedShift, day: date, moment: datetime) -> bool:
    if day.weekday() != shift.weekday:
        return False
    last = day if shift.ends > shift.starts else day + DAY
    return datetime.combine(day, shift.starts) <= moment < datetime.combine(last, shift.ends)


def on_duty(shifts: Iterable[PlannedShift], at: datetime, zone: tzinfo) -> list[PlannedShift]:
    """List the shifts that run at ``at``, one an officer, by rung and officer.

    Intervals are half-open; of an officer's overlapping shifts the one with
    the lowest rung counts. ``at`` is aware.
    """
    moment = clock(at, zone)
    running = [shift for shift in shifts if shift.active and covers(shift, moment)]
    first: dict[int, PlannedShift] = {}
    for shift in sorted(running, key=lambda shift: (shift.rung, shift.officer_id)):
        first.setdefault(shift.officer_id, shift)
    return list(first.values())


def queue_name(agency_code: str, *, emergency: bool = False) -> str:
    """Name an agency's queue in the exchange."""
    return f"agency-{agency_code}-emergency" if emergency else f"agency-{agency_code}"


def interface(officer_id: int, *, sip: bool, mobile: bool) -> str | None:
    """Tell how an exchange dials an officer; a SIP endpoint goes first."""
    if sip:
        return sip_interface(officer_id)
    return mobile_interface(officer_id) if mobile else None


class Duty:
    """The rosters of all agencies, read in the instance's zone."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Read through ``session``; ``zone`` is where the shifts' clocks hang."""
        self.session = session
        self.zone = zone

    def on_duty(self, agency_id: int, at: datetime) -> list[OnDuty]:
        """List who answers for an agency at ``at``, primary first."""
        exceptional = Rosters(self.session).exceptional(self.zone.key, second(at), agency_id)
        if exceptional:
            return self._by_rosters(exceptional, at).get(agency_id, [])
        return self._resolve(self._rows(at, agency_id), at).get(agency_id, [])

    def everywhere(self, at: datetime) -> dict[int, list[OnDuty]]:
        """List who answers at ``at``, by agency's id; an agency without anybody is left out."""
        exceptional = Rosters(self.session).exceptional(self.zone.key, second(at))
        other = {one.agency_id for one in exceptional}
        weekly = self._resolve(self._rows(at), at)
        kept = {agency_id: people for agency_id, people in weekly.items() if agency_id not in other}
        return kept | self._by_rosters(exceptional, at)

    def _rows(self, at: datetime, agency_id: int | None = None) -> list[_Row]:
        today = clock(at, self.zone).weekday()
        days = [today, (today - 1) % 7]  # no shift is longer than a day
        if agency_id is None:
            return [_row(row) for row in self.session.execute(_SHIFTS, {"days": days})]
        asked = {"days": days, "agency": agency_id}
        return [_row(row) for row in self.session.execute(_SHIFTS_OF_ONE, asked)]

    def _by_rosters(self, planned: list[Planned], at: datetime) -> dict[int, list[OnDuty]]:
        """Resolve the agencies that do not just follow their week."""
        instant = second(at)
        found = {one.agency_id: one.on_duty(instant) for one in planned}
        wanted = {officer_id for people in found.values() for officer_id, _ in people}
        officers = self._officers(wanted) if wanted else {}
        resolved = {
            agency_id: [officers[one].at_work(rung) for one, rung in people if one in officers]
            for agency_id, people in found.items()
        }
        return {agency_id: people for agency_id, people in resolved.items() if people}

    def _officers(self, ids: set[int]) -> dict[int, _Person]:
        rows = self.session.execute(_OFFICERS, {"ids": sorted(ids)})
        return {person.officer_id: person for person in (_Person(*row) for row in rows)}

    def _resolve(self, rows: list[_Row], at: datetime) -> dict[int, list[OnDuty]]:
        by_agency: dict[int, list[_Row]] = {}
        for row in rows:
            by_agency.setdefault(row.agency_id, []).append(row)
        resolved = {agency_id: _people(rows, at, self.zone) for agency_id, rows in by_agency.items()}
        return {agency_id: people for agency_id, people in resolved.items() if people}


@dataclass(frozen=True, slots=True)
class _Person:
    officer_id: int
    name: str
    sip_secret: str | None
    mobile: str | None
    notify_url: str | None

    def at_work(self, rung: int) -> OnDuty:
        way = interface(self.officer_id, sip=bool(self.sip_secret), mobile=bool(self.mobile))
        return OnDuty(self.officer_id, self.name, rung, way, self.notify_url, bool(self.mobile))


@dataclass(frozen=True, slots=True)
class _Row:
    agency_id: int
    weekday: int
    starts: time
    ends: time
    rung: int
    person: _Person

    def planned(self) -> PlannedShift:
        return PlannedShift(self.person.officer_id, self.weekday, self.starts, self.ends, self.rung)


def _row(values: Sequence[Any]) -> _Row:
    agency_id, weekday, starts, ends, rung, *person = values
    return _Row(agency_id, weekday, starts, ends, rung, _Person(*person))


def _people(rows: list[_Row], at: datetime, zone: tzinfo) -> list[OnDuty]:
    by_officer = {row.person.officer_id: row.person for row in rows}
    running = on_duty([row.planned() for row in rows], at, zone)
    return [by_officer[shift.officer_id].at_work(shift.rung) for shift in running]


# Asked in most calls and every few seconds: built once.
_SHIFTS = (
    select(Shift.agency_id, Shift.weekday, Shift.starts, Shift.ends, Shift.rung)
    .add_columns(Officer.id, Officer.name, Officer.sip_secret, Officer.mobile, Officer.notify_url)
    .join(Officer, Officer.id == Shift.officer_id)
    .where(Officer.active, Shift.weekday.in_(bindparam("days", expanding=True)))
)
_SHIFTS_OF_ONE = _SHIFTS.where(Shift.agency_id == bindparam("agency"))
_OFFICERS = select(Officer.id, Officer.name, Officer.sip_secret, Officer.mobile, Officer.notify_url).where(
    Officer.active, Officer.id.in_(bindparam("ids", expanding=True))
)

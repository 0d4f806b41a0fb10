"""An agency's weekly roster: its shifts, and the hours nobody covers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from callcenter.models import Agency, Officer, Shift
from callcenter.services import fields
from callcenter.services.fields import FieldError

MINUTES_A_DAY = 24 * 60
MINUTES_A_WEEK = 7 * MINUTES_A_DAY


@dataclass(frozen=True, slots=True)
class ShiftForm:
    """A shift as people write it, on one weekday or on several."""

    weekdays: Sequence[str]
    starts: str
    ends: str
    rung: str = "0"


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes of the week, [starts, ends), from Monday 00:00; within one day."""

    starts: int
    ends: int

    @property
    def weekday(self) -> int:
        """The day it lies in; 0 is Monday."""
        return self.starts // MINUTES_A_DAY

    @property
    def clock(self) -> tuple[str, str]:
        """Start and end as ``HH:MM``; midnight at the end is ``24:00``."""
        start, end = self.starts % MINUTES_A_DAY, (self.ends - 1) % MINUTES_A_DAY + 1
        return _clock(start), _clock(end)


class Roster:
    """The weekly shifts of agencies."""

    def __init__(self, session: Session) -> None:
        """Read and write through ``session``."""
        self.session = session

    def week(self, agency_id: int) -> Sequence[Shift]:
        """List an agency's shifts through the week, by rung within a time."""
        query = select(Shift).options(joinedload(Shift.officer)).where(Shift.agency_id == agency_id)
        return self.session.scalars(query.order_by(Shift.weekday, Shift.starts, Shift.rung, Shift.id)).all()

    def add(self, agency: Agency, officer: Officer, form: ShiftForm) -> list[Shift]:
        """Add the shift on each weekday; raises ``FieldError``.

        Nothing is owed to the exchange: who is on duty is compared with its
        queues all the time.
        """
        if officer.agency_id != agency.id or not officer.active:
            raise FieldError("officer", "unknown_officer", officer.name)
        made = _shifts(agency, officer, form)
        for shift in made:
            self._refuse_overlap(shift)
        self.session.add_all(made)
        self.session.flush()
        return made

    def remove(self, shift: Shift) -> None:
        """Take a shift out of the roster."""
        self.session.delete(shift)
        self.session.flush()

    def _refuse_overlap(self, shift: Shift) -> None:
        query = select(Shift).where(
            Shift.agency_id == shift.agency_id,
            Shift.officer_id == shift.officer_id,
            Shift.weekday == shift.weekday,
            Shift.starts == shift.starts,
        )
        with self.session.no_autoflush:
            if self.session.scalar(query):
                raise FieldError("starts", "taken_shift", shift.starts.isoformat("minutes"))


def _shifts(agency: Agency, officer: Officer, form: ShiftForm) -> list[Shift]:
    starts, ends = fields.clock_time("starts", form.starts), fields.clock_time("ends", form.ends)
    rung = fields.rung("rung", form.rung)
    days = sorted({fields.weekday("weekdays", value) for value in form.weekdays})
    if not days:
        raise FieldError("weekdays", "empty")
    return [
        Shift(agency_id=agency.id, officer_id=officer.id, weekday=day, starts=starts, ends=ends, rung=rung)
        for day in days
    ]


def spans(weekday: int, starts: time, ends: time) -> list[Span]:
    """Cut a shift at midnight; what runs over Sunday comes back on Monday."""
    first = weekday * MINUTES_A_DAY + _minute(starts)
    last = weekday * MINUTES_A_DAY + _minute(ends) + (0 if ends > starts else MINUTES_A_DAY)
    midnight = (weekday + 1) * MINUTES_A_DAY
    pieces = [
        (first, min(last, midnight)),
        (midnight % MINUTES_A_WEEK, (last - midnight) + midnight % MINUTES_A_WEEK),
    ]
    return [Span(start, end) for start, end in pieces if end > start]


def gaps(covered: Iterable[Span]) -> list[Span]:
    """List the spans of the week that nobody covers, each within one day."""
    free: list[Span] = []
    ordered = sorted(covered, key=lambda span: (span.starts, span.ends))
    for day in range(7):
        reached, end = day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY
        for span in [span for span in ordered if span.weekday == day]:
            if span.starts > reached:
                free.append(Span(reached, span.starts))
            reached = max(reached, span.ends)
        if reached < end:
            free.append(Span(reached, end))
    return free


def gaps_of(shifts: Iterable[Shift]) -> list[Span]:
    """List the spans of the week without an active officer."""
    active = [shift for shift in shifts if shift.officer.active]
    return gaps([span for shift in active for span in spans(shift.weekday, shift.starts, shift.ends)])


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"

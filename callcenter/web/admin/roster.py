"""An agency's week: who is on duty when, and when nobody is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import flash, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter.models import Agency, Shift
from callcenter.roster import resolver
from callcenter.roster.resolver import second
from callcenter.services.duty import Duty
from callcenter.services.fields import FieldError
from callcenter.services.officers import Officers
from callcenter.services.roster import Roster, ShiftForm, Span, gaps_of, spans
from callcenter.services.rosters import Planned, Rosters
from callcenter.web.admin.part import found, pages, reads, see_other, writes
from callcenter.web.context import house, now
from callcenter.web.forms import typed
from callcenter.web.problems import problem

DAYS_AHEAD = 14
"""How far a roster of an agency's own is shown."""
Reply = str | tuple[str, int] | Response


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a day in which an officer is on duty."""

    span: Span
    name: str
    rung: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch in which the same people are on duty: their names and rungs."""

    starts: datetime
    ends: datetime
    people: Sequence[tuple[str, int]]


@pages.get("/agencies/<int:agency_id>/roster")
@reads
def roster(agency_id: int) -> str:
    """Show the week."""
    with house().database.reading() as db:
        return _week(db, found(db, Agency, agency_id), ShiftForm(list("0123456"), "", ""))


@pages.post("/agencies/<int:agency_id>/roster")
@writes
def add_shift(agency_id: int) -> Reply:
    """Add a shift on one or several weekdays."""
    form = ShiftForm(request.form.getlist("weekdays")[:7], typed("starts"), typed("ends"), typed("rung"))
    try:
        with house().database.transaction() as db:
            agency = found(db, Agency, agency_id)
            by_id = {str(person.id): person for person in Officers(db).of_agency(agency_id)}
            if typed("officer") not in by_id:
                raise FieldError("officer", "unknown_officer", typed("officer"))
            Roster(db).add(agency, by_id[typed("officer")], form)
    except FieldError as error:
        with house().database.reading() as db:
            return _week(db, found(db, Agency, agency_id), form, error), 422
    flash(_("Giliran ditambahkan."), "good")
    return see_other("admin.roster", agency_id=agency_id)


@pages.post("/shifts/<int:shift_id>/remove")
@writes
def remove_shift(shift_id: int) -> Response:
    """Take a shift out of the week."""
    with house().database.transaction() as db:
        shift = found(db, Shift, shift_id)
        agency_id = shift.agency_id
        Roster(db).remove(shift)
    flash(_("Giliran dihapus."), "good")
    return see_other("admin.roster", agency_id=agency_id)


def _week(db: Session, agency: Agency, form: ShiftForm, error: FieldError | None = None) -> str:
    if Rosters(db).has_own(agency.id):
        return _schedule(db, agency)
    shifts = Roster(db).week(agency.id)
    people = [person for person in Officers(db).of_agency(agency.id) if person.active]
    return render_template(
        "admin/roster.html",
        agency=agency,
        shifts=shifts,
        days=_days(shifts),
        gaps=gaps_of(shifts),
        on_duty=Duty(db, house().zone).on_duty(agency.id, now()),
        people=people,
        form=form,
        officer=typed("officer"),
        errors={error.field: problem(error.code)} if error else {},
    )


def _schedule(db: Session, agency: Agency) -> str:
    """Show the next days of a roster of the agency's own."""
    active = {person.id: person.name for person in Officers(db).of_agency(agency.id) if person.active}
    starts = second(now())
    ends = starts + DAYS_AHEAD * 86_400
    planned = Rosters(db).plan(agency.id, house().zone.key, starts, ends)
    found = planned.spans(starts, ends, active)
    return render_template(
        "admin/schedule.html",
        agency=agency,
        version=Rosters(db).history(agency.id)[0],
        on_duty=Duty(db, house().zone).on_duty(agency.id, now()),
        turns=[_turn(span, planned, active) for span in found],
        days=DAYS_AHEAD,
    )


def _turn(span: resolver.Span, planned: Planned, names: Mapping[int, str]) -> Turn:
    people = [(names[planned.people[one.who]], one.role.rung) for one in span.people]
    starts, ends = (datetime.fromtimestamp(at, UTC) for at in (span.starts, span.ends))
    return Turn(starts, ends, people)


def _days(shifts: Sequence[Shift]) -> list[list[Piece]]:
    days: list[list[Piece]] = [[] for _day in range(7)]
    for shift in shifts:
        if shift.officer.active:
            for span in spans(shift.weekday, shift.starts, shift.ends):
                days[span.weekday].append(Piece(span, shift.officer.name, shift.rung))
    return [sorted(day, key=lambda piece: (piece.span.starts, piece.rung, piece.name)) for day in days]

"""The numbers of an agency."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from callcenter.models import Agency, Line, LineDecision
from callcenter.services.agencies import DEFAULT_PROVIDER, Agencies, LineForm, flow_names
from callcenter.services.fields import FieldError
from callcenter.services.residency import ABROAD, Residency
from callcenter.web.admin.part import found, local_now, pages, see_other, writes
from callcenter.web.context import address, house, now, viewer
from callcenter.web.forms import typed
from callcenter.web.problems import problem

Reply = str | tuple[str, int] | Response


@pages.get("/agencies/<int:agency_id>/lines/new")
@writes
def new_line(agency_id: int) -> str:
    """Show the form of a new number."""
    with house().database.reading() as db:
        return _form(found(db, Agency, agency_id), None, LineForm(""))


@pages.post("/agencies/<int:agency_id>/lines/new")
@writes
def create_line(agency_id: int) -> Reply:
    """Give the agency another number."""
    form = _typed()
    try:
        with house().database.transaction() as db:
            Agencies(db).add_line(found(db, Agency, agency_id), form, local_now())
    except FieldError as error:
        with house().database.reading() as db:
            return _form(found(db, Agency, agency_id), None, form, error), 422
    flash(_saved(form), "good")
    return see_other("admin.agency", agency_id=agency_id)


@pages.get("/lines/<int:line_id>")
@writes
def edit_line(line_id: int) -> str:
    """Show the form of a number."""
    with house().database.reading() as db:
        line = found(db, Line, line_id)
        return _form(line.agency, line, _form_of(line), decisions=Residency(db).history(line))


@pages.post("/lines/<int:line_id>")
@writes
def change_line(line_id: int) -> Reply:
    """Change a number, or the time in which it is answered."""
    form = _typed()
    try:
        with house().database.transaction() as db:
            line = found(db, Line, line_id)
            Agencies(db).change_line(line, form)
            agency_id, served = line.agency_id, Residency(db).is_served(line)
    except FieldError as error:
        with house().database.reading() as db:
            line = found(db, Line, line_id)
            return _form(line.agency, line, form, error, Residency(db).history(line)), 422
    flash(_changed(form, served=served), "good")
    return see_other("admin.agency", agency_id=agency_id)


@pages.post("/lines/<int:line_id>/decision")
@writes
def decide_on_line(line_id: int) -> Reply:
    """Switch a line that is on a provider abroad on or off."""
    try:
        with house().database.transaction() as db:
            line, on = found(db, Line, line_id), typed("on") == "1"
            who, why = viewer().account_id, typed("reason")
            Residency(db).decide(line, on=on, reason=why, account_id=who, now=now(), address=address())
    except FieldError as error:
        with house().database.reading() as db:
            line = found(db, Line, line_id)
            if line.provider not in ABROAD:  # somebody moved it meanwhile: there is no reason to mend
                flash(problem(error.code), "bad")
                return see_other("admin.edit_line", line_id=line_id)
            past = Residency(db).history(line)
            return _form(line.agency, line, _form_of(line), error, past, reason=typed("reason")), 422
    flash(_("Nomor dinyalakan.") if on else _("Nomor dimatikan."), "good")
    return see_other("admin.edit_line", line_id=line_id)


def _form(
    agency: Agency,
    line: Line | None,
    form: LineForm,
    error: FieldError | None = None,
    decisions: Sequence[LineDecision] = (),
    *,
    reason: str = "",
) -> str:
    errors = {error.field: problem(error.code)} if error else {}
    return render_template(
        "admin/line_form.html",
        agency=agency,
        line=line,
        form=form,
        errors=errors,
        flows=[(name, name) for name in flow_names()],
        providers=[("asterisk", "Asterisk"), ("twilio", "Twilio")],
        decisions=decisions,
        reason=reason,
    )


def _saved(form: LineForm) -> str:
    if form.provider in ABROAD:
        return str(_("Nomor disimpan. Nomor ini mati sampai dinyalakan."))
    return str(_("Nomor disimpan. Sentral telepon segera mengenalnya."))


def _changed(form: LineForm, *, served: bool) -> str:
    if not served:
        return _saved(form)
    if form.provider in ABROAD:
        return str(_("Perubahan disimpan."))
    return str(_("Perubahan disimpan. Sentral telepon segera mengenalnya."))


def _form_of(line: Line) -> LineForm:
    until = line.active_until.isoformat() if line.active_until else ""
    since = line.active_from.isoformat()
    return LineForm(line.number, line.flow, since, until, line.provider, line.texts_for_all)


def _typed() -> LineForm:
    provider = typed("provider") or DEFAULT_PROVIDER
    since, until, for_all = typed("active_from"), typed("active_until"), typed("texts_for_all") == "1"
    return LineForm(typed("number"), typed("flow"), since, until, provider, for_all)

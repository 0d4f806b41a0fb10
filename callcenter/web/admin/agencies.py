"""Agencies: the list, one agency, and its form."""

from __future__ import annotations

from flask import flash, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter.models import Agency
from callcenter.services.agencies import Agencies, AgencyForm
from callcenter.services.fields import FieldError
from callcenter.services.officers import Officers
from callcenter.services.residency import Residency
from callcenter.services.roster import Roster, gaps_of
from callcenter.web.admin.part import found, local_now, pages, reads, see_other, writes
from callcenter.web.context import house
from callcenter.web.forms import searched, typed
from callcenter.web.problems import problem

Reply = str | tuple[str, int] | Response


@pages.get("/agencies")
@reads
def agencies() -> str:
    """List the agencies; searched by name, code or number."""
    search, tier = searched(), request.args.get("tier", "").replace("\0", "")
    with house().database.reading() as db:
        rows = Agencies(db).found(search, tier)
        return render_template("admin/agencies.html", rows=rows, search=search, tier=tier)


@pages.get("/agencies/<int:agency_id>")
@reads
def agency(agency_id: int) -> str:
    """Show one agency with its lines, officers and the hours nobody covers."""
    with house().database.reading() as db:
        it = found(db, Agency, agency_id)
        people, gaps = Officers(db).of_agency(it.id), gaps_of(Roster(db).week(it.id))
        decided = Residency(db).last(it.lines)
        return render_template("admin/agency.html", it=it, people=people, gaps=gaps, decided=decided)


@pages.get("/agencies/new")
@writes
def new_agency() -> str:
    """Show the form of a new agency."""
    with house().database.reading() as db:
        return _form(db, None, AgencyForm("", "", "dinas"))


@pages.post("/agencies/new")
@writes
def create_agency() -> Reply:
    """Create an agency."""
    form = _typed(typed("code"))
    try:
        with house().database.transaction() as db:
            made = Agencies(db).create(form, local_now())
    except FieldError as error:
        with house().database.reading() as db:
            return _form(db, None, form, error), 422
    flash(_("Instansi disimpan. Tambahkan nomornya di bawah ini."), "good")
    return see_other("admin.agency", agency_id=made.id)


@pages.get("/agencies/<int:agency_id>/edit")
@writes
def edit_agency(agency_id: int) -> str:
    """Show the form of an agency."""
    with house().database.reading() as db:
        it = found(db, Agency, agency_id)
        return _form(db, it, _form_of(it))


@pages.post("/agencies/<int:agency_id>/edit")
@writes
def change_agency(agency_id: int) -> Reply:
    """Change an agency."""
    form = _typed("")
    try:
        with house().database.transaction() as db:
            Agencies(db).change(found(db, Agency, agency_id), form, local_now())
    except FieldError as error:
        with house().database.reading() as db:
            return _form(db, found(db, Agency, agency_id), form, error), 422
    flash(_("Perubahan disimpan."), "good")
    return see_other("admin.agency", agency_id=agency_id)


def _form(db: Session, it: Agency | None, form: AgencyForm, error: FieldError | None = None) -> str:
    errors = {error.field: problem(error.code)} if error else {}
    parents = [(one.code, one.name) for one in Agencies(db).found() if one is not it]
    return render_template("admin/agency_form.html", it=it, form=form, errors=errors, parents=parents)


def _form_of(it: Agency) -> AgencyForm:
    until = it.active_until.isoformat() if it.active_until else ""
    parent = it.parent.code if it.parent else ""
    return AgencyForm(it.code, it.name, it.tier, parent, it.active_from.isoformat(), until)


def _typed(code: str) -> AgencyForm:
    return AgencyForm(
        code, typed("name"), typed("tier"), typed("parent"), typed("active_from"), typed("active_until")
    )

"""Officers: the list, the form, and the settings of their phones."""

from __future__ import annotations

from flask import flash, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from callcenter.models import Agency, Officer
from callcenter.services.fields import FieldError
from callcenter.services.officers import OfficerForm, Officers
from callcenter.web.admin.part import found, pages, reads, see_other, writes
from callcenter.web.context import house
from callcenter.web.forms import searched, ticked, typed
from callcenter.web.problems import problem

Reply = str | tuple[str, int] | Response


@pages.get("/officers")
@reads
def officers() -> str:
    """List all officers; searched by their own or their agency's name."""
    search = searched()
    with house().database.reading() as db:
        return render_template("admin/officers.html", rows=Officers(db).found(search), search=search)


@pages.get("/agencies/<int:agency_id>/officers/new")
@writes
def new_officer(agency_id: int) -> str:
    """Show the form of a new officer."""
    with house().database.reading() as db:
        return _form(found(db, Agency, agency_id), None, OfficerForm(""))


@pages.post("/agencies/<int:agency_id>/officers/new")
@writes
def create_officer(agency_id: int) -> Reply:
    """Create an officer."""
    form = _typed(active=True)
    try:
        with house().database.transaction() as db:
            made = Officers(db).create(found(db, Agency, agency_id), form)
    except FieldError as error:
        with house().database.reading() as db:
            return _form(found(db, Agency, agency_id), None, form, error), 422
    flash(_("Petugas disimpan. Tambahkan gilirannya di daftar jaga."), "good")
    return see_other("admin.edit_officer", officer_id=made.id)


@pages.get("/officers/<int:officer_id>")
@writes
def edit_officer(officer_id: int) -> str:
    """Show an officer with the settings for the SIP phone."""
    with house().database.reading() as db:
        it = found(db, Officer, officer_id)
        form = OfficerForm(it.name, bool(it.sip_secret), it.mobile or "", it.notify_url or "", it.active)
        return _form(it.agency, it, form)


@pages.post("/officers/<int:officer_id>")
@writes
def change_officer(officer_id: int) -> Reply:
    """Change an officer."""
    form = _typed(active=ticked("active"))
    try:
        with house().database.transaction() as db:
            Officers(db).change(found(db, Officer, officer_id), form)
    except FieldError as error:
        with house().database.reading() as db:
            it = found(db, Officer, officer_id)
            return _form(it.agency, it, form, error), 422
    flash(_("Perubahan disimpan."), "good")
    return see_other("admin.edit_officer", officer_id=officer_id)


@pages.post("/officers/<int:officer_id>/secret")
@writes
def renew_secret(officer_id: int) -> Response:
    """Give the officer's phone another password."""
    with house().database.transaction() as db:
        Officers(db).renew_secret(found(db, Officer, officer_id))
    flash(_("Kata sandi SIP diganti. Pasang yang baru di telepon petugas."), "good")
    return see_other("admin.edit_officer", officer_id=officer_id)


def _form(agency: Agency, it: Officer | None, form: OfficerForm, error: FieldError | None = None) -> str:
    errors = {error.field: problem(error.code)} if error else {}
    return render_template(
        "admin/officer_form.html", agency=agency, it=it, form=form, errors=errors, settings=house().settings
    )


def _typed(*, active: bool) -> OfficerForm:
    return OfficerForm(typed("name"), ticked("sip"), typed("mobile"), typed("notify_url"), active)

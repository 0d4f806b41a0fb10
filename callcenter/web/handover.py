"""Handover notes (catatan serah terima): what one shift leaves to the next."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from callcenter.services.fields import FieldError
from callcenter.services.handover import Handover
from callcenter.web.context import house, now, viewer
from callcenter.web.filters import number
from callcenter.web.forms import typed
from callcenter.web.problems import problem

pages = Blueprint("handover", __name__)


@pages.get("/duty/<int:agency_id>/notes")
def notes(agency_id: int) -> str:
    """Show what the shift of now has to know, and take a note to the next one."""
    return _notes(agency_id, "", {})


@pages.post("/duty/<int:agency_id>/notes")
def write(agency_id: int) -> tuple[str, int] | Response:
    """Leave a note to the next shift."""
    text = typed("text")
    try:
        with house().database.transaction() as session:
            Handover(session, viewer(), house().zone).write(agency_id, text, now())
    except FieldError as error:
        return _notes(agency_id, text, {error.field: problem(error.code)}), 422
    flash(_("Catatan serah terima disimpan. Catatan tidak dapat diubah."), "good")
    return redirect(url_for("handover.notes", agency_id=agency_id), 303)


@pages.post("/duty/<int:agency_id>/notes/seen")
def see(agency_id: int) -> Response:
    """Keep that the viewer read the notes that were shown."""
    shown = [number(one) or 0 for one in request.form.getlist("note")]
    with house().database.transaction() as session:
        Handover(session, viewer(), house().zone).see(agency_id, shown, now())
    return redirect(url_for("handover.notes", agency_id=agency_id), 303)


def _notes(agency_id: int, text: str, errors: dict[str, str]) -> str:
    with house().database.reading() as session:
        view = Handover(session, viewer(), house().zone).view(agency_id, now())
        return render_template("duty/notes.html", view=view, text=text, errors=errors)

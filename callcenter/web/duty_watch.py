"""What is done so that duty is kept: warnings and who answers for them, confirmations, telephones."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter.models import DutyReminder
from callcenter.node import link_key
from callcenter.services.duty_warnings import DutyWarnings, rest_rule
from callcenter.services.phones import Phones
from callcenter.services.reminders import Reminders
from callcenter.web.context import house, now, viewer
from callcenter.web.filters import number
from callcenter.web.guard import public

pages = Blueprint("duty_watch", __name__)

WARNINGS = {
    "nobody": _l("Tidak ada petugas jaga"),
    "two_places": _l("Satu telepon di dua instansi sekaligus"),
    "too_long": _l("Jaga terlalu lama tanpa istirahat"),
    "no_rest": _l("Istirahat terlalu pendek"),
    "no_phone": _l("Telepon belum terbukti berfungsi"),
    "no_substitute": _l("Cuti tanpa pengganti"),
    "unconfirmed": _l("Belum dikonfirmasi petugas"),
}


@pages.app_context_processor
def _words() -> dict[str, object]:
    return {"WARNINGS": WARNINGS}


@pages.get("/duty/warnings")
def warnings() -> str:
    """Show what will be wrong with duty, by agency, and who was told."""
    with house().database.reading() as session:
        found = _warnings(session).listed(viewer())
        by_agency: dict[int, list[object]] = {}
        for row in found:
            by_agency.setdefault(row.agency_id, []).append(row)
        return render_template("duty/warnings.html", groups=list(by_agency.values()), count=len(found))


@pages.post("/duty/<int:agency_id>/owner")
def own(agency_id: int) -> Response:
    """Say which officer answers for an agency's roster."""
    with house().database.transaction() as session:
        _warnings(session).give(viewer(), agency_id, number(request.form.get("owner")))
    flash(_("Penanggung jawab jadwal disimpan."), "good")
    return redirect(url_for("duty.month", agency_id=agency_id), 303)


@pages.get("/duty/confirm/<token>")
@public
def ask(token: str) -> str:
    """Show a duty to be confirmed; looking at it changes nothing, because mail programs look as well."""
    with house().database.reading() as session:
        return _shown(_found(session, token), token)


@pages.post("/duty/confirm/<token>")
@public
def confirm(token: str) -> str:
    """Take the word of whoever was sent the link."""
    with house().database.transaction() as session:
        reminders = Reminders(session, house().zone)
        return _shown(reminders.confirm(_found(session, token).id, now()), token)


@pages.post("/duty/reminders/<int:reminder_id>")
def confirm_mine(reminder_id: int) -> Response:
    """Confirm a duty from one's own page."""
    with house().database.transaction() as session:
        Reminders(session, house().zone).confirm_own(viewer(), reminder_id, now())
    flash(_("Terima kasih, kehadiran Anda tercatat."), "good")
    return redirect(url_for("duty.mine"), 303)


@pages.post("/duty/phones/<int:officer_id>")
def tried(officer_id: int) -> Response:
    """Take somebody's word that an officer's telephone works."""
    with house().database.transaction() as session:
        agency_id = Phones(session).tried(viewer(), officer_id, now()).agency_id
    flash(_("Telepon dicatat berfungsi."), "good")
    own_phone = viewer().officer_id == officer_id
    return redirect(url_for("duty.mine") if own_phone else url_for("duty.month", agency_id=agency_id), 303)


def _found(session: Session, token: str) -> DutyReminder:
    return Reminders(session, house().zone).find(token[:80], link_key(house().settings))


def _shown(row: DutyReminder, token: str) -> str:
    return render_template("duty/confirm.html", it=row, token=token, over=row.ends <= now())


def _warnings(session: Session) -> DutyWarnings:
    return DutyWarnings(session, house().zone, rest_rule(*house().settings.duty_hours))

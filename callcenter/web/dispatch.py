"""Officers say that they take a ticket and how far they are: by a link without a login, or on its page."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter.models import Dispatch, DispatchStatus, Officer
from callcenter.node import link_key
from callcenter.services.dispatch_answers import Answers, Reply, Who
from callcenter.services.dispatch_links import find
from callcenter.services.dossier import Dossiers
from callcenter.web.context import house, now, viewer
from callcenter.web.guard import public

pages = Blueprint("dispatch", __name__)

STATUSES = {
    "waiting": (_l("Belum diterima petugas"), "warn"),
    "acknowledged": (_l("Diterima"), "note"),
    "on_way": (_l("Menuju lokasi"), "note"),
    "arrived": (_l("Tiba di lokasi"), "note"),
    "done": (_l("Selesai"), "good"),
}
STEPS = {
    DispatchStatus.ACKNOWLEDGED: _l("Saya terima"),
    DispatchStatus.ON_WAY: _l("Menuju lokasi"),
    DispatchStatus.ARRIVED: _l("Tiba di lokasi"),
    DispatchStatus.DONE: _l("Selesai ditangani"),
}
WAYS = {"file": _l("berkas surat"), "mailto": _l("surel"), "mailtos": _l("surel"), "sms": "SMS"}
"""How somebody was told, by the address's scheme; others are shown as they are (``tgram``)."""
DECLINE = "decline"


@pages.app_context_processor
def _words() -> dict[str, object]:
    return {"DISPATCHES": STATUSES, "WAYS": WAYS, "following_steps": following}


@pages.get("/tugas/<token>")
@public
def ask(token: str) -> str:
    """Show what is to be taken in hand; looking at it changes nothing, because mail programs look as well."""
    with house().database.reading() as session:
        return _shown(*_found(session, token), token)


@pages.post("/tugas/<token>")
@public
def say(token: str) -> str:
    """Take the word of whoever was sent the link."""
    with house().database.transaction() as session:
        dispatch, officer = _found(session, token)
        reply = _said(session, dispatch, Who(officer.id, None, "tautan"))
        return _shown(dispatch, officer, token, reply)


@pages.post("/tickets/<int:ticket_id>/dispatch")
def say_on_page(ticket_id: int) -> Response:
    """Take the word of somebody who is logged in."""
    with house().database.transaction() as session:
        ticket = Dossiers(session, viewer()).ticket(ticket_id).ticket
        dispatch = Answers(session).of(ticket.id)
        if dispatch is None:
            abort(404)
        reply = _said(session, dispatch, Who(viewer().officer_id, viewer().account_id, "halaman"))
    taken = reply is Reply.TAKEN
    flash(
        _("Tercatat.") if taken else _("Tidak diubah: petugas lain sudah lebih dulu."),
        "good" if taken else "warn",
    )
    return redirect(url_for("tickets.ticket", ticket_id=ticket_id, _anchor="tugas"), 303)


def following(dispatch: Dispatch) -> list[tuple[str, object]]:
    """List what is offered to be said next, with its words: first of all that one takes it."""
    order = list(DispatchStatus)
    done = order.index(DispatchStatus(dispatch.status))
    if dispatch.status == DispatchStatus.WAITING:
        return [(DispatchStatus.ACKNOWLEDGED, STEPS[DispatchStatus.ACKNOWLEDGED])]
    return [(status, words) for status, words in STEPS.items() if order.index(status) > done]


def _said(session: Session, dispatch: Dispatch, who: Who) -> Reply:
    answers, what = Answers(session), request.form.get("what", "")
    if what == DECLINE:
        return answers.decline(dispatch.id, who, now())
    try:
        status = DispatchStatus(what)
    except ValueError:
        abort(400)
    return answers.say(dispatch.id, status, who, now())


def _found(session: Session, token: str) -> tuple[Dispatch, Officer]:
    return find(session, token[:100], link_key(house().settings))


def _shown(dispatch: Dispatch, officer: Officer, token: str, reply: Reply | None = None) -> str:
    another = dispatch.acknowledged_at is not None and dispatch.officer_id != officer.id
    return render_template(
        "tickets/dispatch.html",
        it=dispatch,
        ticket=dispatch.ticket,
        officer=officer,
        token=token,
        another=another,
        reply=reply,
    )

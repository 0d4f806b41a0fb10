"""The list of tickets, one ticket, and the work on it."""

from __future__ import annotations

import secrets

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from callcenter.models import TicketStatus
from callcenter.services.dossier import Dossiers
from callcenter.services.listing import Listing
from callcenter.services.text_threads import TextThreads
from callcenter.services.ticket_work import TicketWork, TicketWorkError, next_statuses
from callcenter.web.context import address, house, now, viewer
from callcenter.web.filters import ticket_filter

pages = Blueprint("tickets", __name__)


@pages.get("/tickets")
def tickets() -> str:
    """List tickets; a search for one caller's number is logged."""
    after = request.args.get("after")
    wanted = ticket_filter(request.args, house().zone, now())
    if wanted.caller and not after:
        with house().database.transaction() as session:
            Listing(session, viewer()).note_search(wanted.caller, address(), now())
    with house().database.reading() as session:
        listing = Listing(session, viewer())
        page = listing.tickets(wanted, after)
        return render_template(
            "tickets/tickets.html",
            page=page,
            untaken=listing.untaken(page.rows),
            agencies=listing.agencies(),
            asked=request.args,
            wanted=wanted,
            now=now(),
        )


@pages.get("/tickets/<int:ticket_id>")
def ticket(ticket_id: int) -> str:
    """Show a ticket with what was written on it."""
    return show(ticket_id)


@pages.post("/tickets/<int:ticket_id>/notes")
def note(ticket_id: int) -> Response | tuple[str, int]:
    """Write a note on a ticket."""
    text = request.form.get("text", "")
    try:
        with house().database.transaction() as session:
            TicketWork(session, viewer()).add_note(ticket_id, text, now())
    except TicketWorkError as error:
        flash(problem(error), "bad")
        return show(ticket_id, note=text), 400
    flash(_("Catatan disimpan."), "good")
    return redirect(url_for("tickets.ticket", ticket_id=ticket_id), 303)


@pages.post("/tickets/<int:ticket_id>/status")
def status(ticket_id: int) -> Response | tuple[str, int]:
    """Move a ticket on its way."""
    text = request.form.get("reason", "")
    try:
        before, after = _status("before"), _status("after")
        with house().database.transaction() as session:
            TicketWork(session, viewer()).move(ticket_id, before, after, text, now())
    except TicketWorkError as error:
        flash(problem(error), "bad")
        return show(ticket_id, reason=text), 400
    flash(_("Status aduan diubah."), "good")
    return redirect(url_for("tickets.ticket", ticket_id=ticket_id), 303)


def show(ticket_id: int, **typed: str) -> str:
    """Show a ticket, with what was typed and not taken."""
    with house().database.reading() as session:
        dossier = Dossiers(session, viewer()).ticket(ticket_id)
        thread = TextThreads(session, viewer()).of(dossier.ticket, now())
    return render_template(
        "tickets/ticket.html",
        dossier=dossier,
        ticket=dossier.ticket,
        thread=thread,
        once=secrets.token_hex(8),
        following=next_statuses(TicketStatus(dossier.ticket.status)),
        now=now(),
        typed=typed,
    )


def _status(name: str) -> TicketStatus:
    try:
        return TicketStatus(request.form.get(name, ""))
    except ValueError:
        raise TicketWorkError("transition") from None


def problem(error: TicketWorkError) -> str:
    """Say why a change was not made, and what to do."""
    texts: dict[str, str] = {
        "empty": _("Catatan masih kosong. Tulis isinya, lalu simpan."),
        "long": _("Teks terlalu panjang (paling banyak 4.000 huruf). Tidak ada yang disimpan."),
        "transition": _("Status tidak diubah: aduan ini baru saja diubah orang lain. Periksa, lalu ulangi."),
        "empty_text": _("Pesan masih kosong. Tulis isinya, lalu kirim."),
        "long_text": _("Pesan terlalu panjang (paling banyak 459 huruf). Tidak ada yang dikirim."),
        "no_way": _(
            "Pesan tidak dikirim: tidak ada nomor yang dapat mengirim SMS kepada warga ini. Teleponlah."
        ),
        "reason": _("Status tidak diubah: tulis alasannya untuk menutup atau membuka kembali aduan."),
    }
    return texts[error.code]

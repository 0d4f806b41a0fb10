"""Texts between citizens and lines: the list, what is written to a citizen, what came with a text."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from callcenter.services.listing import TEXTS, Listing
from callcenter.services.text_threads import TextThreads
from callcenter.services.ticket_work import TicketWork, TicketWorkError
from callcenter.web.context import address, house, now, viewer
from callcenter.web.tickets import problem, show
from recordings.kinds import SHOWN
from recordings.store import StoreError

pages = Blueprint("texts", __name__)

STATES = {
    "owed": (_l("Menunggu dikirim"), "note"),
    "queued": (_l("Dikirim"), "note"),
    "sent": (_l("Dikirim"), "note"),
    "delivered": (_l("Sudah sampai"), "good"),
    "read": (_l("Dibaca"), "good"),
    "failed": (_l("Tidak sampai"), "bad"),
    "stopped": (_l("Warga tidak mau menerima pesan"), "warn"),
    "expired": (_l("Tidak terkirim"), "bad"),
}
DISPOSITIONS = {
    "opened": (_l("Menjadi aduan"), "good"),
    "added": (_l("Ditambahkan pada aduan"), "good"),
    "status": (_l("Menanyakan status"), "calm"),
    "stop": (_l("Minta berhenti"), "calm"),
    "start": (_l("Minta menerima lagi"), "calm"),
    "help": (_l("Minta bantuan"), "calm"),
    "officer": (_l("Dari petugas"), "calm"),
    "no_line": (_l("Bukan nomor kita"), "warn"),
    "no_number": (_l("Pengirim tanpa nomor"), "warn"),
    "empty": (_l("Kosong"), "calm"),
}
ERRORS = {
    "line_off": _l("Nomor instansi ini dimatikan sebelum pesan dikirim."),
    "21211": _l("Ini bukan nomor telepon."),
    "21408": _l("Akun penyedia belum boleh mengirim ke negara ini."),
    "21606": _l("Nomor instansi ini tidak dapat mengirim SMS."),
    "21608": _l("Akun uji coba hanya dapat mengirim ke nomor yang sudah diverifikasi."),
    "21614": _l("Nomor ini tidak dapat menerima SMS."),
    "30003": _l("HP warga mati atau di luar jangkauan."),
    "30004": _l("HP warga menolak pesan."),
    "30005": _l("Nomor ini tidak dipakai siapa pun."),
    "30006": _l("Nomor ini tidak dapat menerima SMS."),
    "30007": _l("Operator menyaring pesan ini."),
    "63016": _l("WhatsApp hanya dapat dibalas dalam 24 jam."),
}
"""Twilio's codes in words for officers; the others are shown as they are."""
CHANNELS = {"sms": "SMS", "whatsapp": "WhatsApp"}


@pages.record
def words(state: object) -> None:
    """Give the templates the words of texts."""
    app: Flask = state.app  # type: ignore[attr-defined]
    app.jinja_env.globals.update(
        TEXT_STATES=STATES,
        TEXT_DISPOSITIONS=DISPOSITIONS,
        CHANNELS=CHANNELS,
        TEXT_ERRORS=ERRORS,
        SHOWN_KINDS=SHOWN,
    )


@pages.get("/texts")
def texts() -> str:
    """List texts, the newest first."""
    wanted = request.args.get("wanted", "")
    wanted = wanted if wanted in TEXTS else ""
    with house().database.reading() as session:
        page = Listing(session, viewer()).texts(wanted, request.args.get("after"))
    return render_template("tickets/texts.html", page=page, wanted=wanted, asked=request.args)


@pages.post("/tickets/<int:ticket_id>/texts")
def write(ticket_id: int) -> Response | tuple[str, int]:
    """Write to the citizen of a ticket."""
    body = request.form.get("body", "")
    try:
        with house().database.transaction() as session:
            TicketWork(session, viewer()).write(ticket_id, body, request.form.get("once", ""), now())
    except TicketWorkError as error:
        flash(problem(error), "bad")
        return show(ticket_id, body=body), 400
    flash(_("Pesan akan segera dikirim."), "good")
    return redirect(url_for("tickets.ticket", ticket_id=ticket_id, _anchor="pesan"), 303)


@pages.get("/enclosures/<int:enclosure_id>")
def enclosure(enclosure_id: int) -> Response:
    """Give what came with a text; only kinds that are harmless in a page are shown in one."""
    with house().database.transaction() as session:
        found = TextThreads(session, viewer()).enclosure(enclosure_id, address(), now())
        key, size, kind = found.store_key or "", found.size or 0, found.content_type
    try:
        pieces = list(house().store.open_range(key, 0, size))
    except (StoreError, ValueError):
        abort(503)
    shown = kind in SHOWN
    name = key.rpartition("/")[2]
    headers = {
        "Content-Type": kind if shown else "application/octet-stream",
        "Content-Disposition": f'{"inline" if shown else "attachment"}; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(pieces, headers=headers)

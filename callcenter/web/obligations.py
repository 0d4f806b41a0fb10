"""Call-backs that are owed, and ending them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from callcenter.models import ObligationStatus
from callcenter.services.call_backs import CallBackError, CallBacks
from callcenter.services.dossier import Dossiers
from callcenter.services.listing import Listing
from callcenter.web.context import house, now, viewer

pages = Blueprint("obligations", __name__)


@pages.get("/obligations")
def obligations() -> str:
    """List the open call-backs by deadline, or the ones that ended."""
    asked = request.args.get("status", "")
    status = asked if asked in tuple(ObligationStatus) else ObligationStatus.OPEN
    with house().database.reading() as session:
        page = Listing(session, viewer()).obligations(status, request.args.get("after"))
    return render_template(
        "obligations/obligations.html", page=page, status=status, now=now(), asked=request.args
    )


@pages.get("/obligations/<int:obligation_id>")
def obligation(obligation_id: int) -> str:
    """Show a call-back with its calls and who was told of it."""
    with house().database.reading() as session:
        dossier = Dossiers(session, viewer()).obligation(obligation_id)
    return render_template("obligations/obligation.html", dossier=dossier, now=now())


@pages.post("/obligations/<int:obligation_id>")
def end(obligation_id: int) -> Response:
    """End a call-back: done, or closed with a reason."""
    done = request.form.get("status") == "done"
    status = ObligationStatus.DONE if done else ObligationStatus.CLOSED
    try:
        with house().database.transaction() as session:
            CallBacks(session, viewer()).end(obligation_id, status, request.form.get("reason", ""), now())
    except CallBackError as error:
        flash(_problem(error), "bad")
    else:
        flash(_("Telepon balik dicatat selesai.") if done else _("Telepon balik ditutup."), "good")
    return redirect(url_for("obligations.obligations"), 303)


def _problem(error: CallBackError) -> str:
    texts: dict[str, str] = {
        "ended": _("Telepon balik ini sudah diselesaikan orang lain. Tidak ada yang diubah."),
        "reason": _("Belum ditutup: tulis alasan mengapa warga tidak ditelepon balik."),
    }
    return texts[error.code]

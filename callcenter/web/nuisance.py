"""Marks on numbers of silent and prank calls: reported by officers, decided by supervisors."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter.models import MarkStatus, NuisanceMark, Role
from callcenter.services.deadlines import NUISANCE_MARK
from callcenter.services.nuisance_review import ENDED, MarkError, NuisanceReview
from callcenter.web.context import address, house, now, viewer
from callcenter.web.guard import needs

pages = Blueprint("nuisance", __name__)

supervisors = needs(Role.SUPERVISOR, Role.ADMIN)


@pages.get("/nuisance")
@supervisors
def marks() -> str:
    """List the marks that are proposed, run, or have ended."""
    return _marks({}, "")


@pages.post("/nuisance")
@supervisors
def mark() -> Response | tuple[str, int]:
    """Mark a number."""
    form = request.form
    try:
        with house().database.transaction() as session:
            number, reason, note = (form.get(name, "") for name in ("number", "reason", "note"))
            _review(session).set(number, reason, note, now())
    except MarkError as error:
        return _marks(form.to_dict(), _problem(error)), 400
    flash(_("Nomor ditandai."), "good")
    return redirect(url_for("nuisance.marks", status=MarkStatus.ACTIVE.value), 303)


@pages.post("/nuisance/<int:mark_id>")
@supervisors
def decide(mark_id: int) -> Response:
    """Confirm, extend or withdraw a mark."""
    done, work = _decisions()[_decision()]
    try:
        with house().database.transaction() as session:
            status = work(_review(session), mark_id).status
    except MarkError as error:
        flash(_problem(error), "bad")
        return redirect(url_for("nuisance.marks"), 303)
    flash(done, "good")
    return redirect(url_for("nuisance.marks", status=status if status in _LISTS else ENDED), 303)


@pages.post("/calls/<int:call_id>/report")
def report(call_id: int) -> Response:
    """Report a call as a prank; supervisors decide what becomes of it."""
    try:
        with house().database.transaction() as session:
            new = _review(session).report(call_id, request.form.get("note", ""), now())
    except MarkError as error:
        flash(_problem(error), "bad")
    else:
        flash(_("Laporan diteruskan kepada pengawas.") if new else _("Nomor ini sudah dilaporkan."), "good")
    return redirect(url_for("calls.call", call_id=call_id), 303)


_LISTS = (MarkStatus.PROPOSED.value, MarkStatus.ACTIVE.value, ENDED)


def _marks(typed: dict[str, str], problem: str) -> str:
    asked = request.args.get("status", "")
    status = asked if asked in _LISTS else MarkStatus.PROPOSED.value
    with house().database.reading() as session:
        found = _review(session).marks(status, now())
    words = {"typed": typed, "problem": problem, "days": NUISANCE_MARK.value}
    return render_template("nuisance/marks.html", marks=found, status=status, now=now(), **words)


def _review(session: Session) -> NuisanceReview:
    return NuisanceReview(session, viewer(), address(), house().zone)


Work = Callable[[NuisanceReview, int], NuisanceMark]


def _decisions() -> dict[str, tuple[str, Work]]:
    reason = request.form.get("reason", "")
    return {
        "confirm": (_("Nomor ditandai."), lambda review, one: review.confirm(one, now())),
        "extend": (_("Tanda diperpanjang."), lambda review, one: review.extend(one, now())),
        "withdraw": (_("Tanda dicabut."), lambda review, one: review.withdraw(one, reason, now())),
    }


def _decision() -> str:
    """Read what was decided; anything unknown only asks for the reason of a withdrawal."""
    asked = request.form.get("decision", "")
    return asked if asked in ("confirm", "extend", "withdraw") else "withdraw"


def _problem(error: MarkError) -> str:
    texts: dict[str, str] = {
        "number": _("Bukan nomor telepon yang dapat ditandai. Tulis misalnya 081234567890."),
        "reason": _("Belum dicabut: tulis alasannya."),
        "over": _("Tanda ini sudah diputuskan atau sudah berakhir. Tidak ada yang diubah."),
    }
    return texts[error.code]

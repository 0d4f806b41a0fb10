"""Duty: who is there now, an agency's month, one's own duties, and everything that changes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter.models import DutyFeed
from callcenter.services.duty_calendar import DutyCalendar, Piece
from callcenter.services.duty_feeds import DutyFeeds
from callcenter.services.duty_warnings import DutyWarnings, rest_rule
from callcenter.services.duty_work import ChangeForm, DutyWork
from callcenter.services.fields import FieldError, wall_time
from callcenter.services.handover import Handover
from callcenter.web.context import address, house, now, viewer
from callcenter.web.filters import number
from callcenter.web.forms import searched, typed
from callcenter.web.guard import public
from callcenter.web.problems import WEEKDAYS, problem

pages = Blueprint("duty", __name__)

KINDS = {
    "replace": _l("Gantikan"),
    "add": _l("Tambah petugas"),
    "remove": _l("Lepas dari jaga"),
    "leave": _l("Cuti"),
    "ask": _l("Minta tukar"),
    "swap": _l("Tukar jaga"),
}
STATUSES = {
    "open": (_l("Menunggu"), "warn"),
    "in_force": (_l("Berlaku"), "good"),
    "refused": (_l("Ditolak"), "calm"),
    "withdrawn": (_l("Ditarik"), "calm"),
    "undone": (_l("Dibatalkan"), "calm"),
}
MOST_PROPOSED = 5
Reply = str | tuple[str, int] | Response


@pages.context_processor
def _words() -> dict[str, object]:
    return {"minutes": _minutes, "KINDS": KINDS, "CHANGES": STATUSES, "WEEKDAYS": WEEKDAYS}


@pages.get("/duty")
def everywhere() -> str:
    """Show who is on duty now; the page asks for itself again every few seconds."""
    search = searched()
    with house().database.reading() as session:
        return render_template(
            "duty/now.html", found=_calendar(session).now(search, now()), search=search, now=now()
        )


@pages.get("/duty/mine")
def mine() -> str:
    """Show the viewer's own duties and the swaps asked for around them."""
    return _mine({})


@pages.get("/duty/<int:agency_id>")
def month(agency_id: int) -> str:
    """Show an agency's month."""
    return _month(agency_id, ChangeForm("", "", "", ""), {})


@pages.get("/duty/<int:agency_id>/week")
def week(agency_id: int) -> str:
    """Show an agency's week, hour by hour."""
    return _week(agency_id, ChangeForm("", "", "", ""), {})


@pages.post("/duty/<int:agency_id>")
def change(agency_id: int) -> Reply:
    """Override duty, or grant a leave."""
    form = _form()
    try:
        with house().database.transaction() as session:
            work = _work(session)
            done = (work.leave if form.kind == "leave" else work.override)(agency_id, form, now())
            starts = done.starts
    except FieldError as error:
        show = _week if "week" in request.args else _month
        return show(agency_id, form, {error.field: problem(error.code)}), 422
    flash(_("Perubahan jaga disimpan dan langsung berlaku."), "good")
    if "week" in request.args:
        return redirect(url_for("duty.week", agency_id=agency_id, week=_monday().strftime("%G-W%V")), 303)
    return _to_month(agency_id, starts)


@pages.post("/duty/<int:agency_id>/ask")
def ask(agency_id: int) -> Reply:
    """Look for somebody who takes a duty."""
    form = _form()
    try:
        with house().database.transaction() as session:
            _work(session).ask(agency_id, form, now())
    except FieldError as error:
        return _mine({error.field: problem(error.code)}, form), 422
    flash(_("Permintaan tukar jaga dikirim."), "good")
    return redirect(url_for("duty.mine"), 303)


@pages.post("/duty/asked/<int:ask_id>")
def take(ask_id: int) -> Response:
    """Take a duty that was asked for, or a part of it."""
    try:
        with house().database.transaction() as session:
            _work(session).take(ask_id, _form(), now())
    except FieldError as error:
        flash(problem(error.code), "bad")
    else:
        flash(_("Diambil. Jaga berpindah setelah pengawas menyetujui."), "good")
    return redirect(url_for("duty.mine"), 303)


@pages.post("/duty/changes/<int:change_id>")
def decide(change_id: int) -> Response:
    """Approve, refuse, or take back."""
    reason, asked = typed("decision"), typed("do")
    try:
        with house().database.transaction() as session:
            work = _work(session)
            deeds = {"approve": work.approve, "refuse": work.refuse, "undo": work.undo}
            if asked not in deeds:
                abort(400)
            done = deeds[asked](change_id, reason, now())
            agency_id, starts = done.agency_id, done.starts
    except FieldError as error:
        flash(problem(error.code) if error.code != "empty" else _("Belum diubah: tulis alasannya."), "bad")
        return redirect(request.referrer if _is_ours(request.referrer) else url_for("duty.everywhere"), 303)
    flash(_("Keputusan disimpan."), "good")
    return redirect(url_for("duty.mine"), 303) if not viewer().sees_all else _to_month(agency_id, starts)


@pages.get("/duty/<int:agency_id>/substitutes")
def substitutes(agency_id: int) -> str:
    """Propose who stands in: free at that time, the least burdened first."""
    with house().database.reading() as session:
        officer = number(request.args.get("goes")) or 0
        try:
            starts, ends = (
                wall_time(name, request.args.get(name, "")).replace(tzinfo=house().zone)
                for name in ("starts", "ends")
            )
        except FieldError:
            return ""
        found = _calendar(session).substitutes(agency_id, officer, starts, ends)
        return render_template("duty/substitutes.html", found=found[:MOST_PROPOSED])


@pages.post("/duty/feeds")
def make_feed() -> Response:
    """Make an address for a calendar program, and show it once."""
    with house().database.transaction() as session:
        agency_id = number(typed("agency"))
        token = DutyFeeds(session, house().zone).make(viewer(), agency_id, address(), now())
    flash(_("Alamat kalender, salin sekarang karena tidak ditampilkan lagi:"), "good")
    flash(url_for("duty.feed", token=token, _external=True), "note")
    return redirect(url_for("duty.month", agency_id=agency_id) if agency_id else url_for("duty.mine"), 303)


@pages.post("/duty/feeds/<int:feed_id>/revoke")
def revoke_feed(feed_id: int) -> Response:
    """Let an address answer no more."""
    with house().database.transaction() as session:
        DutyFeeds(session, house().zone).revoke(viewer(), feed_id, address(), now())
    flash(_("Alamat kalender dicabut."), "good")
    return redirect(request.referrer if _is_ours(request.referrer) else url_for("duty.mine"), 303)


@pages.get("/duty/feeds/<token>.ics")
@public
def feed(token: str) -> Response:
    """Answer a calendar program."""
    with house().database.reading() as session:
        text = DutyFeeds(session, house().zone).calendar(token[:200], now())
    return Response(text, mimetype="text/calendar", headers={"Cache-Control": "private, max-age=300"})


def _month(agency_id: int, form: ChangeForm, errors: dict[str, str]) -> str:
    with house().database.reading() as session:
        view = _calendar(session).month(agency_id, first_of_month(request.args.get("month")))
        return render_template(
            "duty/month.html",
            view=view,
            here={"month": view.first.strftime("%Y-%m")},
            feeds=[it for it in _feeds(session) if it.agency_id == agency_id and not it.officer_id],
            warnings=_warnings(session).listed(viewer(), agency_id),
            owner=_warnings(session).owner_of(agency_id),
            handed=Handover(session, viewer(), house().zone).view(agency_id, now()),
            **_change_form(form, errors),
        )


def _week(agency_id: int, form: ChangeForm, errors: dict[str, str]) -> str:
    with house().database.reading() as session:
        view = _calendar(session).week(agency_id, _monday())
        local = now().astimezone(house().zone)
        return render_template(
            "duty/week.html",
            view=view,
            here={"week": view.first.strftime("%G-W%V")},
            minute=local.hour * 60 + local.minute,
            **_change_form(form, errors),
        )


def _change_form(form: ChangeForm, errors: dict[str, str]) -> dict[str, Any]:
    """Give what the form below a calendar shows: what was typed, or what a chosen turn suggests."""
    asked = {name: request.args.get(name, "")[:40] for name in ("starts", "ends", "goes", "comes")}
    kind = "add" if asked["starts"] and not asked["goes"] else "replace"  # a turn that nobody has
    return {
        "form": form if form.kind else ChangeForm(kind, reason="", **asked),
        "errors": errors,
        "chosen": any(asked.values()) or bool(errors),
        "today": now().astimezone(house().zone).date(),
        "now": now(),
    }


def _mine(errors: dict[str, str], form: ChangeForm | None = None) -> str:
    with house().database.reading() as session:
        view = _calendar(session).mine(now())
        asked = {name: request.args.get(name, "")[:40] for name in ("starts", "ends")}
        form = form or ChangeForm("ask", reason="", **asked)
        feeds = [it for it in _feeds(session) if it.officer_id]
        handed = None
        if view:
            handed = Handover(session, viewer(), house().zone).view(view.officer.agency_id, now())
        return render_template(
            "duty/mine.html", view=view, feeds=feeds, form=form, errors=errors, handed=handed
        )


def _minutes(piece: Piece) -> tuple[int, int]:
    """Tell from and until which minute of its day a piece lasts, on the wall."""
    first, last = (at.astimezone(house().zone) for at in (piece.starts, piece.ends))
    over = last.hour * 60 + last.minute
    return first.hour * 60 + first.minute, over if first.date() == last.date() else 1440


def _form() -> ChangeForm:
    names = ("kind", "starts", "ends", "reason", "comes", "goes", "rung", "decree", "approver")
    return ChangeForm(**{name: typed(name) for name in names})


def first_of_month(text: str | None) -> date:
    """Read a month as ``2026-11``; nonsense means this one."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = now().astimezone(house().zone).date().replace(day=1)
    return first if 2000 <= first.year < 2200 else date(2000, 1, 1)


def _monday() -> date:
    """Read a week as ``2026-W48``; nonsense means this one."""
    try:
        monday = date.fromisoformat(f"{request.args.get('week')}-1")
    except ValueError:
        today = now().astimezone(house().zone).date()
        monday = today - timedelta(days=today.weekday())
    return monday if 2000 <= monday.year < 2200 else date(2000, 1, 3)


def _to_month(agency_id: int, starts: datetime) -> Response:
    month = starts.astimezone(UTC).astimezone(house().zone).strftime("%Y-%m")
    return redirect(url_for("duty.month", agency_id=agency_id, month=month), 303)


def _is_ours(address: str | None) -> bool:
    return bool(address) and str(address).startswith(request.host_url)


def _feeds(session: Session) -> Sequence[DutyFeed]:
    return DutyFeeds(session, house().zone).of_viewer(viewer())


def _calendar(session: Session) -> DutyCalendar:
    return DutyCalendar(session, viewer(), house().zone)


def _warnings(session: Session) -> DutyWarnings:
    return DutyWarnings(session, house().zone, rest_rule(*house().settings.duty_hours))


def _work(session: Session) -> DutyWork:
    return DutyWork(session, viewer(), house().zone)

"""The proposal for an agency's coming month: looked at, taken along to be changed, or published."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from callcenter.models import Agency
from callcenter.roster.values import DocumentError
from callcenter.services import proposals
from callcenter.services.access import possible_id
from callcenter.services.duty_warnings import rest_rule
from callcenter.services.fields import FieldError
from callcenter.services.proposals import Proposals, Proposed
from callcenter.web.admin.part import found, reads
from callcenter.web.context import house, now, viewer
from callcenter.web.downloads import duty_table
from callcenter.web.forms import ticked, typed
from callcenter.web.problems import WEEKDAYS, problem

pages = Blueprint("duty_proposals", __name__)

REFUSALS = {
    "not_here": _l("belum atau tidak lagi bertugas di sini"),
    "away": _l("cuti"),
    "busy": _l("sudah berjaga saat itu"),
    "too_long": _l("jaga menjadi terlalu lama"),
    "no_rest": _l("kurang istirahat"),
}
PARTS = (
    ("whole", _l("Jam jaga")),
    ("nights", _l("Malam")),
    ("weekends", _l("Akhir pekan")),
    ("holidays", _l("Hari libur")),
)


@pages.context_processor
def _words() -> dict[str, object]:
    return {"REFUSALS": REFUSALS, "PARTS": PARTS, "WEEKDAYS": WEEKDAYS}


@pages.get("/duty/<int:agency_id>/proposal")
@reads
def proposal(agency_id: int) -> str:
    """Show the proposal for a month, the coming one when none is asked for."""
    return _page(agency_id, {})


@pages.get("/duty/<int:agency_id>/proposal.<any(csv, xlsx):kind>")
@reads
def download(agency_id: int, kind: str) -> Answer:
    """Give the proposal as a file that can be changed and read in again."""
    try:
        with house().database.reading() as session:
            proposed = _proposed(session, agency_id)
    except FieldError as error:
        flash(problem(error.code), "bad")
        return redirect(url_for("duty_proposals.proposal", agency_id=agency_id), 303)
    return duty_table(proposed.rows, kind, f"jaga-{proposed.agency.code}-{proposed.first:%Y-%m}")


@pages.post("/duty/<int:agency_id>/proposal")
@reads
def publish(agency_id: int) -> Answer | tuple[str, int]:
    """Put the proposal in force, if it is still the one that was seen."""
    try:
        with house().database.transaction() as session:
            proposed = _proposed(session, agency_id)
            if typed("mark") != proposed.mark:
                raise FieldError("mark", "proposal_changed")
            _proposals(session).publish(
                proposed, typed("reason"), viewer().account_id, now(), with_gaps=ticked("with_gaps")
            )
    except FieldError as error:
        return _page(agency_id, {error.field: problem(error.code)}), 422
    except DocumentError:
        return _page(agency_id, {"reason": problem("empty")}), 422
    flash(_("Usulan diterbitkan dan berlaku untuk bulan itu."), "good")
    return redirect(url_for("duty.month", agency_id=agency_id, month=f"{proposed.first:%Y-%m}"), 303)


def _page(agency_id: int, errors: dict[str, str]) -> str:
    with house().database.reading() as session:
        agency, proposed = found(session, Agency, possible_id(agency_id)), None
        try:
            proposed = _proposed(session, agency_id)
        except FieldError as error:
            errors = {error.field: problem(error.code)}
        return render_template(
            "duty/proposal.html",
            agency=agency,
            view=proposed,
            errors=errors,
            reason=typed("reason"),
            with_gaps=ticked("with_gaps"),
            coming=proposals.coming(now(), house().zone),
        )


def _proposed(session: Session, agency_id: int) -> Proposed:
    agency = found(session, Agency, possible_id(agency_id))
    return _proposals(session).propose(agency, _month(), now())


def _proposals(session: Session) -> Proposals:
    return Proposals(session, house().zone, rest_rule(*house().settings.duty_hours))


def _month() -> date:
    """Read the month that is asked for; raises ``FieldError``."""
    asked = request.args.get("month")
    return proposals.month(asked) if asked else proposals.coming(now(), house().zone)

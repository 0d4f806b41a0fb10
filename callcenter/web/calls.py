"""The list of calls, and one call."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from callcenter.services.dossier import Dossiers
from callcenter.services.listing import Listing
from callcenter.services.nuisance import Nuisance
from callcenter.web.context import address, house, now, viewer
from callcenter.web.filters import call_filter
from callcenter.web.timeline import moments

pages = Blueprint("calls", __name__)


@pages.get("/calls")
def calls() -> str:
    """List calls; a search for one caller's number is logged."""
    after = request.args.get("after")
    wanted = call_filter(request.args, house().zone)
    if wanted.caller and not after:
        with house().database.transaction() as session:
            Listing(session, viewer()).note_search(wanted.caller, address(), now())
    with house().database.reading() as session:
        listing = Listing(session, viewer())
        page = listing.calls(wanted, after)
        return render_template(
            "calls/calls.html",
            page=page,
            tickets=listing.tickets_of(page.rows),
            agencies=listing.agencies(),
            asked=request.args,
            wanted=wanted,
        )


@pages.get("/calls/<int:call_id>")
def call(call_id: int) -> str:
    """Show a call with its timeline and audio."""
    with house().database.reading() as session:
        dossier = Dossiers(session, viewer()).call(call_id)
        mark = Nuisance(session).live(dossier.call.caller_number, now())
    return render_template(
        "calls/call.html", dossier=dossier, call=dossier.call, moments=moments(dossier), mark=mark
    )

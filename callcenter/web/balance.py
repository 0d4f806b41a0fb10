"""Each day's balance of calls, and in what the log and the exchange differ."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from callcenter.services.balance import Balances, total
from callcenter.services.differences import DifferenceList
from callcenter.services.listing import Listing
from callcenter.web import filters, words
from callcenter.web.context import house, now, viewer
from callcenter.web.differing import reason, title

pages = Blueprint("balance", __name__)


@pages.get("/balance")
def balance() -> str:
    """Show each day's balance; every number leads to its calls."""
    period = filters.period(request.args, house().zone, now())
    agency_id = filters.agency(request.args)
    with house().database.reading() as session:
        days = Balances(session, viewer(), house().zone).days(period.first, period.last, agency_id)
        return render_template(
            "balance/balance.html",
            days=days,
            total=total(days),
            period=period,
            agency_id=agency_id,
            agencies=Listing(session, viewer()).agencies(),
            last_run=DifferenceList(session, viewer()).last_run(),
            day_words=words.short_day,
        )


@pages.get("/balance/differences")
def differences() -> str:
    """List the differences that are open, or those that were mended."""
    asked = request.args
    period = filters.period(asked, house().zone, now()) if asked.get("from") or asked.get("to") else None
    since, until = period.bounds(house().zone) if period else (None, None)
    mended = asked.get("status") == "mended"
    agency_id = filters.agency(asked)
    with house().database.reading() as session:
        found = DifferenceList(session, viewer())
        return render_template(
            "balance/differences.html",
            rows=found.between(since, until, agency_id=agency_id, mended=mended),
            period=period,
            agency_id=agency_id,
            mended=mended,
            agencies=Listing(session, viewer()).agencies(),
            last_run=found.last_run(),
            title_of=title,
            reason_of=reason,
        )

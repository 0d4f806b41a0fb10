"""What programs read of duty."""

from __future__ import annotations

from flask import request
from sqlalchemy.orm import Session

from callcenter.api import facts, reading
from callcenter.api.description import described
from callcenter.api.door import pages, viewer
from callcenter.api.facts import Facts
from callcenter.api.schemas import AGENCY, AT, DAYS, INTERVAL
from callcenter.house import house, now
from callcenter.services.duty_reading import DutyReading
from callcenter.services.duty_warnings import DutyWarnings, rest_rule


@pages.get("/duty/now")
@described("Who is on duty now, or at another time", "DutyNow", query=(AT, AGENCY))
def duty_now() -> Facts:
    """Tell who is on duty, for one agency or for all that may be seen."""
    at = reading.asked_moment("at") or now().replace(microsecond=0)
    with house().database.reading() as session:
        found = _reading(session).now(request.args.get("agency"), at)
        return {"at": facts.time(at), "agencies": [facts.now(one) for one in found]}


@pages.get("/agencies/<code>/duty")
@described("Who is on duty when, cut where that changes", "DutySpans", query=INTERVAL)
def duty_spans(code: str) -> Facts:
    """Resolve an agency's duty in an interval."""
    starts, ends = reading.asked_interval()
    with house().database.reading() as session:
        agency = _reading(session).agency(code)
        spans = [facts.span(piece) for piece in _reading(session).spans(agency, starts, ends)]
        return {"agency": facts.agency(agency), "spans": spans}


@pages.get("/duty/gaps")
@described("When nobody will be on duty, for agencies with a line", "DutyGaps", query=(DAYS,))
def duty_gaps() -> Facts:
    """Look ahead for gaps."""
    days = reading.asked_days()
    with house().database.reading() as session:
        return {"gaps": [facts.gap(one) for one in _reading(session).gaps(now(), days)]}


@pages.get("/duty/warnings")
@described("What will be wrong with duty, and who was told", "DutyWarnings")
def duty_warnings() -> Facts:
    """List the open warnings that may be seen."""
    with house().database.reading() as session:
        rule = rest_rule(*house().settings.duty_hours)
        rows = DutyWarnings(session, house().zone, rule).listed(viewer())
        return {"warnings": [facts.warning(row) for row in rows]}


def _reading(session: Session) -> DutyReading:
    return DutyReading(session, viewer(), house().zone)

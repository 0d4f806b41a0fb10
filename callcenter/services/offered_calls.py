"""A call as it comes: on which line, from whom, and whether the line is served."""

from __future__ import annotations

from datetime import datetime, tzinfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, contains_eager

from callcenter.models import Agency, Call, Line
from callcenter.services import callers
from callcenter.services.residency import Residency
from callcenter.services.timeline import Fact
from ivr.events import Offered

UNKNOWN_LINE_FLOW = "unknown"

_FIND_LINE = (  # built once: every call begins with it
    select(Line)
    .join(Line.agency)
    .options(contains_eager(Line.agency))
    .where(Line.provider == bindparam("provider"), Line.number.in_(bindparam("numbers", expanding=True)))
    .where(Line.active_from <= bindparam("today"))
    .where((Line.active_until.is_(None)) | (Line.active_until > bindparam("today")))
)


class OfferedCalls:
    """Makes calls' rows; one instance a transaction."""

    def __init__(self, session: Session, zone: tzinfo) -> None:
        """Write through ``session``; lines' dates are days in ``zone``."""
        self._session = session
        self._zone = zone

    def log(self, provider: str, node: str, key: str, event: Offered, at: datetime) -> Call:
        """Add the row of a call that nobody knows yet."""
        line = self._find_line(provider, event.dialled, at)
        call = _new_call(provider, node, key, event, line, at)
        if line is not None and not Residency(self._session).is_served(line):
            call.flow = UNKNOWN_LINE_FLOW  # still the agency's call: who hears this is owed a call-back
        self._session.add(call)
        return call

    def _find_line(self, provider: str, dialled: str, now: datetime) -> Line | None:
        candidates = {text for text in (callers.printable(dialled, 64), callers.normalise(dialled)) if text}
        today = now.astimezone(self._zone).date()
        asked = {"provider": provider, "numbers": sorted(candidates), "today": today}
        return self._session.scalar(_FIND_LINE, asked)


def first_facts(call: Call, event: Offered) -> list[Fact]:
    """Tell how a call came, and why it is not served where its line is off."""
    caller = call.caller_number or call.caller_kind
    facts: list[Fact] = [(event.key, "offered", {"dialled": call.dialled, "caller": caller})]
    if call.line is not None and call.flow == UNKNOWN_LINE_FLOW:
        facts.append(("line_off", "degraded", {"why": "line_off"}))
    return facts


def agency_facts(agency: Agency | None) -> dict[str, str]:
    """Give what a conversation says and does with the agency's name."""
    if agency is None:
        return {}
    queue = f"agency-{agency.code}"
    return {
        "agency_code": agency.code,
        "agency_name": agency.name,
        "queue": queue,
        "emergency_queue": f"{queue}-emergency",
    }


def _new_call(provider: str, node: str, key: str, event: Offered, line: Line | None, now: datetime) -> Call:
    caller = callers.identify(event.caller, event.caller_name)
    return Call(
        provider=provider,
        key=key,
        node=node,
        channel=event.channel[:200],
        dialled=callers.printable(event.dialled, 64) or "",
        line=line,
        agency=line.agency if line else None,
        caller_kind=caller.kind,
        caller_number=caller.number,
        caller_name=caller.name,
        flow=line.flow if line else UNKNOWN_LINE_FLOW,
        test=event.test,
        cursor={},
        turn={},
        offered_at=now,
    )

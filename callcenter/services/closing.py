"""The end of a call: one disposition, and what is owed because of it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from callcenter.models import Call, Disposition, Leg, Recording, Ticket
from callcenter.services.complaint import Complaints
from callcenter.services.disposition import Outcome, Story, decide
from callcenter.services.nuisance import Nuisance
from callcenter.services.obligations import Obligations
from callcenter.services.offered_calls import UNKNOWN_LINE_FLOW
from callcenter.services.promises import PROMISED
from callcenter.services.silence import SHORTEST_MESSAGE, is_silent
from callcenter.services.timeline import Timeline
from ivr.events import HungUp

_SCRUBBED = ("ticket_pin", "pin")
_MESSAGE = select(Recording.id).where(
    Recording.call_id == bindparam("call_id"),
    Recording.kind == "message",
    Recording.duration_ms >= SHORTEST_MESSAGE * 1000,
)


class Closing:
    """Ends calls."""

    def __init__(self, session: Session, secret: bytes, zone: ZoneInfo) -> None:
        self._session = session
        self._timeline = Timeline(session)
        self._complaints = Complaints(session, secret, zone)
        self._obligations = Obligations(session, zone)
        self._nuisance = Nuisance(session)

    def hung_up(self, call: Call, event: HungUp, now: datetime) -> None:
        """End a call; a second report only adds a cause that was unknown."""
        if call.ended_at is not None:
            _complete(call, event)
            return
        with self._session.no_autoflush:  # one UPDATE at the end: no query below asks for what is set here
            call.ended_at, call.hangup_cause, call.hangup_side = now, event.cause, event.side
            self._timeline.add(call, now, (event.key, "hung_up", {"cause": event.cause, "side": event.side}))
            self._end_legs(call, now)
            self._dispose(call, now)
            _scrub(call)

    def reconsider(self, call: Call, now: datetime) -> bool:
        """Decide a closed call's outcome again, once more is known of it; tells whether it changed."""
        if call.ended_at is None or call.disposition is None:
            return False
        before, outcome = call.disposition, self._outcome(call, now)
        call.disposition, call.disposition_reason = outcome.disposition, outcome.reason
        if outcome.disposition == before:
            return False
        data = {"what": "disposition", "before": before, "after": outcome.disposition}
        self._timeline.add_once(call, now, f"disposition:{outcome.disposition}", "reconciled", data)
        if before == Disposition.CALL_BACK:
            self._obligations.settle(call, now)
        return True

    def _outcome(self, call: Call, now: datetime) -> Outcome:
        """Open the ticket that the call deserves, and decide."""
        has_message = self._has_message(call)
        if call.agency_id is not None and not call.test and (call.answered_at or has_message):
            self._complaints.open(call, now)
        return decide(self._story(call, has_message))

    def _dispose(self, call: Call, now: datetime) -> None:
        outcome = self._outcome(call, now)
        call.disposition, call.disposition_reason = outcome.disposition, outcome.reason
        self._obligations.follow(call, outcome, now)
        self._nuisance.follow(call, outcome, now)
        data = {"disposition": outcome.disposition, "reason": outcome.reason}
        self._timeline.add(call, now, ("disposed", "disposed", data))

    def _story(self, call: Call, has_message: bool) -> Story:
        ticket = self._session.scalar(select(Ticket.id).where(Ticket.call_id == call.id))
        return Story(
            test=call.test,
            known_line=call.line_id is not None,
            answered=call.answered_at is not None,
            has_ticket=ticket is not None,
            has_message=has_message,
            status_told=_facts(call).get("result") == "found",
            emergency=call.emergency,
            has_number=call.caller_number is not None,
            asked=_facts(call).get("call_back") in PROMISED,
            line_off=call.line_id is not None and call.flow == UNKNOWN_LINE_FLOW,
            silent=is_silent(call, self._timeline),
        )

    def _has_message(self, call: Call) -> bool:
        """Tell whether there is a message somebody can listen to.

        One that is kept counts although nobody told that it was recorded: its
        driver died, or the exchange took it alone.
        """
        told = any(
            event.data["ended_by"] != "hangup" or event.data["seconds"] >= SHORTEST_MESSAGE
            for event in self._timeline.of_kind(call, "recorded")
        )
        return told or self._session.scalar(_MESSAGE, {"call_id": call.id}) is not None

    def _end_legs(self, call: Call, now: datetime) -> None:
        open_legs = select(Leg).where(Leg.call_id == call.id, Leg.ended_at.is_(None))
        for leg in self._session.scalars(open_legs):
            leg.ended_at = now
            leg.outcome = "answered" if leg.answered_at else "cancelled"


def _complete(call: Call, event: HungUp) -> None:
    if not call.hangup_cause and event.cause:
        call.hangup_cause = event.cause
    if call.hangup_side in (None, "unknown"):
        call.hangup_side = event.side


def _facts(call: Call) -> dict[str, str]:
    return dict(call.cursor.get("facts", {}))


def _scrub(call: Call) -> None:
    """Forget the PIN: it was kept in clear only while it could be repeated."""
    facts = {name: value for name, value in _facts(call).items() if name not in _SCRUBBED}
    call.cursor = {**call.cursor, "facts": facts}
    call.turn = {}

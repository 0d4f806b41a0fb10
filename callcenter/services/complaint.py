"""Turning a call or a text into its ticket, and telling those who must know."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Call, Leg, TextMessage, Ticket
from callcenter.services.dispatches import Dispatches
from callcenter.services.recordings import Recordings
from callcenter.services.texts import Texts
from callcenter.services.tickets import Tickets
from callcenter.services.timeline import Timeline


class Complaints:
    """Opens a call's ticket, once, with its work and its place in the timeline."""

    def __init__(self, session: Session, secret: bytes, zone: ZoneInfo) -> None:
        self._session = session
        self._tickets = Tickets(session, secret, zone)
        self._timeline = Timeline(session)
        self._dispatches = Dispatches(session, zone)

    def open(self, call: Call, now: datetime) -> Ticket:
        """Open the call's ticket unless it is open already."""
        opened = self._tickets.open_for(call, "emergency" if call.emergency else "general", now)
        if opened.new:
            self._announce(call, opened.ticket, now)
        return opened.ticket

    def open_and_tell(self, call: Call, now: datetime) -> dict[str, str]:
        """Open the ticket and give what the caller is told: number and PIN."""
        ticket = self.open(call, now)
        return {"ticket_number": ticket.number, "ticket_pin": self._tickets.pin(ticket)}

    def written(self, text: TextMessage, agency_id: int, now: datetime, *, urgent: bool) -> Ticket:
        """Open the ticket of a text that came in."""
        category = "emergency" if urgent else "general"
        ticket = self._tickets.open(agency_id, category, text.number, "id", now)
        self._dispatches.open(ticket, now)
        return ticket

    def added(self, ticket: Ticket, text: TextMessage, now: datetime) -> None:
        """Tell who must know that a citizen wrote more about a ticket."""
        self._dispatches.open(ticket, now, text.id)

    def _announce(self, call: Call, ticket: Ticket, now: datetime) -> None:
        warning = Recordings(self._session).warning(call)
        failed = self._timeline.of_kind(call, "recording_failed")
        if failed:
            warning = str(failed[-1].data["problem"])
        if warning:
            ticket.warning = warning
        data = {"ticket_id": ticket.id, "number": ticket.number}
        self._timeline.add(call, now, ("ticket", "ticket_opened", data))
        self._dispatches.open(ticket, now, taken_by=self._answered_by(call))
        Texts(self._session).opened(ticket, now)

    def _answered_by(self, call: Call) -> int | None:
        """Tell which officer talked to the caller last."""
        talked = select(Leg.officer_id).where(Leg.call_id == call.id, Leg.answered_at.is_not(None))
        return self._session.scalar(talked.order_by(Leg.answered_at.desc()).limit(1))

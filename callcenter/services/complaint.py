"""Turning a call into its ticket, and telling those who must know."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from callcenter.models import Call, Ticket
from callcenter.services.duty import Duty
from callcenter.services.ladder import Ladders, first_rung
from callcenter.services.outbox import Work
from callcenter.services.recordings import Recordings
from callcenter.services.tickets import Tickets
from callcenter.services.timeline import Timeline


class Complaints:
    """Opens a call's ticket, once, with its work and its place in the timeline."""

    def __init__(self, session: Session, secret: bytes, zone: ZoneInfo) -> None:
        self._session = session
        self._zone = zone
        self._tickets = Tickets(session, secret, zone)
        self._timeline = Timeline(session)

    def open(self, call: Call, now: datetime) -> Ticket:
        """Open the call's ticket unless it is open already."""
        return self._open(call, now)[0]

    def open_and_tell(self, call: Call, now: datetime) -> dict[str, str]:
        """Open the ticket and give what the caller is told: number and PIN.

        A ticket opened before (while officer and citizen talked) gets a new
        PIN here, because the first one was kept only as a hash.
        """
        ticket, pin = self._open(call, now)
        return {"ticket_number": ticket.number, "ticket_pin": pin or self._tickets.new_pin(ticket)}

    def _open(self, call: Call, now: datetime) -> tuple[Ticket, str | None]:
        opened = self._tickets.open_for(call, "emergency" if call.emergency else "general", now)
        ticket = opened.ticket
        if opened.pin is not None:
            self._announce(call, ticket, now)
        return ticket, opened.pin

    def _announce(self, call: Call, ticket: Ticket, now: datetime) -> None:
        warning = Recordings(self._session).warning(call)
        failed = self._timeline.of_kind(call, "recording_failed")
        if failed:
            warning = str(failed[-1].data["problem"])
        if warning:
            ticket.warning = warning
        data = {"ticket_id": ticket.id, "number": ticket.number}
        self._timeline.add(call, now, ("ticket", "ticket_opened", data))
        self._owe_notifications(ticket, now)

    def _owe_notifications(self, ticket: Ticket, now: datetime) -> None:
        """Tell everybody on the first rung, else who covers for the agency; without anybody, the instance."""
        first = first_rung(Duty(self._session, self._zone).on_duty(ticket.agency_id, now))
        if not first and (cover := Ladders(self._session, self._zone).cover(ticket.agency_id, now)):
            first = list(cover.people)
        people: list[int | None] = [person.officer_id for person in first]
        for officer_id in people or [None]:
            fact = f"ticket-opened:{ticket.id}:officer:{officer_id or 'none'}"
            payload = {"ticket_id": ticket.id, "officer_id": officer_id}
            Work(self._session).owe("notify_ticket", fact, payload, now)

"""Opening tickets and telling citizens their status by telephone and text."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session

from callcenter.models import Call, Ticket
from callcenter.services import deadlines, numbers

MAX_PIN_FAILURES = 10
"""Wrong PINs after which a ticket's status is told by an officer only."""

# Asked in most calls: built once.
_OF_CALL = select(Ticket).where(Ticket.call_id == bindparam("call_id"))
_TAKEN = select(Ticket.id).where(Ticket.number == bindparam("number"))


@dataclass(frozen=True, slots=True)
class Opened:
    """A call's ticket, and whether it was opened just now."""

    ticket: Ticket
    new: bool


class Tickets:
    """Tickets as citizens see them."""

    def __init__(self, session: Session, secret: bytes, zone: ZoneInfo) -> None:
        self._session = session
        self._secret = secret
        self._zone = zone

    def open_for(self, call: Call, category: str, now: datetime) -> Opened:
        """Open the call's ticket; a second time gives the same one.

        Raises ``ValueError`` for a call on no known line.
        """
        known = self._session.scalar(_OF_CALL, {"call_id": call.id})
        if known:
            return Opened(known, False)
        if call.agency_id is None:
            raise ValueError(f"call {call.key}: no agency could own a ticket")
        return Opened(
            self._open(call.agency_id, call, category, call.caller_number, call.language, now), True
        )

    def open(self, agency_id: int, category: str, caller_number: str, language: str, now: datetime) -> Ticket:
        """Open a ticket that came without a call."""
        return self._open(agency_id, None, category, caller_number, language, now)

    def pin(self, ticket: Ticket) -> str:
        """Give a ticket's PIN; one that was drawn at random, as once they were, is replaced."""
        pin = numbers.pin_of(self._secret, ticket.number)
        ticket.pin_hash = numbers.pin_hash(self._secret, ticket.number, pin)
        return pin

    def status(self, number: str, pin: str) -> dict[str, str]:
        """Answer a citizen's question: ``result`` and, when found, ``status``.

        A wrong number and a wrong PIN sound the same.
        """
        told = numbers.is_valid(number)
        tickets = (
            self._session.scalars(select(Ticket).where(called(number)).with_for_update()).all()
            if told
            else []
        )
        results = [self._status(ticket, number, pin) for ticket in tickets]
        best = ("found", "locked", "wrong")
        return min(results, key=lambda result: best.index(result["result"]), default={"result": "wrong"})

    def adopt(self, ticket: Ticket, number: str, pin: str) -> None:
        """Let the citizen ask by the number and PIN that an exchange gave alone, too."""
        ticket.provisional = number
        ticket.provisional_pin_hash = numbers.pin_hash(self._secret, number, pin)

    def _open(
        self,
        agency_id: int,
        call: Call | None,
        category: str,
        caller_number: str | None,
        language: str,
        now: datetime,
    ) -> Ticket:
        number = self._free_number()
        ticket = Ticket(
            number=number,
            pin_hash=numbers.pin_hash(self._secret, number, numbers.pin_of(self._secret, number)),
            agency_id=agency_id,
            call=call,
            category=category,
            caller_number=caller_number,
            language=language,
            opened_at=now,
            verify_by=deadlines.due(deadlines.VERIFICATION, now, self._zone),
        )
        self._session.add(ticket)
        self._session.flush()
        return ticket

    def _status(self, ticket: Ticket, number: str, pin: str) -> dict[str, str]:
        if ticket.pin_failures >= MAX_PIN_FAILURES:
            return {"result": "locked"}
        kept = ticket.pin_hash if ticket.number == number else ticket.provisional_pin_hash or ""
        if not hmac.compare_digest(kept, numbers.pin_hash(self._secret, number, pin)):
            ticket.pin_failures += 1
            return {"result": "wrong"}
        ticket.pin_failures = 0
        return {"result": "found", "status": ticket.status}

    def _free_number(self) -> str:
        while True:
            number = numbers.random_number()
            if not self._session.scalar(_TAKEN, {"number": number}):
                return number


def called(number: str) -> ColumnElement[bool]:
    """Match a ticket by its number, or by one an exchange gave alone (and maybe gave twice)."""
    return or_(Ticket.number == number, Ticket.provisional == number)

"""Texts that are owed to citizens: each once for each fact."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.models import TextMessage, TextState, Ticket, TicketEntry
from callcenter.services.outbox import Work
from callcenter.services.text_ways import Way, Ways
from callcenter.services.upsert import insert_into

SEND = "send_text"

MOST_REPLIES = 10
"""Answers an hour to one number: two machines that answer each other come to an end."""


class Texts:
    """Owes texts; one instance a transaction."""

    def __init__(self, session: Session) -> None:
        """Write through ``session``; a text is owed once it commits."""
        self._session = session
        self._ways = Ways(session)

    def opened(self, ticket: Ticket, now: datetime) -> None:
        """Tell a citizen who telephoned the number and PIN of their ticket."""
        self._tell(ticket, f"ticket-number:{ticket.id}", "number", now)

    def moved(self, ticket: Ticket, entry: TicketEntry, now: datetime) -> None:
        """Tell a citizen their ticket's new status."""
        self._tell(ticket, f"ticket-status:{entry.id}", f"status:{ticket.status}", now)

    def reply(self, text: TextMessage, wording: str, ticket: Ticket | None, now: datetime) -> None:
        """Answer a text that came in, unless its sender was answered too often lately."""
        way = self._ways.back(text)
        if way is not None and self._replies(text, now) < MOST_REPLIES:
            self._owe(f"reply:{text.key}", way, text.number, now, ticket=ticket, wording=wording)

    def write(self, ticket: Ticket, body: str, account_id: int, once: str, now: datetime) -> bool:
        """Owe what an officer writes; tells whether there is a way. ``once`` names the page: each words go once."""
        way = self._ways.to(ticket, now)
        if way is None or ticket.caller_number is None:
            return False
        words = hashlib.sha256(f"{once}\n{body}".encode()).hexdigest()[:32]
        fact = f"written:{ticket.id}:{account_id}:{words}"
        self._owe(fact, way, ticket.caller_number, now, ticket=ticket, body=body, account_id=account_id)
        return True

    def _tell(self, ticket: Ticket, fact: str, wording: str, now: datetime) -> None:
        way = self._ways.to(ticket, now)
        if way is not None and ticket.caller_number is not None:
            self._owe(fact, way, ticket.caller_number, now, ticket=ticket, wording=wording)

    def _owe(
        self,
        fact: str,
        way: Way,
        number: str,
        now: datetime,
        *,
        ticket: Ticket | None,
        wording: str | None = None,
        body: str = "",
        account_id: int | None = None,
    ) -> None:
        row = insert_into(self._session, TextMessage).values(
            fact=fact,
            incoming=False,
            channel=way.channel,
            line_id=way.line.id,
            agency_id=ticket.agency_id if ticket else way.line.agency_id,
            ticket_id=ticket.id if ticket else None,
            account_id=account_id,
            number=number,
            wording=wording,
            body=body,
            state=TextState.OWED,
            at=now,
        )
        statement = row.on_conflict_do_nothing(index_elements=["fact"]).returning(TextMessage.id)
        new = self._session.execute(statement).first()
        if new is not None:
            Work(self._session).owe(SEND, f"text:{new.id}", {"text_id": int(new.id)}, now)

    def _replies(self, text: TextMessage, now: datetime) -> int:
        mine = (TextMessage.number == text.number, TextMessage.at > now - timedelta(hours=1))
        replies = select(func.count(TextMessage.id)).where(*mine, TextMessage.fact.startswith("reply:"))
        return self._session.scalar(replies) or 0

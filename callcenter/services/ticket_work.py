"""What officers do with a ticket: notes, and its way from new to closed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Ticket, TicketEntry, TicketStatus
from callcenter.services.access import NotVisibleError, Viewer, possible_id
from callcenter.services.dispatch_answers import Answers, Who
from callcenter.services.texts import Texts

LONGEST_NOTE = 4000
LONGEST_TEXT = 459
"""Three SMS of plain letters (GSM 03.38: 153 in each part)."""
_NEXT = {
    TicketStatus.NEW: (TicketStatus.VERIFIED, TicketStatus.CLOSED),
    TicketStatus.VERIFIED: (TicketStatus.IN_PROGRESS, TicketStatus.RESOLVED, TicketStatus.CLOSED),
    TicketStatus.IN_PROGRESS: (TicketStatus.RESOLVED, TicketStatus.CLOSED),
    TicketStatus.RESOLVED: (TicketStatus.CLOSED, TicketStatus.IN_PROGRESS),
    TicketStatus.CLOSED: (TicketStatus.IN_PROGRESS,),
}


class TicketWorkError(ValueError):
    """A change is not possible; ``code`` says why.

    One of ``empty`` (a note without text), ``long``, ``transition`` (not the
    ticket's next step, or somebody else was quicker), ``reason`` (closing and
    reopening need one), ``empty_text``, ``long_text`` and ``no_way`` (to write
    to the citizen).
    """

    def __init__(self, code: str) -> None:
        """Keep the reason."""
        super().__init__(code)
        self.code = code


def next_statuses(status: TicketStatus) -> tuple[TicketStatus, ...]:
    """Tell where a ticket may go from here."""
    return _NEXT[status]


def needs_reason(before: TicketStatus, after: TicketStatus) -> bool:
    """Tell whether a change has to be explained: closing, and going back."""
    backwards = before in (TicketStatus.RESOLVED, TicketStatus.CLOSED) and after is TicketStatus.IN_PROGRESS
    return after is TicketStatus.CLOSED or backwards


class TicketWork:
    """Changes tickets that the viewer may see."""

    def __init__(self, session: Session, viewer: Viewer) -> None:
        """Work inside the caller's transaction."""
        self._session = session
        self._viewer = viewer
        self._texts = Texts(session)

    def add_note(self, ticket_id: int, text: str, now: datetime) -> TicketEntry:
        """Write a note; raises ``TicketWorkError`` for an empty or endless one."""
        note = _clean(text)
        if not note:
            raise TicketWorkError("empty")
        return self._write(self._ticket(ticket_id), note, now)

    def move(
        self, ticket_id: int, before: TicketStatus, after: TicketStatus, text: str, now: datetime
    ) -> TicketEntry:
        """Change the status from the one that was seen; raises ``TicketWorkError``."""
        ticket, note = self._ticket(ticket_id), _clean(text)
        if ticket.status != before or after not in next_statuses(before):
            raise TicketWorkError("transition")
        if not note and needs_reason(before, after):
            raise TicketWorkError("reason")
        ticket.status = after
        ticket.closed_at = now if after is TicketStatus.CLOSED else None
        entry = self._write(ticket, note, now)
        entry.status_from, entry.status_to = before, after
        self._session.flush()
        self._texts.moved(ticket, entry, now)
        viewer = self._viewer
        who = Who(viewer.officer_id, viewer.account_id, "halaman")
        Answers(self._session).worked(ticket, who, now)
        return entry

    def write(self, ticket_id: int, text: str, once: str, now: datetime) -> None:
        """Write to the citizen; raises ``TicketWorkError`` where there is no way to them.

        ``once`` names the page that was filled in: pressed twice, the same words are sent once.
        """
        body = _clean(text)
        if not body:
            raise TicketWorkError("empty_text")
        if len(body) > LONGEST_TEXT:
            raise TicketWorkError("long_text")
        if not self._texts.write(self._ticket(ticket_id), body, self._viewer.account_id, once[:40], now):
            raise TicketWorkError("no_way")

    def _ticket(self, ticket_id: int) -> Ticket:
        query = self._viewer.narrow_tickets(select(Ticket).where(Ticket.id == possible_id(ticket_id)))
        # What is written on a ticket meanwhile need not wait: nobody changes its id.
        ticket = self._session.scalar(query.with_for_update(key_share=True))
        if ticket is None:
            raise NotVisibleError(f"ticket {ticket_id}")
        return ticket

    def _write(self, ticket: Ticket, text: str, now: datetime) -> TicketEntry:
        entry = TicketEntry(ticket_id=ticket.id, account_id=self._viewer.account_id, at=now, text=text)
        self._session.add(entry)
        return entry


def _clean(text: str) -> str:
    """Keep a note's lines, without control characters; raises for an endless one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    note = "".join(letter for letter in lines if letter == "\n" or letter.isprintable()).strip()
    if len(note) > LONGEST_NOTE:
        raise TicketWorkError("long")
    return note

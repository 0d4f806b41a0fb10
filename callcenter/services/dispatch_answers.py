"""What people say of a dispatch: that they take it, how far they are, that they cannot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Account, Dispatch, DispatchStatus, Officer, Ticket, TicketEntry, TicketStatus
from callcenter.services.alarms import Alarms
from callcenter.services.dispatches import UNANSWERED
from callcenter.services.texts import Texts

ORDER = list(DispatchStatus)
_STAMPS = {
    DispatchStatus.ACKNOWLEDGED: "acknowledged_at",
    DispatchStatus.ON_WAY: "on_way_at",
    DispatchStatus.ARRIVED: "arrived_at",
    DispatchStatus.DONE: "done_at",
}
_SAID = {
    DispatchStatus.ACKNOWLEDGED: "menerima tugas ini",
    DispatchStatus.ON_WAY: "menuju lokasi",
    DispatchStatus.ARRIVED: "tiba di lokasi",
    DispatchStatus.DONE: "selesai menangani",
}


class Reply(StrEnum):
    """What somebody hears who said how far they are."""

    TAKEN = "taken"
    """It is written down."""
    ANOTHER = "another"
    """Somebody else has accepted it before."""
    OVER = "over"
    """It is done, or nothing is left to say."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who says something: an officer, an account on a page, or both; ``by`` is the way, for the record."""

    officer_id: int | None
    account_id: int | None
    by: str


class Answers:
    """Takes people's word; one instance a transaction."""

    def __init__(self, session: Session) -> None:
        """Work inside the caller's transaction."""
        self._session = session

    def say(self, dispatch_id: int, status: DispatchStatus, who: Who, now: datetime) -> Reply:
        """Take somebody's word how far they are; the first who accepts has it. Raises ``LookupError``."""
        it = self._locked(dispatch_id)
        if it.done_at is not None:
            return Reply.OVER
        if it.acknowledged_at is not None and who.officer_id not in (it.officer_id, None):
            return Reply.ANOTHER
        if ORDER.index(status) <= ORDER.index(DispatchStatus(it.status)):
            return Reply.OVER if status != it.status else Reply.TAKEN
        self._step(it, status, who, now)
        return Reply.TAKEN

    def decline(self, dispatch_id: int, who: Who, now: datetime) -> Reply:
        """Take that somebody cannot: the next rung is told at once."""
        it = self._locked(dispatch_id)
        if it.status != DispatchStatus.WAITING:
            return Reply.OVER
        words = f"{self._name(who)} tidak dapat menerima tugas ini ({who.by})"
        if it.next_at is not None and not self._was_said(it, words):  # pressed twice it is one rung
            self._note(it, words, now)
            it.next_at = now
        return Reply.TAKEN

    def worked(self, ticket: Ticket, who: Who, now: datetime) -> None:
        """Take that somebody works on a ticket's page: they have it in hand.

        To verify an emergency is not to go there: somebody is looked for on. A
        ticket that is resolved or closed needs nobody any more.
        """
        mine = select(Dispatch).where(Dispatch.ticket_id == ticket.id, Dispatch.done_at.is_(None))
        it = self._session.scalar(mine.with_for_update())
        if it is None or (it.urgent and ticket.status == TicketStatus.VERIFIED):
            return
        if it.acknowledged_at is None:
            it.acknowledged_at, it.officer_id, it.account_id = now, who.officer_id, who.account_id
            it.status = DispatchStatus.ACKNOWLEDGED
            Alarms(self._session).clear(UNANSWERED, ticket.number, now)
        it.next_at = None
        if ticket.status in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
            it.status, it.done_at = DispatchStatus.DONE, now

    def of(self, ticket_id: int) -> Dispatch | None:
        """Give the last dispatch of a ticket."""
        last = select(Dispatch).where(Dispatch.ticket_id == ticket_id).order_by(Dispatch.id.desc()).limit(1)
        return self._session.scalar(last)

    def _step(self, it: Dispatch, status: DispatchStatus, who: Who, now: datetime) -> None:
        if it.acknowledged_at is None:
            it.acknowledged_at, it.officer_id, it.account_id = now, who.officer_id, who.account_id
            Alarms(self._session).clear(UNANSWERED, it.ticket.number, now)
        it.status, it.next_at = status, None
        setattr(it, _STAMPS[status], getattr(it, _STAMPS[status]) or now)
        entry = self._note(it, f"{self._name(who)} {_SAID[status]} ({who.by})", now)
        if status is DispatchStatus.DONE:
            self._resolve(it.ticket, entry, now)

    def _resolve(self, ticket: Ticket, entry: TicketEntry, now: datetime) -> None:
        """What is dealt with on the spot is resolved; its citizen is told."""
        if ticket.status in (TicketStatus.RESOLVED, TicketStatus.CLOSED):
            return
        entry.status_from, entry.status_to = ticket.status, TicketStatus.RESOLVED
        ticket.status = TicketStatus.RESOLVED
        self._session.flush()
        Texts(self._session).moved(ticket, entry, now)

    def _was_said(self, it: Dispatch, words: str) -> bool:
        mine = (TicketEntry.ticket_id == it.ticket_id, TicketEntry.at >= it.opened_at)
        said = select(TicketEntry.id).where(*mine, TicketEntry.text == words)
        return self._session.scalars(said).first() is not None

    def _note(self, it: Dispatch, words: str, now: datetime) -> TicketEntry:
        entry = TicketEntry(ticket_id=it.ticket_id, account_id=None, at=now, text=words)
        self._session.add(entry)
        self._session.flush()
        return entry

    def _name(self, who: Who) -> str:
        if who.officer_id is not None:
            return self._session.get_one(Officer, who.officer_id).name
        return self._session.get_one(Account, who.account_id).username if who.account_id else "Seseorang"

    def _locked(self, dispatch_id: int) -> Dispatch:
        """Lock the ticket first, as its page does: the other way round the two would wait for each other."""
        fresh = {"populate_existing": True}  # both may have been read before somebody else changed them
        of_it = select(Dispatch.ticket_id).where(Dispatch.id == dispatch_id).scalar_subquery()
        ticket = select(Ticket).where(Ticket.id == of_it).with_for_update(key_share=True, of=Ticket)
        self._session.scalar(ticket.execution_options(**fresh))
        mine = select(Dispatch).where(Dispatch.id == dispatch_id).with_for_update(of=Dispatch)
        found = self._session.scalar(mine.execution_options(**fresh))
        if found is None:
            raise LookupError(f"no dispatch {dispatch_id}")
        return found

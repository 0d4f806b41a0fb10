"""Texts of officers: answers to what they were told by SMS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import DispatchStatus, Notification, Officer, TextMessage, Ticket, TicketEntry
from callcenter.services import text_words
from callcenter.services.dispatch_answers import Answers, Reply, Who

OFFICERS_ANSWER = timedelta(hours=48)
"""An officer's text within this time is an answer to what was sent to them."""


@dataclass(frozen=True, slots=True)
class Told:
    """An officer, and the ticket that they were told of last."""

    officer_id: int
    ticket: Ticket


class OfficersTexts:
    """Tells officers' answers from citizens' complaints, and takes them; one instance a transaction."""

    def __init__(self, session: Session) -> None:
        """Work inside the caller's transaction."""
        self._session = session
        self._answers = Answers(session)

    def told(self, text: TextMessage, now: datetime) -> Told | None:
        """Find the ticket of which an officer's mobile was told by SMS lately."""
        told = (
            select(Notification, Officer)
            .join(Officer, Officer.id == Notification.officer_id)
            .where(Officer.mobile == text.number, Officer.active, Notification.ticket_id.is_not(None))
            .where(Notification.channel == "sms", Notification.started_at > now - OFFICERS_ANSWER)
            .order_by(Notification.id.desc())
            .limit(1)
        )
        found = self._session.execute(told).first()
        if found is None:
            return None
        text.name = found[1].name
        return Told(found[1].id, self._session.get_one(Ticket, found[0].ticket_id))

    def _told_of(self, officer_id: int, number: str) -> Ticket | None:
        """Find a ticket by its number among those that an officer was told of."""
        if not number:
            return None
        told = Notification.officer_id == officer_id
        mine = select(Ticket).join(Notification, Notification.ticket_id == Ticket.id).where(told)
        return self._session.scalars(mine.where(Ticket.number == number)).first()

    def take(self, text: TextMessage, told: Told, now: datetime) -> tuple[Ticket, str | None]:
        """Take an officer's word how far they are, and whatever else they write; gives the answer's wording."""
        task = text_words.read_task(text.body)
        ticket = self._told_of(told.officer_id, task.number) or told.ticket
        if task.words:
            note = f"SMS {text.name}: {text.body}"
            self._session.add(TicketEntry(ticket_id=ticket.id, account_id=None, at=now, text=note))
        dispatch = self._answers.of(ticket.id)
        if task.what is None or dispatch is None:
            return ticket, None
        who = Who(told.officer_id, None, "SMS")
        if task.what == "decline":
            reply = self._answers.decline(dispatch.id, who, now)
        else:
            reply = self._answers.say(dispatch.id, DispatchStatus(task.what), who, now)
        declined = task.what == "decline" and reply is Reply.TAKEN
        return ticket, None if declined else f"task_{reply}"

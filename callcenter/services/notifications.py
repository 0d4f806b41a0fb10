"""Telling the officer on duty about a ticket: once for each fact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Notification, Officer, Ticket
from callcenter.services.callers import mask
from callcenter.services.upsert import insert_into

FAILED = "failed: "
AGAIN = "sent again: how the first attempt ended is not known"

CATEGORIES = {"general": "umum", "emergency": "DARURAT"}

ChannelOf = Callable[[str | None], str]


@dataclass(frozen=True, slots=True)
class Notice:
    """A message ready to be sent, and the row that will say how it went."""

    notification_id: int
    fact: str
    name: str
    url: str | None = field(repr=False)  # may hold a secret
    title: str
    body: str


class Notifications:
    """The messages to officers.

    A row is written and committed before its message is sent. A row without
    ``sent_at`` and ``error`` was begun by somebody who died: it is sent once
    more, marked, and after that left to a person.
    """

    def __init__(self, session: Session) -> None:
        """Write through ``session``."""
        self._session = session

    def begin(
        self, ticket_id: int, officer_id: int, channel_of: ChannelOf, web_url: str, now: datetime
    ) -> Notice | None:
        """Begin to tell an officer of a ticket; ``None`` when there is nothing to send.

        ``channel_of`` names the way to an officer's address. Raises ``LookupError`` for a ticket or an officer that does not exist.
        """
        ticket, officer = self._session.get(Ticket, ticket_id), self._session.get(Officer, officer_id)
        if ticket is None or officer is None:
            raise LookupError(f"no ticket {ticket_id} or no officer {officer_id}")
        fact = f"ticket-opened:{ticket_id}:officer:{officer_id}"
        row = self._start(fact, ticket_id, officer_id, channel_of(officer.notify_url), now)
        if row is None:
            return None
        title, body = _words(ticket, ticket.agency, web_url)
        return Notice(row.id, row.fact, officer.name, officer.notify_url, title, body)

    def sent(self, notification_id: int, now: datetime) -> None:
        """Say that the message was taken; the mark of a second sending stays."""
        row = self._locked(notification_id)
        row.sent_at = now
        if row.error != AGAIN:
            row.error = None

    def failed(self, notification_id: int, error: str) -> None:
        """Say that the message was refused, so that it may be sent again."""
        self._locked(notification_id).error = FAILED + error[:900]

    def unknown(self, before: datetime) -> Sequence[Notification]:
        """List the messages begun before that time whose end is not known."""
        rows = select(Notification).where(Notification.sent_at.is_(None), Notification.started_at < before)
        return self._session.scalars(rows.order_by(Notification.id)).all()

    def _start(
        self, fact: str, ticket_id: int, officer_id: int, channel: str, now: datetime
    ) -> Notification | None:
        row = insert_into(self._session, Notification).values(
            fact=fact, officer_id=officer_id, ticket_id=ticket_id, channel=channel, started_at=now
        )
        statement = row.on_conflict_do_nothing(index_elements=["fact"]).returning(Notification.id)
        new = self._session.execute(statement).first() is not None
        known = self._session.scalars(
            select(Notification).where(Notification.fact == fact).with_for_update()
        ).one()
        return known if new or _again(known, channel, now) else None

    def _locked(self, notification_id: int) -> Notification:
        rows = select(Notification).where(Notification.id == notification_id).with_for_update()
        return self._session.scalars(rows).one()


def _again(row: Notification, channel: str, now: datetime) -> bool:
    """Decide whether a message that was begun before is sent now."""
    if row.sent_at is not None or row.error == AGAIN:
        return False
    if row.error is None:
        row.error = AGAIN
    else:
        row.error = None
    row.started_at, row.channel = now, channel
    return True


def _words(ticket: Ticket, agency: Agency, web_url: str) -> tuple[str, str]:
    """Write the message: it leaves the house, so it holds no more than is needed."""
    category = CATEGORIES.get(ticket.category, ticket.category)
    title = f"Aduan baru {ticket.number} - {agency.name}"
    lines = (
        f"Aduan baru untuk {agency.name}.",
        f"Nomor tiket : {ticket.number}",
        f"Kategori    : {category}",
        f"Penelepon   : {mask(ticket.caller_number)}",
        f"Buka        : {web_url}/tickets/{ticket.number}",
    )
    return title, "\n".join(lines) + "\n"

"""Tickets (aduan), and what is written on them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.agency import Agency
from callcenter.models.call import Call
from callcenter.models.officer import Account


class TicketStatus(StrEnum):
    """A ticket's way: new, verified, in progress, resolved, closed."""

    NEW = "new"
    VERIFIED = "verified"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Ticket(Base):
    """A complaint (aduan)."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_agency_id_opened_at", "agency_id", "opened_at", "id"),
        Index("ix_ticket_caller_number_id", "caller_number", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    """Eight digits; the last one is a Damm check digit."""
    pin_hash: Mapped[str]
    pin_failures: Mapped[int] = mapped_column(default=0)
    provisional: Mapped[str | None] = mapped_column(index=True)
    """The number that an exchange told the citizen while it was alone; not surely unique."""
    provisional_pin_hash: Mapped[str | None]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), unique=True)
    category: Mapped[str] = mapped_column(default="general")
    """``general`` or ``emergency`` until an officer sorts it."""
    status: Mapped[str] = mapped_column(default=TicketStatus.NEW)
    caller_number: Mapped[str | None]
    language: Mapped[str]
    opened_at: Mapped[datetime]
    verify_by: Mapped[datetime]
    """SP4N-LAPOR!: three working days (FACTS: deadlines, class S)."""
    closed_at: Mapped[datetime | None]
    warning: Mapped[str | None]
    """What went wrong with its recording, for the officer to read."""

    agency: Mapped[Agency] = relationship()
    call: Mapped[Call | None] = relationship()
    entries: Mapped[list[TicketEntry]] = relationship(back_populates="ticket", order_by="TicketEntry.id")


class TicketEntry(Base):
    """A note on a ticket, or a change of its status; written once."""

    __tablename__ = "ticket_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    text: Mapped[str]
    status_from: Mapped[str | None]
    status_to: Mapped[str | None]

    ticket: Mapped[Ticket] = relationship(back_populates="entries")
    account: Mapped[Account | None] = relationship()

"""Tickets (aduan), what is written on them, and obligations to call back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.agency import Agency
from callcenter.models.call import Call
from callcenter.models.officer import Account, Officer


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
    __table_args__ = (Index("ix_ticket_agency_id_opened_at", "agency_id", "opened_at", "id"),)

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


class ObligationStatus(StrEnum):
    """An obligation is open until it is done or closed with a reason."""

    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"


class Obligation(Base):
    """A call-back that somebody owes a citizen."""

    __tablename__ = "obligation"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), unique=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    """The officer on duty; without one the agency owns it."""
    caller_number: Mapped[str | None]
    reason: Mapped[str]
    emergency: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(default=ObligationStatus.OPEN)
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    closing_reason: Mapped[str | None]

    call: Mapped[Call] = relationship()
    agency: Mapped[Agency] = relationship()
    owner: Mapped[Officer | None] = relationship()

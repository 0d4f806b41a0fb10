"""Text messages (SMS, WhatsApp) between citizens and the lines, and who wants none."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.agency import Agency, Line
from callcenter.models.officer import Account
from callcenter.models.ticket import Ticket


class Channel(StrEnum):
    """What carries a text."""

    SMS = "sms"
    WHATSAPP = "whatsapp"


class TextDisposition(StrEnum):
    """The one outcome of a text that came in."""

    OPENED = "opened"
    """It opened a ticket."""
    ADDED = "added"
    """It was added to one."""
    STATUS = "status"
    """It asked for a ticket's status."""
    STOP = "stop"
    START = "start"
    HELP = "help"
    OFFICER = "officer"
    """An officer answered what we had written."""
    NO_LINE = "no_line"
    """It was sent to a number that is no line of ours."""
    NO_NUMBER = "no_number"
    """Who sent it has no number that could be answered."""
    EMPTY = "empty"


class TextState(StrEnum):
    """How far a text that goes out has come, in its order; the last five are ends."""

    OWED = "owed"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    """Refused, or not delivered; ``error`` tells why."""
    STOPPED = "stopped"
    """Not sent: the receiver wants no messages."""
    EXPIRED = "expired"
    """Not sent: it could not be sent while it was of use."""


class TextMessage(Base):
    """One text, coming in or going out; written before it is answered or sent."""

    __tablename__ = "text_message"
    __table_args__ = (
        Index("ix_text_message_agency_id_at", "agency_id", "at", "id"),
        Index("ix_text_message_at_id", "at", "id"),
        Index("ix_text_message_number_at", "number", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fact: Mapped[str] = mapped_column(unique=True)
    """What is told, e.g. ``ticket-number:17``, or ``text:<key>`` of one that came in: one row a fact."""
    key: Mapped[str | None] = mapped_column(unique=True)
    """Twilio's MessageSid, once it is known."""
    incoming: Mapped[bool]
    channel: Mapped[str]
    line_id: Mapped[int | None] = mapped_column(ForeignKey("line.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """Who wrote it, where a person did."""
    number: Mapped[str]
    """The citizen's, E.164; of a sender without a number its printable name."""
    name: Mapped[str | None]
    """What the sender's WhatsApp profile says; printable, untrusted."""
    wording: Mapped[str | None]
    """What we say in it: a key of ``callcenter.services.text_words``; empty where a person wrote it."""
    body: Mapped[str]
    """Its words, without a PIN; of our own wordings empty until it is sent."""
    disposition: Mapped[str | None]
    """Of one that came in: see ``TextDisposition``."""
    state: Mapped[str | None] = mapped_column(index=True)
    """Of one that goes out: see ``TextState``."""
    error: Mapped[str | None]
    """Twilio's code of why it failed, else its word."""
    at: Mapped[datetime]
    """When it came in, or was owed."""
    begun_at: Mapped[datetime | None]
    """When its sending began: without a ``key`` nobody knows how that ended."""
    ended_at: Mapped[datetime | None]

    line: Mapped[Line | None] = relationship()
    agency: Mapped[Agency | None] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
    account: Mapped[Account | None] = relationship()
    enclosures: Mapped[list[Enclosure]] = relationship(back_populates="text", order_by="Enclosure.id")


class Enclosure(Base):
    """A picture or file that came with a text."""

    __tablename__ = "enclosure"

    id: Mapped[int] = mapped_column(primary_key=True)
    text_id: Mapped[int] = mapped_column(ForeignKey("text_message.id"), index=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Twilio's SID of it."""
    content_type: Mapped[str]
    """What its first bytes say that it is; until it is kept, what Twilio said."""
    store_key: Mapped[str | None]
    """Its place in the store; empty until it is kept."""
    sha256: Mapped[str | None]
    size: Mapped[int | None]
    problem: Mapped[str | None]
    """Why it was not kept."""

    text: Mapped[TextMessage] = relationship(back_populates="enclosures")


class TextStop(Base):
    """A number that wants no messages on a channel."""

    __tablename__ = "text_stop"

    channel: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]

"""Calls, their legs and their append-only timeline."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.agency import Agency, Line


class Disposition(StrEnum):
    """The one outcome of a call."""

    ANSWERED = "answered"
    RECORDED = "recorded"
    CALL_BACK = "call_back"
    DISCARDED = "discarded"


class CallerKind(StrEnum):
    """What the caller's number is."""

    E164 = "e164"
    SHORT_CODE = "short_code"
    ANONYMOUS = "anonymous"
    OTHER = "other"


class Call(Base):
    """One citizen call on one line, whatever happens to it."""

    __tablename__ = "call"
    __table_args__ = (
        UniqueConstraint("provider", "key"),
        Index("ix_call_agency_id_offered_at", "agency_id", "offered_at", "id"),
        Index("ix_call_offered_at", "offered_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str]
    key: Mapped[str]
    """Asterisk's linkedid or Twilio's CallSid."""
    node: Mapped[str]
    channel: Mapped[str]
    dialled: Mapped[str]
    line_id: Mapped[int | None] = mapped_column(ForeignKey("line.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    caller_kind: Mapped[str]
    caller_number: Mapped[str | None] = mapped_column(index=True)
    """E.164 or a short code; never the raw text of a header."""
    caller_name: Mapped[str | None]
    """Printable, at most 80 characters, still untrusted."""
    language: Mapped[str] = mapped_column(default="id")
    emergency: Mapped[bool] = mapped_column(default=False)
    unrecorded: Mapped[bool] = mapped_column(default=False)
    test: Mapped[bool] = mapped_column(default=False)
    """Placed by the system itself to see that the line works; never in statistics."""
    notice_version: Mapped[str | None]
    flow: Mapped[str]
    cursor: Mapped[dict[str, Any]]
    turn: Mapped[dict[str, Any]]
    """The turn given last, to be given again when its event comes twice."""
    offered_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    """When an officer answered."""
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    hangup_cause: Mapped[int | None]
    hangup_side: Mapped[str | None]
    disposition: Mapped[str | None] = mapped_column(index=True)
    disposition_reason: Mapped[str | None]

    line: Mapped[Line | None] = relationship()
    agency: Mapped[Agency | None] = relationship()
    legs: Mapped[list[Leg]] = relationship(back_populates="call", order_by="Leg.id")
    events: Mapped[list[CallEvent]] = relationship(back_populates="call", order_by="CallEvent.id")


class Leg(Base):
    """An officer's channel in a call."""

    __tablename__ = "leg"
    __table_args__ = (UniqueConstraint("call_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    key: Mapped[str]
    """Asterisk's uniqueid of the officer's channel; on Twilio ``ivr.twilio.names.Attempt``."""
    provider_key: Mapped[str | None]
    """On Twilio the CallSid of the officer's call, once it is known."""
    accepted_at: Mapped[datetime | None]
    """On Twilio when the officer pressed 1; ``answered_at`` is when both were connected."""
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"), index=True)
    rung_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    cause: Mapped[int | None]

    call: Mapped[Call] = relationship(back_populates="legs")


class CallEvent(Base):
    """A fact in a call's timeline; written once, never changed."""

    __tablename__ = "call_event"
    __table_args__ = (UniqueConstraint("call_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"))
    key: Mapped[str]
    kind: Mapped[str]
    """See ``EVENT_KINDS``."""
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]

    call: Mapped[Call] = relationship(back_populates="events")


EVENT_KINDS = (
    "offered",  # dialled, caller
    "node",  # node
    "keys",  # node, digits (masked where the node asks for a PIN)
    "timed_out",  # node, unplayed (prompts of a test call that were not heard)
    "queued",  # queue, emergency
    "waiting_told",  # before (how many are served earlier), minutes (usual wait); neither: stay on the line
    "officer_rung",  # leg, officer_id
    "officer_answered",  # leg, officer_id
    "officer_ended",  # leg, officer_id, outcome, cause
    "dial_ended",  # outcome
    "recorded",  # name, seconds, ended_by
    "recording_kept",  # recording_id, part, kind, seconds
    "recording_failed",  # name, problem
    "ticket_opened",  # ticket_id, number
    "ticket_told",  # number
    "degraded",  # why: the exchange went on alone
    "hung_up",  # cause, side
    "disposed",  # disposition, reason
    "reconciled",  # what the exchange's own record added
)

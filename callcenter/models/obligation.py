"""Obligations to call a citizen back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.agency import Agency
from callcenter.models.call import Call
from callcenter.models.officer import Officer


class ObligationStatus(StrEnum):
    """An obligation is open until it is done or closed with a reason."""

    OPEN = "open"
    DONE = "done"
    CLOSED = "closed"


class Obligation(Base):
    """A call-back that somebody owes a citizen; one open one a number and agency."""

    __tablename__ = "obligation"
    __table_args__ = (
        Index(
            "uq_obligation_open",
            "agency_id",
            "caller_number",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), unique=True)
    """The call that opened it; all its calls are in ``obligation_call``."""
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    """The officer on duty; without one the agency owns it."""
    caller_number: Mapped[str | None]
    """Empty only for an emergency; those are never merged."""
    reason: Mapped[str]
    emergency: Mapped[bool] = mapped_column(default=False)
    lowered: Mapped[bool] = mapped_column(default=False)
    """The number was marked as a nuisance at every attempt; never an emergency."""
    attempts: Mapped[int] = mapped_column(default=1)
    """How often the citizen has called in vain."""
    opened_at: Mapped[datetime]
    last_tried_at: Mapped[datetime]
    """When the latest of its calls was offered."""
    due_at: Mapped[datetime]
    level: Mapped[int] = mapped_column(default=0)
    """How far it has been escalated; see ``callcenter.services.escalation``."""
    escalated_at: Mapped[datetime | None]
    escalate_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the next rung is told; empty at the end of the ladder, or of the obligation."""
    status: Mapped[str] = mapped_column(default=ObligationStatus.OPEN)
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    closing_reason: Mapped[str | None]
    fulfilled_by_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    """The call in which the citizen was heard after all."""

    call: Mapped[Call] = relationship(foreign_keys=[call_id])
    fulfilled_by: Mapped[Call | None] = relationship(foreign_keys=[fulfilled_by_id])
    agency: Mapped[Agency] = relationship()
    owner: Mapped[Officer | None] = relationship()
    calls: Mapped[list[Call]] = relationship(
        secondary="obligation_call", order_by=(Call.offered_at, Call.id), viewonly=True
    )


class ObligationCall(Base):
    """A call that ended without being heard, and the call-back owed for it."""

    __tablename__ = "obligation_call"

    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), primary_key=True, autoincrement=False)
    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"), index=True)

"""Changes of who is on duty, each with its author and reason, and calendars that others read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.agency import Agency
from callcenter.models.officer import Account, Officer


class ChangeKind(StrEnum):
    """What a change is."""

    ADD = "add"
    """``people`` are on duty as well."""
    REMOVE = "remove"
    """``instead_of`` are not on duty."""
    REPLACE = "replace"
    """``people`` stand where ``instead_of`` (anybody, when empty) would."""
    LEAVE = "leave"
    """``instead_of`` (one) is away, on duty nowhere; ``people`` (one or nobody) is the substitute."""
    ASK = "ask"
    """``instead_of`` (one) looks for somebody who takes the duty; changes nothing by itself."""
    SWAP = "swap"
    """``people`` (one) took what ``instead_of`` asked for, or a part of it."""


class ChangeStatus(StrEnum):
    """How far a change has come."""

    OPEN = "open"
    """Asked, or waiting for a supervisor; not in force."""
    IN_FORCE = "in_force"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Taken back before it was in force."""
    UNDONE = "undone"
    """Was in force until ``decided_at``, if that is after its start; else never."""


class DutyChange(Base):
    """A change of an agency's duty for [starts, ends); its facts are never changed, only its status.

    A swap that is approved late begins then.
    """

    __tablename__ = "duty_change"
    __table_args__ = (CheckConstraint("starts < ends", name="interval"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    kind: Mapped[str]
    status: Mapped[str]
    starts: Mapped[datetime]
    ends: Mapped[datetime] = mapped_column(index=True)
    people: Mapped[list[int]]
    """Officers' ids: who comes."""
    instead_of: Mapped[list[int]]
    """Officers' ids: who goes."""
    rung: Mapped[int | None]
    """Of who is added; ``None``: of whoever is replaced or removed."""
    ask_id: Mapped[int | None] = mapped_column(ForeignKey("duty_change.id"), index=True)
    """Of a swap: what was asked for."""
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """Who made it; ``None`` at the machine's own terminal."""
    reason: Mapped[str]
    decree: Mapped[str | None]
    """Of a leave: the number of the letter that grants it."""
    approver: Mapped[str | None]
    """Of a leave: the official who granted it."""
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decision: Mapped[str | None]
    """Why it was approved, refused or undone."""

    agency: Mapped[Agency] = relationship()
    account: Mapped[Account | None] = relationship(foreign_keys=[account_id])
    decided_by: Mapped[Account | None] = relationship(foreign_keys=[decided_by_id])


class DutyFeed(Base):
    """An address under which a calendar program reads duty without logging in, until it is revoked."""

    __tablename__ = "duty_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256; the token itself is shown once and kept nowhere."""
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    """Whose duties; ``None``: everybody's of the agency."""
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    agency: Mapped[Agency] = relationship()
    officer: Mapped[Officer | None] = relationship()

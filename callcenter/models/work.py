"""Work to be done because of a fact, and the traces work leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.officer import Account, Officer


class Outbox(Base):
    """A job owed because of a fact, written in the fact's own transaction."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_done_at_due_at", "done_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """A name in ``callcenter.jobs.JOBS``."""
    fact: Mapped[str] = mapped_column(unique=True)
    """What happened, e.g. ``ticket-opened:17:officer:3``: one row a fact."""
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """Not handed to the queue (again) before this time."""
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    error: Mapped[str | None]


class Notification(Base):
    """One message to one officer about one fact."""

    __tablename__ = "notification"
    __table_args__ = (Index("ix_notification_officer_id_started_at", "officer_id", "started_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fact: Mapped[str] = mapped_column(unique=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    obligation_id: Mapped[int | None] = mapped_column(ForeignKey("obligation.id"), index=True)
    channel: Mapped[str]
    started_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    """Empty: the attempt began and its end is not known."""
    error: Mapped[str | None]

    officer: Mapped[Officer | None] = relationship()


class Alarm(Base):
    """A trouble somebody must see; one open alarm a kind and subject."""

    __tablename__ = "alarm"
    __table_args__ = (
        Index(
            "uq_alarm_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[str]
    raised_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]


class AccessLog(Base):
    """Who played, exported or searched personal data (UU 27/2022 art. 31), marked a number, or decided on a line."""

    __tablename__ = "access_log"
    __table_args__ = (Index("ix_access_log_action_at", "action", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    action: Mapped[str]
    """See ``callcenter.services.audit.Action``."""
    subject: Mapped[str]
    address: Mapped[str]

    account: Mapped[Account | None] = relationship()

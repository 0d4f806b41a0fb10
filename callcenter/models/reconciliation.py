"""The exchange's own records, carried into the database, and what came of comparing them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.call import Call


class LogOffset(Base):
    """How far a record file of a node has been carried, in bytes."""

    __tablename__ = "log_offset"

    node: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    """``cel.csv`` or ``cdr.csv``, also of a file that was renamed."""
    head: Mapped[str] = mapped_column(primary_key=True)
    """A hash of the file's first line: renamed or copied, it stays the same file."""
    offset: Mapped[int]


class ExchangeRecord(Base):
    """One fact about one channel of a call, as the provider's own records tell it."""

    __tablename__ = "exchange_record"
    __table_args__ = (
        UniqueConstraint("provider", "call_key", "channel_key", "event", "source"),
        Index("ix_exchange_record_node_at", "node", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str]
    node: Mapped[str]
    call_key: Mapped[str]
    channel_key: Mapped[str]
    """The call's own key for the citizen's channel, another one for an officer's leg."""
    event: Mapped[str]
    """``began``, ``answered`` or ``ended``."""
    source: Mapped[str]
    """``cel`` or ``cdr``."""
    at: Mapped[datetime]
    cause: Mapped[int | None]
    officer: Mapped[str | None]
    """Whose leg it is: the officer's id as the exchange has it."""
    dialled: Mapped[str | None]
    """Of a citizen's channel that began: printable, still untrusted; the caller likewise."""
    caller: Mapped[str | None]


class ReconciliationRun(Base):
    """One comparison of the call log with the provider's records."""

    __tablename__ = "reconciliation"
    __table_args__ = (Index("ix_reconciliation_node_kind_at", "node", "kind", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    node: Mapped[str]
    kind: Mapped[str]
    """``often``, ``nightly`` or ``asked``."""
    since: Mapped[datetime]
    until: Mapped[datetime]
    at: Mapped[datetime]
    offered: Mapped[int]
    logged: Mapped[int]
    created: Mapped[int]
    closed: Mapped[int]
    differences: Mapped[int]


class Difference(Base):
    """Something in which the log and the records disagree, until it is mended."""

    __tablename__ = "difference"
    __table_args__ = (
        UniqueConstraint("provider", "call_key", "kind", "subject"),
        Index("ix_difference_at", "at", "id"),
        Index(
            "ix_difference_open",
            "node",
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str]
    node: Mapped[str]
    call_key: Mapped[str]
    kind: Mapped[str]
    """See ``callcenter.services.comparison.Kind``."""
    subject: Mapped[str]
    """The leg, recording or ticket it is about; empty for the call as a whole."""
    data: Mapped[dict[str, Any]]
    """``logged`` and ``recorded``: what each side says, where a word can tell it."""
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"), index=True)
    at: Mapped[datetime]
    """When the call was offered: the day whose balance it touches."""
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]

    call: Mapped[Call | None] = relationship()

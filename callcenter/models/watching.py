"""What is known of lines and exchanges now: test calls, members, who is out of reach."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.agency import Agency, Line


class LineCheck(Base):
    """One test call of a line by a node's exchange."""

    __tablename__ = "line_check"
    __table_args__ = (Index("ix_line_check_line_id_node", "line_id", "node", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"))
    node: Mapped[str]
    call_key: Mapped[str] = mapped_column(unique=True)
    """The key under which the exchange is told to place the call."""
    at: Mapped[datetime]
    passed: Mapped[bool | None] = mapped_column(index=True)
    """Empty while it is under way."""
    reason: Mapped[str | None]
    """See ``services.line_checks.verdict``."""
    detail: Mapped[str | None]

    line: Mapped[Line] = relationship()


class NodeState(Base):
    """When an exchange's ``ivr`` process last told what it sees."""

    __tablename__ = "node_state"

    node: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]


class MemberState(Base):
    """Whether an exchange could ring somebody's telephone, when it last told."""

    __tablename__ = "member_state"

    node: Mapped[str] = mapped_column(primary_key=True)
    interface: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    """``ready``, ``busy`` or ``away``; see ``ivr.ports``."""
    since: Mapped[datetime]


class Unreachable(Base):
    """An agency whose lines nobody can answer, and since when."""

    __tablename__ = "unreachable"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    since: Mapped[datetime]

    agency: Mapped[Agency] = relationship()

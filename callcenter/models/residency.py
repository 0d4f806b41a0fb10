"""Decisions on lines whose calls pass through a provider abroad."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.agency import Line
from callcenter.models.officer import Account


class LineDecision(Base):
    """An administrator's word that a line on Twilio is served or is not; written once, never changed."""

    __tablename__ = "line_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"), index=True)
    on: Mapped[bool]
    reason: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """Empty: decided at a terminal."""
    at: Mapped[datetime]

    line: Mapped[Line] = relationship()
    account: Mapped[Account | None] = relationship()

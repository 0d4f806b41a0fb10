"""Decisions on lines whose calls pass through a provider abroad."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.agency import Line
from callcenter.models.officer import Account


class LineDecision(Base):
    """An administrator's word that a line on Twilio is served or is not; written once, never changed.

    It was said of a number while that stayed with a provider, and is of no other number or stay.
    """

    __tablename__ = "line_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"), index=True)
    number: Mapped[str]
    stay: Mapped[int]
    """The line's own ``stay`` when it was decided."""
    on: Mapped[bool]
    reason: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """Empty: decided at a terminal."""
    at: Mapped[datetime]

    line: Mapped[Line] = relationship()
    account: Mapped[Account | None] = relationship()

    @property
    def counts(self) -> bool:
        """Tell whether the line is still what it was decided for."""
        return (self.number, self.stay) == (self.line.number, self.line.stay)

"""That somebody takes a ticket in hand: who was told, who accepted, how far they are."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.officer import Account, Officer
from callcenter.models.ticket import Ticket


class DispatchStatus(StrEnum):
    """A dispatch's way; it may skip steps and never goes back."""

    WAITING = "waiting"
    """Nobody has said that they take it."""
    ACKNOWLEDGED = "acknowledged"
    ON_WAY = "on_way"
    ARRIVED = "arrived"
    DONE = "done"


class Dispatch(Base):
    """A ticket that needs a person; one open dispatch a ticket."""

    __tablename__ = "dispatch"
    __table_args__ = (
        Index(
            "uq_dispatch_open",
            "ticket_id",
            unique=True,
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    text_id: Mapped[int | None] = mapped_column(ForeignKey("text_message.id"))
    """The citizen's text that it is about, where it is not about the ticket's opening."""
    urgent: Mapped[bool]
    status: Mapped[str] = mapped_column(default=DispatchStatus.WAITING)
    level: Mapped[int] = mapped_column(default=0)
    """The last rung that was told; see ``callcenter.services.dispatches``."""
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    """When the next rung is told; empty once somebody has accepted, and behind the last rung."""
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    """Who accepted."""
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """Who said so on a page, where somebody did."""
    opened_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    on_way_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]

    ticket: Mapped[Ticket] = relationship()
    officer: Mapped[Officer | None] = relationship()
    account: Mapped[Account | None] = relationship()

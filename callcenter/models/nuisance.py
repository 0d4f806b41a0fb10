"""Marks on numbers from which silent or prank calls come."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.call import Call
from callcenter.models.officer import Account

_LIVE = text("status IN ('proposed', 'active')")


class MarkStatus(StrEnum):
    """A mark is proposed, set by a person, and ends by a person or by its date."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class NuisanceMark(Base):
    """A reviewable mark on a number: it lowers, it never blocks; one live mark a number."""

    __tablename__ = "nuisance_mark"
    __table_args__ = (
        Index("uq_nuisance_mark_live", "number", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(index=True)
    """E.164 or a short code, as in ``call.caller_number``."""
    reason: Mapped[str]
    """``silent`` or ``prank``."""
    status: Mapped[str] = mapped_column(default=MarkStatus.PROPOSED)
    """``active`` means nothing once ``expires_at`` has passed."""
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """Empty: the system counted silent calls."""
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    """The call because of which it was proposed."""
    note: Mapped[str | None]
    set_at: Mapped[datetime | None]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    expires_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    """When a person last set, extended or withdrew it."""
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    review_reason: Mapped[str | None]

    call: Mapped[Call | None] = relationship()
    proposed_by: Mapped[Account | None] = relationship(foreign_keys=[proposed_by_id])
    set_by: Mapped[Account | None] = relationship(foreign_keys=[set_by_id])
    reviewed_by: Mapped[Account | None] = relationship(foreign_keys=[reviewed_by_id])

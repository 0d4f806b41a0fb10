"""Rosters beyond the weekly plan: each version is kept, with its author and reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.officer import Account


class RosterVersion(Base):
    """A roster that an agency was given; the newest one is in force, rows are never changed."""

    __tablename__ = "roster_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """Who did it; ``None`` at the machine's own terminal."""
    reason: Mapped[str]
    document: Mapped[str | None]
    """As in ``docs/roster-format.md``; ``None`` gives the agency back to its weekly plan."""
    people: Mapped[dict[str, Any]]
    """The officers' ids by the names that the document uses: a renamed officer stays on duty."""

    account: Mapped[Account | None] = relationship()

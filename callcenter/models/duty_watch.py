"""What is done so that duty is kept: who answers for a roster, warnings, reminders."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.agency import Agency
from callcenter.models.officer import Officer


class DutyOwner(Base):
    """The officer who answers for an agency's roster, and is warned of what is wrong with it."""

    __tablename__ = "duty_owner"

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))

    officer: Mapped[Officer] = relationship()


class WarningKind(StrEnum):
    """What will be wrong with an agency's duty unless somebody mends it."""

    NOBODY = "nobody"
    """Nobody is on duty."""
    TWO_PLACES = "two_places"
    """One telephone is on duty for two agencies at once."""
    TOO_LONG = "too_long"
    NO_REST = "no_rest"
    NO_PHONE = "no_phone"
    """An officer with duty to come whose telephone was never seen to work."""
    NO_SUBSTITUTE = "no_substitute"
    """A leave that nobody stands in for."""
    UNCONFIRMED = "unconfirmed"
    """A duty begins soon and its officer has not said that they will be there."""


class DutyWarning(Base):
    """A trouble ahead in an agency's duty; at most one is open for a subject."""

    __tablename__ = "duty_warning"
    __table_args__ = (
        Index(
            "uq_duty_warning_open",
            "subject",
            unique=True,
            sqlite_where=text("cleared_at IS NULL"),
            postgresql_where=text("cleared_at IS NULL"),
        ),
        CheckConstraint("starts < ends", name="interval"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]
    """Tells it from every other one: kind, agency, and officer or time."""
    kind: Mapped[str]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    found_at: Mapped[datetime]
    told_days: Mapped[int | None]
    """The last of the days before (14, 7, 1) for which its owner was told; ``None``: not yet."""
    told_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    """Who was told last; ``None`` with ``told_days``: the instance itself."""
    cleared_at: Mapped[datetime | None]

    agency: Mapped[Agency] = relationship()
    officer: Mapped[Officer | None] = relationship(foreign_keys=[officer_id])
    told: Mapped[Officer | None] = relationship(foreign_keys=[told_id])


class DutyReminder(Base):
    """An officer is reminded of a duty [starts, ends), and says that they will be there."""

    __tablename__ = "duty_reminder"
    __table_args__ = (
        UniqueConstraint("officer_id", "agency_id", "starts"),
        CheckConstraint("starts < ends", name="interval"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"))
    starts: Mapped[datetime] = mapped_column(index=True)
    ends: Mapped[datetime]
    at: Mapped[datetime]
    again_at: Mapped[datetime | None]
    """When they were reminded a second time."""
    confirmed_at: Mapped[datetime | None]

    agency: Mapped[Agency] = relationship()
    officer: Mapped[Officer] = relationship()

"""Officers, their weekly shifts, and the accounts people log in with."""

from __future__ import annotations

from datetime import datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.agency import Agency


class Officer(Base):
    """A person who answers an agency's calls."""

    __tablename__ = "officer"

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    name: Mapped[str]
    sip_secret: Mapped[str | None]
    """With a secret the officer has a SIP endpoint named ``officer-<id>``."""
    mobile: Mapped[str | None]
    """E.164; rung when there is no SIP endpoint."""
    notify_url: Mapped[str | None]
    """An Apprise address; without one the instance's own is used."""
    phone_proved_at: Mapped[datetime | None]
    """When the telephone that is entered here was first known to work; empty again when it changes."""
    phone_proof: Mapped[str | None]
    """How that is known: see ``services.phones.Proof``."""
    active: Mapped[bool] = mapped_column(default=True)

    agency: Mapped[Agency] = relationship()
    shifts: Mapped[list[Shift]] = relationship(back_populates="officer")


class Shift(Base):
    """A weekly shift in the instance's zone: [starts, ends) on a weekday.

    A shift whose end is not after its start runs into the next day; equal
    times mean 24 hours.
    """

    __tablename__ = "shift"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("rung >= 0", name="rung"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id"), index=True)
    weekday: Mapped[int]
    """0 is Monday."""
    starts: Mapped[time]
    ends: Mapped[time]
    rung: Mapped[int] = mapped_column(default=0)
    """0 is rung first (primary), 1 and up are deputies."""

    officer: Mapped[Officer] = relationship(back_populates="shifts")


class Role(StrEnum):
    """What an account may see and do."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Account(Base):
    """A login. An officer sees the agency's calls only; the others see all."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    role: Mapped[str]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    language: Mapped[str] = mapped_column(default="id")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    agency: Mapped[Agency | None] = relationship()
    officer: Mapped[Officer | None] = relationship()

"""Agencies and the 24-hour lines they answer."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base


class Tier(StrEnum):
    """The kinds of agency that the programme obliges (FACTS: the programme)."""

    REGENCY = "regency"
    DINAS = "dinas"
    RSUD = "rsud"
    BUMD = "bumd"
    KECAMATAN = "kecamatan"
    PUSKESMAS = "puskesmas"
    DESA = "desa"


class Agency(Base):
    """An organisation that answers a number."""

    __tablename__ = "agency"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    """Lower-case letters, digits and hyphens; safe in file and queue names."""
    name: Mapped[str]
    tier: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    active_from: Mapped[date]
    active_until: Mapped[date | None]

    parent: Mapped[Agency | None] = relationship(remote_side=[id])
    lines: Mapped[list[Line]] = relationship(back_populates="agency")


class Line(Base):
    """One 24-hour number (DID) of an agency.

    The number is nobody else's, on no provider, also once the line has ended: whoever is to have it
    takes the line over.
    """

    __tablename__ = "line"
    __table_args__ = (UniqueConstraint("number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    number: Mapped[str]
    """E.164 with its plus sign, or a short code of 3 to 6 digits."""
    provider: Mapped[str] = mapped_column(default="asterisk")
    stay: Mapped[int] = mapped_column(default=0)
    """Goes up by one whenever the number or the provider becomes another."""
    flow: Mapped[str] = mapped_column(default="hotline")
    texts_for_all: Mapped[bool] = mapped_column(default=False)
    """Texts of agencies whose own number cannot send them go out from this number."""
    active_from: Mapped[date]
    active_until: Mapped[date | None]

    agency: Mapped[Agency] = relationship(back_populates="lines")

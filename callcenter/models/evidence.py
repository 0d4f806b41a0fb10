"""What is written once about duty: a day's record, a note handed over, who read it.

The database itself refuses to change or delete these rows; see ``docs/adr/0016-seal-each-day-of-duty.md``.
A migration that copies one of the tables has to make its triggers again.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import DDL, ForeignKey, Index, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.agency import Agency
from callcenter.models.officer import Account, Officer


class HandoverNote(Base):
    """What somebody leaves to the next shift of an agency (catatan serah terima)."""

    __tablename__ = "handover_note"
    __table_args__ = (Index("ix_handover_note_agency_id_at", "agency_id", "at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officer.id"))
    """The officer whose account wrote it; ``None``: a supervisor."""
    at: Mapped[datetime]
    text: Mapped[str]

    account: Mapped[Account] = relationship()
    officer: Mapped[Officer | None] = relationship()


class HandoverSeen(Base):
    """When an account of the agency first said that it read a note."""

    __tablename__ = "handover_seen"
    __table_args__ = (UniqueConstraint("note_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("handover_note.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(index=True)

    account: Mapped[Account] = relationship()


class DutyRecord(Base):
    """A closed day of an agency's duty; what is learnt later is a further version.

    An agency's records are one chain: ``previous`` is the hash of the record
    before it by ``id``, and no two have the same one.
    """

    __tablename__ = "duty_record"
    __table_args__ = (
        UniqueConstraint("agency_id", "day", "version"),
        UniqueConstraint("agency_id", "previous"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    day: Mapped[date]
    """A day of the instance's zone."""
    version: Mapped[int]
    """1, and more where something was learnt later; the newest one counts."""
    content: Mapped[str]
    """Canonical JSON, see ``callcenter.services.day_content``; what is hashed, letter by letter."""
    previous: Mapped[str]
    """The ``sha256`` of the agency's record before it; 64 zeros for the first one."""
    sha256: Mapped[str]
    """Of ``previous`` and ``content``, one after the other."""
    sealed_at: Mapped[datetime]
    last_event: Mapped[int]
    """The ``id`` of the newest call event when it was sealed."""

    agency: Mapped[Agency] = relationship()


_SQLITE = "CREATE TRIGGER %(table)s_{0} BEFORE {0} ON %(table)s BEGIN SELECT RAISE(ABORT, '%(table)s is written once'); END"
_FUNCTION = """CREATE OR REPLACE FUNCTION written_once() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%% is written once', TG_TABLE_NAME; END $$"""
_POSTGRESQL = """CREATE TRIGGER %(table)s_once BEFORE UPDATE OR DELETE OR TRUNCATE ON %(table)s
FOR EACH STATEMENT EXECUTE FUNCTION written_once()"""

for _model in (HandoverNote, HandoverSeen, DutyRecord):
    for _dialect, _statement in (
        ("sqlite", _SQLITE.format("UPDATE")),
        ("sqlite", _SQLITE.format("DELETE")),
        ("postgresql", _FUNCTION),
        ("postgresql", _POSTGRESQL),
    ):
        event.listen(_model.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))

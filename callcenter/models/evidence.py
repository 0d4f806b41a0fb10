"""What is written once about duty: a day's record, a note handed over, who read it.

The database itself refuses to change or delete these rows; see ``docs/adr/0016-seal-each-day-of-duty.md``.
A migration that copies one of the tables has to make its triggers again.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, ForeignKey, Index, Table, UniqueConstraint, event, text
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
    """The officer whose account wrote it; ``None`` for an account that is no officer's."""
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

    agency: Mapped[Agency] = relationship()


_FUNCTION = """CREATE OR REPLACE FUNCTION written_once() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is written once', TG_TABLE_NAME; END $$"""


def _protect(table: Table, connection: Connection, **_: object) -> None:
    """Let the database refuse to change or delete what a table holds."""
    if connection.dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table.name}_{deed} BEFORE {deed} ON {table.name}"
                f" BEGIN SELECT RAISE(ABORT, '{table.name} is written once'); END"
            )
        return
    connection.execute(text(_FUNCTION))
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table.name}_once BEFORE UPDATE OR DELETE OR TRUNCATE ON {table.name}"
        " FOR EACH STATEMENT EXECUTE FUNCTION written_once()"
    )


for _model in (HandoverNote, HandoverSeen, DutyRecord):
    event.listen(_model.__table__, "after_create", _protect)

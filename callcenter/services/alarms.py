"""Troubles somebody must see: raised, seen again, cleared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Select, Table, bindparam, select, update
from sqlalchemy.orm import Session

from callcenter.models import Alarm
from callcenter.services.upsert import insert_into

DETAIL_LENGTH = 1000


# Looked at for every recording and every few seconds: built once, and past the ORM.
_ROW = cast(Table, Alarm.__table__).c
_IS_OPEN = select(_ROW.id).where(
    _ROW.kind == bindparam("kind"), _ROW.subject == bindparam("subject"), _ROW.cleared_at.is_(None)
)
_OPEN_OF = select(_ROW.kind, _ROW.subject).where(
    _ROW.kind.in_(bindparam("kinds", expanding=True)), _ROW.cleared_at.is_(None)
)


class Alarms:
    """The alarms of an instance; at most one is open for a kind and subject."""

    def __init__(self, session: Session) -> None:
        """Write through ``session``."""
        self._session = session

    def raise_(self, kind: str, subject: str, detail: str, now: datetime) -> bool:
        """Raise an alarm, or say of the open one that it was seen again.

        ``detail`` tells what happened, what was kept and what to do. Tells
        whether the alarm is new.
        """
        detail = detail.replace("\0", "")[:DETAIL_LENGTH]
        row = insert_into(self._session, Alarm).values(
            kind=kind, subject=subject, detail=detail, raised_at=now, last_seen_at=now
        )
        statement = row.on_conflict_do_update(
            index_elements=["kind", "subject"],
            index_where=Alarm.cleared_at.is_(None),
            set_={"detail": detail, "last_seen_at": now},
        ).returning(Alarm.raised_at, Alarm.last_seen_at)
        raised_at, last_seen_at = self._session.execute(statement).one()
        return bool(raised_at == last_seen_at)

    def clear(self, kind: str, subject: str, now: datetime) -> bool:
        """Clear the open alarm; tells whether there was one."""
        known = self.is_open(kind, subject)
        if known:  # the calm case takes no lock
            this = (Alarm.kind == kind, Alarm.subject == subject, Alarm.cleared_at.is_(None))
            self._session.execute(update(Alarm).where(*this).values(cleared_at=now))
        return known

    def show(self, kind: str, subject: str, detail: str, now: datetime) -> bool:
        """Raise the alarm with a detail, clear it with none; tells whether that changed it."""
        return self.raise_(kind, subject, detail, now) if detail else self.clear(kind, subject, now)

    def is_open(self, kind: str, subject: str) -> bool:
        """Tell whether the alarm is open."""
        return self._session.execute(_IS_OPEN, {"kind": kind, "subject": subject}).first() is not None

    def open_of(self, *kinds: str) -> set[tuple[str, str]]:
        """Tell kind and subject of the open alarms of these kinds."""
        found = self._session.execute(_OPEN_OF, {"kinds": kinds})
        return {(row.kind, row.subject) for row in found}

    def open(self) -> Sequence[Alarm]:
        """List the open alarms, the oldest first."""
        return self._session.scalars(self._open().order_by(Alarm.raised_at, Alarm.id)).all()

    @staticmethod
    def _open() -> Select[Alarm]:
        return select(Alarm).where(Alarm.cleared_at.is_(None))

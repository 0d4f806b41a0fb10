"""Work owed because of a fact, written in the fact's own transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from callcenter.models import Outbox
from callcenter.services.upsert import insert_into


class Work:
    """The outbox as the services see it: they say what is owed, jobs do it."""

    def __init__(self, session: Session) -> None:
        """Write through ``session``; the work is owed once it commits."""
        self._session = session

    def owe(self, kind: str, fact: str, payload: dict[str, Any], now: datetime) -> bool:
        """Owe one job for ``fact``; a fact that is known already changes nothing.

        Tells whether the fact was new. ``kind`` is a name in
        ``callcenter.jobs.JOBS``; ``payload`` is JSON-able and holds ids, not secrets.
        """
        row = insert_into(self._session, Outbox).values(
            kind=kind, fact=fact, payload=payload, created_at=now, due_at=now, attempts=0
        )
        # Two transactions may learn one fact at once: the second waits here, then writes nothing.
        statement = row.on_conflict_do_nothing(index_elements=["fact"]).returning(Outbox.id)
        return self._session.execute(statement).first() is not None

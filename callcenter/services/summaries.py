"""One message in place of a storm: what is too much for one receiver is told together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from callcenter.models import Notification, Ticket
from callcenter.services.outbox import Work
from callcenter.services.upsert import insert_into

MOST, WINDOW = 10, timedelta(minutes=10)
"""Messages about tickets in so much time to one receiver; what is beyond is told in one."""
SUMMARY = "summary"
"""The channel of a message that is told with others in one."""


class Summaries:
    """What waits to be told in one message; one instance a transaction."""

    def __init__(self, session: Session) -> None:
        """Write through ``session``."""
        self._session = session

    def takes(self, facts: dict[str, Any], ticket: Ticket, officer_id: int | None, now: datetime) -> bool:
        """Take a message, where its receiver gets too many; emergencies are always told by themselves."""
        if ticket.category == "emergency" or self._was_begun(facts["fact"]):
            return False
        if self._lately(officer_id, now) < MOST:
            return False
        row = insert_into(self._session, Notification).values(
            **facts, officer_id=officer_id, channel=SUMMARY, started_at=now
        )
        self._session.execute(row.on_conflict_do_nothing(index_elements=["fact"]))
        self._owe(officer_id, now)
        return True

    def waiting(self, officer_id: int | None) -> int:
        """Count what waits for a receiver's next summary."""
        rows = select(func.count()).select_from(Notification).where(*_waiting(officer_id))
        return self._session.scalar(rows) or 0

    def told(self, officer_id: int | None, fact: str, now: datetime) -> None:
        """Say that what waited when the summary ``fact`` began is told, if that was sent."""
        own = select(Notification.started_at).where(
            Notification.fact == fact, Notification.sent_at.is_not(None)
        )
        began = self._session.scalar(own)
        if began is not None:
            rows = update(Notification).where(*_waiting(officer_id), Notification.started_at <= began)
            self._session.execute(rows.values(sent_at=now))

    def _owe(self, officer_id: int | None, now: datetime) -> None:
        """Owe the summary of this window, at its end."""
        window = int(now.timestamp() // WINDOW.total_seconds())
        due = datetime.fromtimestamp((window + 1) * WINDOW.total_seconds(), UTC)
        fact = f"summary:{officer_id or 'none'}:{window}"
        payload = {"officer_id": officer_id, "fact": fact}
        Work(self._session).owe("notify_summary", fact, payload, now, due=due)

    def _was_begun(self, fact: str) -> bool:
        """Tell whether a message was begun by itself before."""
        known = select(Notification.id).where(Notification.fact == fact, Notification.channel != SUMMARY)
        return self._session.scalar(known) is not None

    def _lately(self, officer_id: int | None, now: datetime) -> int:
        mine = (Notification.officer_id == officer_id, Notification.started_at > now - WINDOW)
        about = (Notification.ticket_id.is_not(None), Notification.channel != SUMMARY)
        return self._session.scalar(select(func.count(Notification.id)).where(*mine, *about)) or 0


def _waiting(officer_id: int | None) -> tuple[ColumnElement[bool], ...]:
    mine = Notification.officer_id == officer_id
    return mine, Notification.channel == SUMMARY, Notification.sent_at.is_(None)

"""See that owed work is done, and say so when it is not."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from callcenter.jobs.kinds import Tools
from callcenter.services.alarms import Alarms
from callcenter.services.notifications import unknown_ends
from callcenter.services.outbox import Ledger

LATE_AFTER = timedelta(minutes=5)
UNKNOWN_AFTER = timedelta(minutes=10)
"""Longer than a killed worker's job needs to be taken up and sent once more."""

LATE, UNKNOWN = "outbox-late", "notification-unknown"
SUBJECT = "outbox"


def watch(tools: Tools, now: datetime) -> None:
    """Raise and clear the alarms on work that nobody does."""
    with tools.database.reading() as session:
        found = {LATE: _late(session, now), UNKNOWN: _unknown(session, now)}
        changed = {
            kind: detail
            for kind, detail in found.items()
            if bool(detail) != Alarms(session).is_open(kind, SUBJECT)
        }
    if changed:
        with tools.database.transaction() as session:
            for kind, detail in changed.items():
                Alarms(session).show(kind, SUBJECT, detail, now)


def _late(session: Session, now: datetime) -> str:
    late = Ledger(session).overdue(now - LATE_AFTER)
    return f"{late} jobs wait for a worker; they are kept. Is Redis there?" if late else ""


def _unknown(session: Session, now: datetime) -> str:
    facts = [row.fact for row in unknown_ends(session, now - UNKNOWN_AFTER)]
    return f"nobody knows whether officers were told of: {', '.join(facts)}; ask them" if facts else ""

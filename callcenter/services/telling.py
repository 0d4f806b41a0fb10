"""Whom to tell of a call-back, each once for each occasion."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from callcenter.models import Obligation
from callcenter.services.outbox import Work

OPENED, EMERGENCY, LATE, HANDED_OVER = "opened", "emergency", "late", "handed-over"
"""Occasions; some go on behind a hyphen, to tell one time from another."""


class Telling:
    """Owes messages about call-backs."""

    def __init__(self, session: Session) -> None:
        """Write through ``session``; the messages are owed once it commits."""
        self._session = session

    def tell(self, owed: Obligation, officers: Iterable[int | None], occasion: str, now: datetime) -> None:
        """Tell officers by id; ``None`` is the instance itself."""
        for officer_id in officers:
            payload = {"obligation_id": owed.id, "officer_id": officer_id, "occasion": occasion}
            Work(self._session).owe("notify_obligation", fact(owed.id, officer_id, occasion), payload, now)


def fact(obligation_id: int, officer_id: int | None, occasion: str) -> str:
    """Name a message about a call-back: who, of which, and why now."""
    return f"obligation-{occasion}:{obligation_id}:officer:{officer_id or 'none'}"


def ticket_fact(ticket_id: int, officer_id: int | None, text_id: int | None = None) -> str:
    """Name a message about a ticket: that it was opened, or that a citizen's text was added to it."""
    about = f"ticket-text:{ticket_id}:{text_id}" if text_id else f"ticket-opened:{ticket_id}"
    return f"{about}:officer:{officer_id or 'none'}"


def occasion_of(fact: str) -> str:
    """Read the occasion out of a message's name, without what tells one time from another."""
    occasion = fact.removeprefix("obligation-").partition(":")[0].removesuffix("-emergency")
    return HANDED_OVER if is_about(occasion, HANDED_OVER) else occasion


def is_about(occasion: str, kind: str) -> bool:
    """Tell whether an occasion is of a kind named above."""
    return occasion == kind or occasion.startswith(f"{kind}-")

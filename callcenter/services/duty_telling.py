"""Whom to tell of a change of duty: who comes, who goes, who asked, who is to decide."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Account, ChangeKind, DutyChange, Officer
from callcenter.services.outbox import Work

MADE, ASKED, TAKEN, APPROVED, REFUSED, UNDONE = "made", "asked", "taken", "approved", "refused", "undone"
"""Occasions."""
MOST = 50


class DutyTelling:
    """Owes messages about changes of duty, none to who made the change."""

    def __init__(self, session: Session, account_id: int | None) -> None:
        """Write through ``session``; ``account_id`` is who acts."""
        self._session = session
        account = session.get(Account, account_id or 0)
        self._actor = account.officer_id if account else None

    def made(self, change: DutyChange, now: datetime) -> None:
        """Tell of what a supervisor has changed, or of what is asked for."""
        if change.kind == ChangeKind.ASK:
            self._tell(change, ASKED, self._colleagues(change), now)
        elif change.kind == ChangeKind.SWAP:
            self._tell(change, TAKEN, [*change.instead_of, None], now)  # the instance: supervisors decide
        else:
            self._tell(change, MADE, [*change.people, *change.instead_of], now)

    def decided(self, change: DutyChange, occasion: str, now: datetime) -> None:
        """Tell those whom a decision is about."""
        self._tell(change, occasion, [*change.people, *change.instead_of], now)

    def for_nothing(self, swap: DutyChange, now: datetime) -> None:
        """Tell who took a duty that is not asked for any more; who asked knows."""
        self._tell(swap, REFUSED, swap.people, now)

    def _colleagues(self, change: DutyChange) -> Iterable[int]:
        query = select(Officer.id).where(
            Officer.agency_id == change.agency_id, Officer.active, Officer.id.not_in(change.instead_of)
        )
        return self._session.scalars(query.order_by(Officer.id).limit(MOST))

    def _tell(self, change: DutyChange, occasion: str, officers: Iterable[int | None], now: datetime) -> None:
        for officer_id in dict.fromkeys(officers):
            if officer_id is None or officer_id != self._actor:
                fact = f"duty-{occasion}:{change.id}:officer:{officer_id or 'none'}"
                payload = {
                    "change_id": change.id,
                    "officer_id": officer_id,
                    "occasion": occasion,
                    "fact": fact,
                }
                Work(self._session).owe("notify_duty_change", fact, payload, now)

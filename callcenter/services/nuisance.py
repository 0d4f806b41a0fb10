"""Numbers of silent and prank calls: what a mark does, and when the system proposes one.

A mark lowers, it never blocks: the caller waits behind others and is called
back later. A call that chose emergency is never touched by it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from callcenter.models import Call, MarkStatus, NuisanceMark
from callcenter.services.disposition import SILENT, Outcome
from callcenter.services.upsert import insert_into
from ivr.turns import LOWERED_PRIORITY, ORDINARY_PRIORITY

PRANK = "prank"
REASONS = (SILENT, PRANK)
SILENT_CALLS, WINDOW = 3, timedelta(hours=24)
"""So many silent calls of a number within this time are put before a person."""


class Nuisance:
    """Marks on numbers as calls meet them."""

    def __init__(self, session: Session) -> None:
        """Work inside the caller's transaction."""
        self._session = session

    def is_marked(self, number: str | None, now: datetime) -> bool:
        """Tell whether a person has marked the number and the mark still runs."""
        mark = self.live(number, now)
        return mark is not None and mark.status == MarkStatus.ACTIVE

    def live(self, number: str | None, now: datetime) -> NuisanceMark | None:
        """Find the number's mark that is proposed or runs."""
        if number is None:
            return None
        query = select(NuisanceMark).where(
            NuisanceMark.number == number,
            NuisanceMark.status.in_([MarkStatus.PROPOSED, MarkStatus.ACTIVE]),
            NuisanceMark.expires_at.is_(None) | (NuisanceMark.expires_at > now),
        )
        return self._session.scalar(query)

    def queue_priority(self, number: str | None, now: datetime) -> int:
        """Tell where a call from the number waits, unless it chooses emergency."""
        return LOWERED_PRIORITY if self.is_marked(number, now) else ORDINARY_PRIORITY

    def follow(self, call: Call, outcome: Outcome, now: datetime) -> None:
        """Propose a mark when a call was one silent call too many."""
        number = call.caller_number
        if outcome.reason != SILENT or number is None or call.test:
            return
        if self._silent_before(call, number) + 1 >= SILENT_CALLS:
            self.propose(number, SILENT, now, call_id=call.id)

    def propose(
        self,
        number: str,
        reason: str,
        now: datetime,
        *,
        call_id: int | None = None,
        account_id: int | None = None,
        note: str | None = None,
    ) -> bool:
        """Put a number before the supervisors; tells whether that is news.

        Without an account it is the system that proposes. A number whose mark
        is proposed or runs keeps the one it has.
        """
        self.expire(now, number)
        row = insert_into(self._session, NuisanceMark).values(
            number=number,
            reason=reason,
            status=MarkStatus.PROPOSED,
            proposed_at=now,
            proposed_by_id=account_id,
            call_id=call_id,
            note=note,
        )
        statement = row.on_conflict_do_nothing(
            index_elements=["number"], index_where=text("status IN ('proposed', 'active')")
        )
        return self._session.execute(statement.returning(NuisanceMark.id)).first() is not None

    def expire(self, now: datetime, number: str | None = None) -> None:
        """Write down that marks (of one number) have run out."""
        over = [NuisanceMark.status == MarkStatus.ACTIVE, NuisanceMark.expires_at <= now]
        if number is not None:
            over.append(NuisanceMark.number == number)
        self._session.execute(update(NuisanceMark).where(*over).values(status=MarkStatus.EXPIRED))

    def _silent_before(self, call: Call, number: str) -> int:
        """Count the number's other silent calls; what a person has reviewed counts no more."""
        reviewed = select(func.max(NuisanceMark.reviewed_at)).where(NuisanceMark.number == number)
        since = max(filter(None, [self._session.scalar(reviewed), call.offered_at - WINDOW]))
        others = select(func.count(Call.id)).where(
            Call.caller_number == number,
            Call.disposition_reason == SILENT,
            Call.offered_at > since,
            Call.id != call.id,
            Call.test.is_(False),
        )
        return self._session.scalar(others) or 0

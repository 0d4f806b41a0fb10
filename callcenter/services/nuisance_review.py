"""People's part in marks on numbers: officers report, supervisors decide.

Each decision is logged with who made it (UU 27/2022 art. 31).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from callcenter.models import Call, MarkStatus, NuisanceMark
from callcenter.services import callers, deadlines
from callcenter.services.access import NotVisibleError, Viewer, possible_id
from callcenter.services.audit import Action, Audit
from callcenter.services.nuisance import PRANK, REASONS, Nuisance

LONGEST_NOTE = 500
MOST_ROWS = 200
ENDED = "ended"
"""In a list: marks that were withdrawn or have run out."""
_LIVE = NuisanceMark.status.in_([MarkStatus.PROPOSED, MarkStatus.ACTIVE])


class MarkError(ValueError):
    """It cannot be done.

    ``number`` (there is none that could be marked), ``reason`` (a withdrawal
    gives one), ``over`` (the mark has ended, or is not what it was).
    """

    def __init__(self, code: str) -> None:
        """Keep the reason."""
        super().__init__(code)
        self.code = code


class NuisanceReview:
    """What one viewer, at one address, may do about marks."""

    def __init__(self, session: Session, viewer: Viewer, address: str, zone: ZoneInfo) -> None:
        """Work inside the caller's transaction."""
        self._session = session
        self._viewer = viewer
        self._address = address
        self._zone = zone
        self._nuisance = Nuisance(session)

    def report(self, call_id: int, note: str, now: datetime) -> bool:
        """Report a call as a prank; tells whether its number was not known as such."""
        query = select(Call).where(Call.id == possible_id(call_id))
        call = self._session.scalar(self._viewer.narrow(query, Call.agency_id))
        if call is None:
            raise NotVisibleError(f"call {call_id}")
        if call.caller_number is None:
            raise MarkError("number")
        new = self._nuisance.propose(
            call.caller_number,
            PRANK,
            now,
            call_id=call.id,
            account_id=self._viewer.account_id,
            note=callers.printable(note, LONGEST_NOTE),
        )
        if new:
            self._log("mark_proposed", call.caller_number, now)
        return new

    def set(self, text: str, reason: str, note: str, now: datetime) -> NuisanceMark:
        """Mark a number however it is written; a proposal for it is confirmed by that."""
        self._supervisors_only()
        number = callers.normalise(text)
        if number is None or reason not in REASONS:
            raise MarkError("number")
        self._nuisance.propose(number, reason, now, account_id=self._viewer.account_id)
        mark = self._session.scalars(
            select(NuisanceMark).where(NuisanceMark.number == number, _LIVE).with_for_update()
        ).one()
        mark.reason, mark.note = reason, callers.printable(note, LONGEST_NOTE) or mark.note
        self._run_on(mark, "mark_set", now)
        return mark

    def confirm(self, mark_id: int, now: datetime) -> NuisanceMark:
        """Set a mark that was proposed."""
        mark = self._locked(mark_id, MarkStatus.PROPOSED, now)
        self._run_on(mark, "mark_set", now)
        return mark

    def extend(self, mark_id: int, now: datetime) -> NuisanceMark:
        """Let a mark that runs begin its time anew."""
        mark = self._locked(mark_id, MarkStatus.ACTIVE, now)
        self._run_on(mark, "mark_extended", now)
        return mark

    def withdraw(self, mark_id: int, reason: str, now: datetime) -> NuisanceMark:
        """End a mark, or turn a proposal down; a reason must be given."""
        mark = self._locked(mark_id, None, now)
        text = callers.printable(reason, LONGEST_NOTE)
        if text is None:
            raise MarkError("reason")
        mark.status, mark.review_reason = MarkStatus.WITHDRAWN, text
        self._reviewed(mark, "mark_withdrawn", now)
        return mark

    def marks(self, status: str, now: datetime) -> Sequence[NuisanceMark]:
        """List marks: ``proposed``, ``active`` (soonest end first) or ``ended``."""
        self._supervisors_only()
        live = _LIVE & (NuisanceMark.expires_at.is_(None) | (NuisanceMark.expires_at > now))
        query = select(NuisanceMark)
        if status == ENDED:
            query = query.where(~live).order_by(NuisanceMark.id.desc())
        else:
            query = query.where(live, NuisanceMark.status == status)
            query = query.order_by(NuisanceMark.expires_at, NuisanceMark.id)
        people = (NuisanceMark.proposed_by, NuisanceMark.set_by, NuisanceMark.reviewed_by)
        related = [joinedload(person) for person in people]
        return self._session.scalars(query.options(*related).limit(MOST_ROWS)).all()

    def _run_on(self, mark: NuisanceMark, action: Action, now: datetime) -> None:
        mark.status = MarkStatus.ACTIVE
        mark.expires_at = deadlines.due(deadlines.NUISANCE_MARK, now, self._zone)
        if mark.set_at is None:
            mark.set_at, mark.set_by_id = now, self._viewer.account_id
        self._reviewed(mark, action, now)

    def _reviewed(self, mark: NuisanceMark, action: Action, now: datetime) -> None:
        mark.reviewed_at, mark.reviewed_by_id = now, self._viewer.account_id
        self._log(action, mark.number, now)

    def _locked(self, mark_id: int, status: MarkStatus | None, now: datetime) -> NuisanceMark:
        self._supervisors_only()
        mark = self._session.scalar(
            select(NuisanceMark).where(NuisanceMark.id == possible_id(mark_id)).with_for_update()
        )
        if mark is None:
            raise NotVisibleError(f"mark {mark_id}")
        over = mark.expires_at is not None and mark.expires_at <= now
        if over or mark.status not in ([status] if status else [MarkStatus.PROPOSED, MarkStatus.ACTIVE]):
            raise MarkError("over")
        return mark

    def _supervisors_only(self) -> None:
        if not self._viewer.sees_all:
            raise NotVisibleError("marks on numbers")

    def _log(self, action: Action, number: str, now: datetime) -> None:
        Audit(self._session).write(
            action, f"caller:{number}", account_id=self._viewer.account_id, address=self._address, now=now
        )

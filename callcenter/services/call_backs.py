"""Ending an obligation to call back: done, or closed with a reason."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Obligation, ObligationStatus
from callcenter.services.access import NotVisibleError, Viewer, possible_id
from callcenter.services.callers import printable
from callcenter.services.obligations import end

LONGEST_REASON = 500


class CallBackError(ValueError):
    """It cannot be ended: ``ended`` (it is already), or ``reason`` (none given)."""

    def __init__(self, code: str) -> None:
        """Keep the reason."""
        super().__init__(code)
        self.code = code


class CallBacks:
    """Ends call-backs that the viewer may see."""

    def __init__(self, session: Session, viewer: Viewer) -> None:
        """Work inside the caller's transaction."""
        self._session = session
        self._viewer = viewer

    def end(self, obligation_id: int, status: ObligationStatus, reason: str, now: datetime) -> Obligation:
        """Mark it done (a remark may be left) or closed (a reason must be given)."""
        obligation = self._obligation(obligation_id)
        text = printable(reason, LONGEST_REASON)
        if obligation.status != ObligationStatus.OPEN or status is ObligationStatus.OPEN:
            raise CallBackError("ended")
        if status is ObligationStatus.CLOSED and text is None:
            raise CallBackError("reason")
        end(self._session, obligation, status, now)
        obligation.closed_by_id = self._viewer.account_id
        obligation.closing_reason = text
        return obligation

    def _obligation(self, obligation_id: int) -> Obligation:
        query = select(Obligation).where(Obligation.id == possible_id(obligation_id))
        query = self._viewer.narrow(query, Obligation.agency_id)
        found = self._session.scalar(query.with_for_update())
        if found is None:
            raise NotVisibleError(f"obligation {obligation_id}")
        return found

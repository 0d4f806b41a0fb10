"""Call-backs owed to citizens whose call ended before there was a complaint."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Account, Call, Obligation, ObligationStatus
from callcenter.services import deadlines
from callcenter.services.duty import Duty
from callcenter.services.outbox import Work

FOUND = "Aduan penelepon ditemukan setelah panggilan berakhir; tiket sudah dibuka."


class Obligations:
    """Opening obligations and bringing them to an end."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        self._session = session
        self._zone = zone

    def open_for(self, call: Call, reason: str, now: datetime) -> Obligation:
        """Owe the call's citizen a call-back; a second time gives the same one.

        The officer rung first owns it; with nobody on duty the agency does.
        """
        known = self._session.scalar(select(Obligation).where(Obligation.call_id == call.id))
        if known:
            return known
        if call.agency_id is None:
            raise ValueError(f"call {call.key}: no agency could own a call-back")
        rule = deadlines.CALL_BACK_EMERGENCY if call.emergency else deadlines.CALL_BACK
        on_duty = Duty(self._session, self._zone).on_duty(call.agency_id, now)
        obligation = Obligation(
            call_id=call.id,
            agency_id=call.agency_id,
            owner_id=on_duty[0].officer_id if on_duty else None,
            caller_number=call.caller_number,
            reason=reason,
            emergency=call.emergency,
            opened_at=now,
            due_at=deadlines.due(rule, now, self._zone),
            status=ObligationStatus.OPEN,
        )
        self._session.add(obligation)
        self._session.flush()
        self._tell_owner(obligation, now)
        return obligation

    def end(
        self, obligation: Obligation, account: Account, *, done: bool, reason: str, now: datetime
    ) -> None:
        """Bring an obligation to its end.

        Raises ``ValueError`` when it is not open any more, and for a closing
        without a call-back that gives no reason.
        """
        if obligation.status != ObligationStatus.OPEN:
            raise ValueError("this call-back is not open any more")
        if not done and not reason.strip():
            raise ValueError("a call-back is closed with a reason")
        obligation.status = ObligationStatus.DONE if done else ObligationStatus.CLOSED
        obligation.closed_at = now
        obligation.closed_by_id = account.id
        obligation.closing_reason = reason.strip() or None

    def settle(self, call: Call, now: datetime) -> None:
        """End the call's obligation: what the citizen wanted was found after all."""
        owed = self._session.scalar(
            select(Obligation).where(
                Obligation.call_id == call.id, Obligation.status == ObligationStatus.OPEN
            )
        )
        if owed is not None:
            owed.status, owed.closed_at = ObligationStatus.CLOSED, now
            owed.closing_reason = FOUND

    def _tell_owner(self, obligation: Obligation, now: datetime) -> None:
        fact = f"obligation-opened:{obligation.id}:officer:{obligation.owner_id or 'none'}"
        payload = {"obligation_id": obligation.id, "officer_id": obligation.owner_id}
        Work(self._session).owe("notify_obligation", fact, payload, now)

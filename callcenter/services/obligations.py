"""Call-backs owed to citizens whose call ended before there was a complaint.

However often somebody calls in vain, an agency owes the number one call-back.
Only that is merged by number: families share telephones, so that tickets and
people never are. Deadlines are minutes on the clock, by night as by day.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from callcenter.models import Call, Disposition, Obligation, ObligationCall, ObligationStatus
from callcenter.services import deadlines
from callcenter.services.alarms import Alarms
from callcenter.services.disposition import Outcome
from callcenter.services.duty import Duty
from callcenter.services.nuisance import Nuisance
from callcenter.services.telling import EMERGENCY, OPENED, Telling
from callcenter.services.upsert import insert_into

OVERDUE = "call-back-overdue"
"""The alarm on a call-back that everybody was told of and nobody made."""
_HEARD = (Disposition.ANSWERED, Disposition.RECORDED)


class Obligations:
    """Opening obligations, adding calls to them, and seeing them fulfilled."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        self._session = session
        self._zone = zone
        self._telling = Telling(session)

    def follow(self, call: Call, outcome: Outcome, now: datetime) -> None:
        """Owe what a call's outcome asks for, or end what it makes good."""
        if outcome.disposition == Disposition.CALL_BACK:
            self.open_for(call, outcome.reason, now)
        elif outcome.disposition in _HEARD and call.caller_number and call.agency_id:
            self.fulfil(call.caller_number, call.agency_id, call, now)

    def open_for(self, call: Call, reason: str, now: datetime, since: datetime | None = None) -> Obligation:
        """Owe the call's citizen a call-back; a second time gives the same one.

        Its deadline counts from ``since``, from now unless told otherwise.

        The officer rung first owns it; with nobody on duty the agency does. A
        call that is only told of when the citizen has been heard meanwhile
        leaves nothing to be done.
        """
        known = self._of(call)
        if known:
            return known
        if call.agency_id is None:
            raise ValueError(f"call {call.key}: no agency could own a call-back")
        owed, is_new = self._find_or_open(call, call.agency_id, reason, now, since or now)
        self._session.add(ObligationCall(call_id=call.id, obligation_id=owed.id))
        later = self._heard_after(call) if is_new else None
        if later:
            self._fulfil(owed, later, now)
        elif is_new:
            self._telling.tell(owed, [owed.owner_id], OPENED, now)
        else:
            self._tried_again(owed, call, reason, now)
        self._session.flush()
        return owed

    def fulfil(self, number: str, agency_id: int, call: Call, now: datetime) -> None:
        """End the call-back owed to ``number``: ``call``, to or from it, was completed.

        A call that began before the citizen last tried in vain answers nothing.
        """
        owed = self._open_to(number, agency_id)
        if owed is not None and call.offered_at > owed.last_tried_at:
            self._fulfil(owed, call, now)

    def _of(self, call: Call) -> Obligation | None:
        linked = select(Obligation).join(ObligationCall, ObligationCall.obligation_id == Obligation.id)
        return self._session.scalar(linked.where(ObligationCall.call_id == call.id))

    def _find_or_open(
        self, call: Call, agency_id: int, reason: str, now: datetime, since: datetime
    ) -> tuple[Obligation, bool]:
        """Give the open call-back to the caller, locked; tells whether it is new."""
        while True:
            known = self._open_to(call.caller_number, agency_id)
            if known:
                return known, False
            opened = self._insert(call, agency_id, reason, now, since)
            if opened is not None:
                return self._session.get_one(Obligation, opened), True

    def _open_to(self, number: str | None, agency_id: int) -> Obligation | None:
        if number is None:
            return None
        query = select(Obligation).where(
            Obligation.agency_id == agency_id,
            Obligation.caller_number == number,
            Obligation.status == ObligationStatus.OPEN,
        )
        return self._session.scalar(query.with_for_update())

    def _insert(self, call: Call, agency_id: int, reason: str, now: datetime, since: datetime) -> int | None:
        """Open one unless another transaction has just done so."""
        on_duty = Duty(self._session, self._zone).on_duty(agency_id, now)
        lowered = self._is_lowered(call, now)
        due_at = deadlines.due(_rule(emergency=call.emergency, lowered=lowered), since, self._zone)
        row = insert_into(self._session, Obligation).values(
            call_id=call.id,
            agency_id=agency_id,
            owner_id=on_duty[0].officer_id if on_duty else None,
            caller_number=call.caller_number,
            reason=reason,
            emergency=call.emergency,
            lowered=lowered,
            attempts=1,
            opened_at=now,
            last_tried_at=call.offered_at,
            due_at=due_at,
            level=0,
            escalate_at=due_at,
            status=ObligationStatus.OPEN,
        )
        statement = row.on_conflict_do_nothing(
            index_elements=["agency_id", "caller_number"], index_where=text("status = 'open'")
        )
        return self._session.scalar(statement.returning(Obligation.id))

    def _is_lowered(self, call: Call, now: datetime) -> bool:
        return not call.emergency and Nuisance(self._session).is_marked(call.caller_number, now)

    def _tried_again(self, owed: Obligation, call: Call, reason: str, now: datetime) -> None:
        owed.attempts += 1
        owed.last_tried_at = max(owed.last_tried_at, call.offered_at)
        if call.emergency and not owed.emergency:
            owed.emergency, owed.reason = True, reason
            owed.level = 0  # the ladder begins anew: those who know of it do not know that it is urgent
            self._bring_forward(owed, now)
            self._telling.tell(owed, [owed.owner_id], EMERGENCY, now)
        elif owed.lowered and not self._is_lowered(call, now):
            self._bring_forward(owed, now)

    def settle(self, call: Call, now: datetime) -> None:
        """End the call-back that a call opened in which the citizen was heard after all.

        It stays when the citizen tried again later, in vain.
        """
        owed = self._of(call)
        is_open = owed is not None and owed.status == ObligationStatus.OPEN
        if owed is not None and is_open and owed.last_tried_at <= call.offered_at:
            self._fulfil(owed, call, now)

    def _bring_forward(self, owed: Obligation, now: datetime) -> None:
        """Give it the deadline of one that no mark lowers, unless its own is sooner."""
        owed.lowered = False
        rule = _rule(emergency=owed.emergency, lowered=False)
        owed.due_at = min(owed.due_at, deadlines.due(rule, now, self._zone))
        if owed.level == 0:
            owed.escalate_at = owed.due_at

    def _heard_after(self, call: Call) -> Call | None:
        """Find a call of the same number in which the citizen was heard later."""
        if call.caller_number is None:
            return None
        later = select(Call).where(
            Call.caller_number == call.caller_number,
            Call.agency_id == call.agency_id,
            Call.offered_at > call.offered_at,
            Call.disposition.in_(_HEARD),
        )
        return self._session.scalar(later.order_by(Call.offered_at, Call.id).limit(1))

    def _fulfil(self, owed: Obligation, call: Call, now: datetime) -> None:
        owed.fulfilled_by_id = call.id
        end(self._session, owed, ObligationStatus.DONE, now)


def end(session: Session, owed: Obligation, status: ObligationStatus, now: datetime) -> None:
    """Bring an open obligation to its end, and with it its escalation and alarm."""
    owed.status, owed.closed_at, owed.escalate_at = status, now, None
    Alarms(session).clear(OVERDUE, subject(owed), now)


def subject(owed: Obligation) -> str:
    """Name an obligation in an alarm."""
    return f"obligation:{owed.id}"


def _rule(*, emergency: bool, lowered: bool) -> deadlines.Rule:
    if emergency:
        return deadlines.CALL_BACK_EMERGENCY
    return deadlines.CALL_BACK_MARKED if lowered else deadlines.CALL_BACK

"""What happens to a call-back that nobody makes: a bounded ladder, and new owners.

Rung 1: its owner once more, and everybody on duty. Rung 2: those on duty at
the parent agency. Rung 3: the instance, where the supervisors are. Whoever is
on a rung is told once; a rung without anybody is passed over. Behind the last
rung an alarm is raised.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Obligation, ObligationStatus
from callcenter.services import deadlines
from callcenter.services.alarms import Alarms
from callcenter.services.duty import Duty
from callcenter.services.obligations import OVERDUE, subject
from callcenter.services.telling import HANDED_OVER, LATE, Telling

AGENCY, PARENT, INSTANCE = 1, 2, 3


class Escalation:
    """Goes up with late call-backs, and hands open ones to who is on duty."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Work inside the caller's transaction."""
        self._session = session
        self._zone = zone
        self._duty = Duty(session, zone)

    def late(self, now: datetime) -> Sequence[int]:
        """List the call-backs whose next rung is to be told."""
        late = select(Obligation.id).where(Obligation.escalate_at <= now)
        return self._session.scalars(late.order_by(Obligation.escalate_at, Obligation.id)).all()

    def unattended(self, now: datetime) -> Sequence[int]:
        """List the open call-backs whose owner is not on duty while somebody is."""
        query = select(Obligation.id, Obligation.agency_id, Obligation.owner_id).where(
            Obligation.status == ObligationStatus.OPEN
        )
        rows = self._session.execute(query.order_by(Obligation.due_at, Obligation.id)).all()
        on_duty = {agency: self._on_duty(agency, now) for agency in {agency for _, agency, _ in rows}}
        return [one for one, agency, owner in rows if on_duty[agency] and owner not in on_duty[agency]]

    def climb(self, obligation_id: int, now: datetime) -> None:
        """Tell the next rung; behind the last one, raise the alarm."""
        owed = self._locked(obligation_id)
        if owed is None or owed.escalate_at is None or owed.escalate_at > now:
            return  # it was ended, or another worker has just climbed
        if owed.level >= INSTANCE:
            self._alarm(owed, now)
            return
        is_new_owner = self._hand_over(owed, now)
        people: list[int | None] = []
        while not people:
            owed.level += 1
            people = self._rung(owed, now)
        step = deadlines.ESCALATION_EMERGENCY if owed.emergency else deadlines.ESCALATION
        owed.escalated_at, owed.escalate_at = now, deadlines.due(step, now, self._zone)
        Telling(self._session).tell(owed, people, occasion(owed), now)
        if is_new_owner and owed.owner_id not in people:
            self._tell_new_owner(owed, now)

    def hand_over(self, obligation_id: int, now: datetime) -> None:
        """Give an open call-back whose owner went home to the officer now on duty."""
        owed = self._locked(obligation_id)
        if owed is not None and self._hand_over(owed, now):
            self._tell_new_owner(owed, now)

    def _hand_over(self, owed: Obligation, now: datetime) -> bool:
        on_duty = self._on_duty(owed.agency_id, now)
        if not on_duty or owed.owner_id in on_duty:
            return False
        owed.owner_id = on_duty[0]
        return True

    def _tell_new_owner(self, owed: Obligation, now: datetime) -> None:
        """Tell who owns it now; somebody may come to own it twice, and each time is a fact."""
        Telling(self._session).tell(owed, [owed.owner_id], f"{HANDED_OVER}-{now:%Y%m%dT%H%M%S}", now)

    def _rung(self, owed: Obligation, now: datetime) -> list[int | None]:
        if owed.level == AGENCY:
            return list(dict.fromkeys([*filter(None, [owed.owner_id]), *self._on_duty(owed.agency_id, now)]))
        if owed.level == PARENT:
            parent = self._session.get_one(Agency, owed.agency_id).parent_id
            return list(self._on_duty(parent, now)) if parent else []
        return [None]

    def _alarm(self, owed: Obligation, now: datetime) -> None:
        owed.escalate_at = None
        detail = (
            "Semua penerima eskalasi sudah diberi tahu, tetapi warga belum ditelepon balik. "
            f"Kewajiban tetap terbuka: /obligations/{owed.id}"
        )
        Alarms(self._session).raise_(OVERDUE, subject(owed), detail, now)

    def _on_duty(self, agency_id: int, now: datetime) -> list[int]:
        return [person.officer_id for person in self._duty.on_duty(agency_id, now)]

    def _locked(self, obligation_id: int) -> Obligation | None:
        query = select(Obligation).where(
            Obligation.id == obligation_id, Obligation.status == ObligationStatus.OPEN
        )
        return self._session.scalar(query.with_for_update())


def occasion(owed: Obligation) -> str:
    """Name the rung that is told; an emergency is another matter than what it was before."""
    return f"{LATE}-{owed.level}" + ("-emergency" if owed.emergency else "")

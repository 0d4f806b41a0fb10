"""What people do about duty: override it, grant leave, ask for a swap, take it, decide, undo.

A supervisor may do everything for everybody; an officer asks for the own duty
and takes colleagues'. What has been stays as it was: a change begins now at the
earliest, and an undone one has been in force until then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, ChangeKind, ChangeStatus, DutyChange, Officer
from callcenter.roster.resolver import second
from callcenter.services import duty_telling, fields
from callcenter.services.access import NotVisibleError, Viewer, possible_id
from callcenter.services.duty_telling import DutyTelling
from callcenter.services.fields import FieldError
from callcenter.services.rosters import Rosters

LONGEST = timedelta(days=400)
LONGEST_REASON = 300
_OCCASIONS = {
    ChangeStatus.IN_FORCE: duty_telling.APPROVED,
    ChangeStatus.REFUSED: duty_telling.REFUSED,
    ChangeStatus.WITHDRAWN: duty_telling.UNDONE,
    ChangeStatus.UNDONE: duty_telling.UNDONE,
}
OVERRIDES = (ChangeKind.REPLACE, ChangeKind.ADD, ChangeKind.REMOVE)
Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class ChangeForm:
    """A change as people write it; times as ``2026-11-24T20:00`` on the instance's clocks, officers by id."""

    kind: str
    starts: str
    ends: str
    reason: str
    comes: str = ""
    goes: str = ""
    rung: str = "0"
    decree: str = ""
    approver: str = ""


class DutyWork:
    """What one viewer may do about duty."""

    def __init__(self, session: Session, viewer: Viewer, zone: ZoneInfo) -> None:
        """Work inside the caller's transaction."""
        self._session = session
        self._viewer = viewer
        self._zone = zone
        self._telling = DutyTelling(session, viewer.account_id)

    def override(self, agency_id: int, form: ChangeForm, now: datetime) -> DutyChange:
        """Let somebody come, go, or stand in another's place; raises ``FieldError``."""
        self._supervisors_only()
        agency = self._agency(agency_id)
        if form.kind not in OVERRIDES:
            raise FieldError("kind", "unknown_change", form.kind)
        starts, ends = self._interval(form, now)
        comes = [] if form.kind == ChangeKind.REMOVE else [self._officer(agency, "comes", form.comes)]
        goes = [] if form.kind == ChangeKind.ADD else [self._officer(agency, "goes", form.goes)]
        if comes == goes:
            raise FieldError("comes", "same_officer", form.comes)
        for one in goes:
            self._refuse_off_duty(agency.id, one, starts, ends)
        rung = fields.rung("rung", form.rung) if form.kind == ChangeKind.ADD else None
        return self._keep(agency, form.kind, (starts, ends), form.reason, now, comes, goes, rung=rung)

    def leave(self, agency_id: int, form: ChangeForm, now: datetime) -> DutyChange:
        """Grant a leave, with or without a substitute; raises ``FieldError``."""
        self._supervisors_only()
        agency = self._agency(agency_id)
        interval = self._interval(form, now)
        goes = self._officer(agency, "goes", form.goes)
        comes = [self._officer(agency, "comes", form.comes)] if form.comes.strip() else []
        if comes == [goes]:
            raise FieldError("comes", "same_officer", form.comes)
        change = self._keep(agency, ChangeKind.LEAVE, interval, form.reason, now, comes, [goes])
        change.decree = fields.text("decree", form.decree)
        change.approver = fields.text("approver", form.approver)
        return change

    def ask(self, agency_id: int, form: ChangeForm, now: datetime) -> DutyChange:
        """Look for somebody who takes a duty: the officer's own, or for a supervisor anybody's."""
        agency = self._agency(agency_id)
        starts, ends = self._interval(form, now)
        goes = self._acting_for(agency, "goes", form.goes)
        self._refuse_off_duty(agency.id, goes, starts, ends)
        return self._keep(
            agency, ChangeKind.ASK, (starts, ends), form.reason, now, [], [goes], status=ChangeStatus.OPEN
        )

    def take(self, ask_id: int, form: ChangeForm, now: datetime) -> DutyChange:
        """Take what was asked for, or a part of it; a supervisor still has to approve."""
        ask = self._open(ask_id, ChangeKind.ASK)
        starts, ends = self._interval(form, now)
        comes = self._acting_for(ask.agency, "comes", form.comes)
        if [comes] == ask.instead_of:
            raise FieldError("comes", "same_officer", form.comes)
        if not any(first <= starts and ends <= last for first, last in self.left(ask)):
            raise FieldError("starts", "not_asked")
        return self._keep(
            ask.agency,
            ChangeKind.SWAP,
            (starts, ends),
            form.reason or ask.reason,
            now,
            [comes],
            ask.instead_of,
            status=ChangeStatus.OPEN,
            ask=ask,
        )

    def left(self, ask: DutyChange) -> list[Interval]:
        """Tell what of an asked swap nobody has taken."""
        query = select(DutyChange.starts, DutyChange.ends).where(
            DutyChange.ask_id == ask.id,
            DutyChange.status.in_([ChangeStatus.OPEN, ChangeStatus.IN_FORCE]),
        )
        left: list[Interval] = [(ask.starts, ask.ends)]
        for starts, ends in self._session.execute(query):
            left = [piece for one in left for piece in _without(one, starts, ends)]
        return left

    def approve(self, change_id: int, reason: str, now: datetime) -> DutyChange:
        """Put a taken swap in force; what of it has passed by now has passed."""
        self._supervisors_only()
        swap = self._open(change_id, ChangeKind.SWAP)
        if swap.ends <= now:
            raise FieldError("decision", "past")
        swap.starts = max(swap.starts, now.replace(microsecond=0))
        self._decide(swap, ChangeStatus.IN_FORCE, reason, now)
        ask = self._session.get(DutyChange, swap.ask_id)
        if ask is not None and ask.status == ChangeStatus.OPEN and not self._unsettled(ask):
            ask.status = ChangeStatus.IN_FORCE
        return swap

    def refuse(self, change_id: int, reason: str, now: datetime) -> DutyChange:
        """Refuse a taken swap, or what was asked for."""
        self._supervisors_only()
        change = self._open(change_id, ChangeKind.SWAP, ChangeKind.ASK)
        self._decide(change, ChangeStatus.REFUSED, fields.text("decision", reason, LONGEST_REASON), now)
        self._refuse_taken(change, now)
        return change

    def undo(self, change_id: int, reason: str, now: datetime) -> DutyChange:
        """Take a change back from now on; an officer only what the officer asked for or took."""
        change = self._locked(change_id)
        own = change.status == ChangeStatus.OPEN and change.account_id == self._viewer.account_id
        if not own:
            self._supervisors_only()
        settled = change.kind == ChangeKind.ASK and change.status == ChangeStatus.IN_FORCE
        live = change.status in (ChangeStatus.OPEN, ChangeStatus.IN_FORCE) and change.ends > now
        if settled or not live:  # of what was asked and taken, the swaps are undone
            raise FieldError("decision", "over")
        was_open = change.status == ChangeStatus.OPEN
        status = ChangeStatus.WITHDRAWN if was_open else ChangeStatus.UNDONE
        self._decide(change, status, fields.text("decision", reason, LONGEST_REASON), now)
        self._refuse_taken(change, now)
        return change

    def _unsettled(self, ask: DutyChange) -> bool:
        waiting = select(DutyChange.id).where(
            DutyChange.ask_id == ask.id, DutyChange.status == ChangeStatus.OPEN
        )
        return bool(self.left(ask)) or self._session.scalar(waiting) is not None

    def _refuse_taken(self, ask: DutyChange, now: datetime) -> None:
        """Nobody takes what is not asked for any more."""
        query = select(DutyChange).where(DutyChange.ask_id == ask.id, DutyChange.status == ChangeStatus.OPEN)
        for swap in self._session.scalars(query):
            self._settle(swap, ChangeStatus.REFUSED, ask.decision or "", now)
            self._telling.for_nothing(swap, now)

    def _decide(self, change: DutyChange, status: ChangeStatus, reason: str, now: datetime) -> None:
        self._settle(change, status, reason, now)
        self._telling.decided(change, _OCCASIONS[status], now)

    def _settle(self, change: DutyChange, status: ChangeStatus, reason: str, now: datetime) -> None:
        change.status = status
        change.decided_at, change.decided_by_id = now, self._viewer.account_id
        change.decision = fields.text("decision", reason, LONGEST_REASON) if reason.strip() else None
        self._session.flush()

    def _keep(
        self,
        agency: Agency,
        kind: str,
        interval: Interval,
        reason: str,
        now: datetime,
        comes: Sequence[int],
        goes: Sequence[int],
        *,
        status: ChangeStatus = ChangeStatus.IN_FORCE,
        rung: int | None = None,
        ask: DutyChange | None = None,
    ) -> DutyChange:
        change = DutyChange(
            agency_id=agency.id,
            kind=kind,
            status=status,
            starts=interval[0],
            ends=interval[1],
            people=list(comes),
            instead_of=list(goes),
            rung=rung,
            ask_id=ask.id if ask else None,
            at=now,
            account_id=self._viewer.account_id,
            reason=fields.text("reason", reason, LONGEST_REASON),
        )
        self._session.add(change)
        self._session.flush()
        self._telling.made(change, now)
        return change

    def _interval(self, form: ChangeForm, now: datetime) -> Interval:
        """Read a form's interval; what has passed of it is left out."""
        starts = fields.wall_time("starts", form.starts).replace(tzinfo=self._zone)
        ends = fields.wall_time("ends", form.ends).replace(tzinfo=self._zone)
        if not starts < ends:
            raise FieldError("ends", "before_start", form.ends)
        if ends - starts > LONGEST:
            raise FieldError("ends", "too_far", form.ends)
        starts = max(starts, now.replace(microsecond=0))
        if not starts < ends:
            raise FieldError("ends", "past", form.ends)
        return starts, ends

    def _refuse_off_duty(self, agency_id: int, officer_id: int, starts: datetime, ends: datetime) -> None:
        first, last = second(starts), second(ends)
        plan = Rosters(self._session).plan(agency_id, self._zone.key, first, last)
        spans = plan.spans(first, last, {officer_id})
        if not any(span.people for span in spans):
            raise FieldError("goes", "not_on_duty")

    def _agency(self, agency_id: int) -> Agency:
        """Find an agency that may be seen, and keep others from changing its duty meanwhile."""
        query = select(Agency).where(Agency.id == possible_id(agency_id)).with_for_update()
        agency = self._session.scalar(self._viewer.narrow(query, Agency.id))
        if agency is None:
            raise NotVisibleError(f"agency {agency_id}")
        return agency

    def _officer(self, agency: Agency, field: str, text: str) -> int:
        query = select(Officer.id).where(Officer.agency_id == agency.id, Officer.active)
        known = {str(one) for one in self._session.scalars(query)}
        if not text.strip():
            raise FieldError(field, "empty")
        if text not in known:
            raise FieldError(field, "unknown_officer", text)
        return int(text)

    def _acting_for(self, agency: Agency, field: str, text: str) -> int:
        """An officer acts for the own person only."""
        if self._viewer.sees_all:
            return self._officer(agency, field, text)
        return self._officer(agency, field, str(self._viewer.officer_id or ""))

    def _locked(self, change_id: int) -> DutyChange:
        query = select(DutyChange).where(DutyChange.id == possible_id(change_id)).with_for_update()
        change = self._session.scalar(self._viewer.narrow(query, DutyChange.agency_id))
        if change is None:
            raise NotVisibleError(f"change {change_id}")
        return change

    def _open(self, change_id: int, *kinds: ChangeKind) -> DutyChange:
        change = self._locked(change_id)
        if change.status != ChangeStatus.OPEN or change.kind not in kinds:
            raise FieldError("decision", "over")
        return change

    def _supervisors_only(self) -> None:
        if not self._viewer.sees_all:
            raise NotVisibleError("only supervisors decide about duty")


def _without(interval: Interval, starts: datetime, ends: datetime) -> list[Interval]:
    pieces = [(interval[0], min(interval[1], starts)), (max(interval[0], ends), interval[1])]
    return [piece for piece in pieces if piece[0] < piece[1]]

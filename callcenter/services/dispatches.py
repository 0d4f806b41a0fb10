"""That somebody takes a ticket in hand: told along a bounded ladder until a person says so.

Rung 0: those rung first at the agency, else who covers for it, when the ticket
is opened. Rung 1: everybody on duty there, on further channels too. Rung 2:
those on duty at the nearest agency above. Rung 3: the regency's post. Rung 4:
the instance, where the supervisors are, and an alarm. A rung on which there is
nobody new to tell is passed over at once. What is not urgent goes no further
than rung 0 in the quiet hours. One fact is told to one person once on a channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.models import Dispatch, DispatchStatus, Officer, Ticket
from callcenter.services import deadlines
from callcenter.services.alarms import Alarms
from callcenter.services.callers import is_mobile
from callcenter.services.duty import Duty
from callcenter.services.ladder import Ladders, first_rung
from callcenter.services.outbox import Work
from callcenter.services.telling import ticket_fact
from callcenter.services.upsert import insert_into

AGENCY, ABOVE, POST, INSTANCE = 1, 2, 3, 4
UNANSWERED = "dispatch-unanswered"

Hours = tuple[time, time] | None
"""When nobody is told who is not on duty for it, unless it is urgent: [from, until) on the instance's clocks."""


class Dispatches:
    """Opens dispatches, and goes up with those that nobody accepts."""

    def __init__(self, session: Session, zone: ZoneInfo, quiet: Hours = None) -> None:
        """Work inside the caller's transaction."""
        self._session = session
        self._zone = zone
        self._quiet = quiet
        self._duty = Duty(session, zone)
        self._ladders = Ladders(session, zone)

    def open(
        self, ticket: Ticket, now: datetime, text_id: int | None = None, taken_by: int | None = None
    ) -> None:
        """Begin to look for somebody, and tell rung 0; a ticket that has an open dispatch goes on with it.

        An officer who talked to the citizen has it in hand (``taken_by``). What its citizen adds is
        told to who has accepted it, as long as they are there.
        """
        known = self._open_of(ticket.id)
        if known is None:
            known = self._begin(ticket, now, text_id, taken_by)
        accepted = known.officer if known is not None else None
        here = accepted is not None and accepted.active
        people = [accepted.id] if accepted and here else self._first(ticket.agency_id, now)
        for officer_id in people:
            payload = {"ticket_id": ticket.id, "officer_id": officer_id}
            payload |= {"text_id": text_id} if text_id else {}
            fact = ticket_fact(ticket.id, officer_id, text_id)
            Work(self._session).owe("notify_ticket", fact, payload, now)

    def _begin(
        self, ticket: Ticket, now: datetime, text_id: int | None, taken_by: int | None
    ) -> Dispatch | None:
        urgent = ticket.category == "emergency"
        row = insert_into(self._session, Dispatch).values(
            ticket_id=ticket.id,
            text_id=text_id,
            urgent=urgent,
            status=DispatchStatus.ACKNOWLEDGED if taken_by else DispatchStatus.WAITING,
            level=0,
            next_at=None if taken_by else self._after(now, urgent),
            officer_id=taken_by,
            acknowledged_at=now if taken_by else None,
            opened_at=now,
        )
        self._session.execute(row.on_conflict_do_nothing())
        return self._open_of(ticket.id)

    def late(self, now: datetime) -> Sequence[int]:
        """List the dispatches whose next rung is to be told."""
        late = select(Dispatch.id).where(Dispatch.next_at <= now)
        return self._session.scalars(late.order_by(Dispatch.urgent.desc(), Dispatch.next_at)).all()

    def climb(self, dispatch_id: int, now: datetime) -> None:
        """Tell the next rung on which there is somebody new; behind the last one, raise the alarm."""
        it = self._locked(dispatch_id)
        if it is None or it.next_at is None or it.next_at > now:
            return  # somebody has accepted, or another worker has just climbed
        if not it.urgent and (until := quiet_until(now, self._quiet, self._zone)):
            it.next_at = until
            return
        told = False
        while not told and it.level < INSTANCE:
            it.level += 1
            told = self._tell(it, now)
        if it.level >= INSTANCE:
            self._alarm(it, now)
            it.next_at = None
        else:
            it.next_at = self._after(now, it.urgent)

    def _tell(self, it: Dispatch, now: datetime) -> bool:
        """Owe what a rung has to hear; tells whether there was anything new."""
        if it.level == INSTANCE:
            return self._owe(it, None, "main", now)
        further = it.level == AGENCY  # who knows already is reached in another way, too
        told = False
        for officer_id in self._rung(it, now):
            told = self._owe(it, officer_id, "main", now) or told
            if further and self._has_second_way(officer_id):
                told = self._owe(it, officer_id, "sms", now) or told
        return told

    def _owe(self, it: Dispatch, officer_id: int | None, channel: str, now: datetime) -> bool:
        work = Work(self._session)
        opening = ticket_fact(it.ticket_id, officer_id, it.text_id)
        if channel == "main" and work.is_known(opening):
            return False
        payload = {"dispatch_id": it.id, "officer_id": officer_id, "channel": channel}
        return work.owe("notify_dispatch", dispatch_fact(it.id, officer_id, channel), payload, now)

    def _rung(self, it: Dispatch, now: datetime) -> list[int]:
        agency_id = it.ticket.agency_id
        if it.level == AGENCY:
            return [person.officer_id for person in self._duty.on_duty(agency_id, now)]
        above = list(self._ladders.tree(now).above(agency_id))
        places = above if it.level == ABOVE else [place for place in above if place.is_post]
        for place in places:
            if people := first_rung(self._duty.on_duty(place.id, now)):
                return [person.officer_id for person in people]
        return []

    def _first(self, agency_id: int, now: datetime) -> list[int | None]:
        """Give the first rung, else who covers for the agency; without anybody, the instance."""
        first = first_rung(self._duty.on_duty(agency_id, now))
        if not first and (cover := self._ladders.cover(agency_id, now)):
            first = list(cover.people)
        people: list[int | None] = [person.officer_id for person in first]
        return people or [None]

    def _has_second_way(self, officer_id: int) -> bool:
        officer = self._session.get_one(Officer, officer_id)
        return bool(officer.notify_url) and is_mobile(officer.mobile)

    def _after(self, now: datetime, urgent: bool) -> datetime:
        rule = deadlines.DISPATCH_EMERGENCY if urgent else deadlines.DISPATCH
        return deadlines.due(rule, now, self._zone)

    def _alarm(self, it: Dispatch, now: datetime) -> None:
        detail = (
            f"Tidak ada petugas yang menerima aduan {it.ticket.number}; semua sudah diberi tahu. "
            f"Tugaskan seseorang: /tickets/{it.ticket_id}"
        )
        Alarms(self._session).raise_(UNANSWERED, it.ticket.number, detail, now)

    def _open_of(self, ticket_id: int) -> Dispatch | None:
        mine = select(Dispatch).where(Dispatch.ticket_id == ticket_id, Dispatch.done_at.is_(None))
        return self._session.scalar(mine.with_for_update())

    def _locked(self, dispatch_id: int) -> Dispatch | None:
        mine = select(Dispatch).where(Dispatch.id == dispatch_id)
        return self._session.scalar(mine.with_for_update(of=Dispatch))


def overdue(session: Session, before: datetime) -> int:
    """Count the dispatches whose next rung should have been told before that time."""
    late = select(func.count(Dispatch.id)).where(Dispatch.next_at < before)
    return session.scalar(late) or 0


def dispatch_fact(dispatch_id: int, officer_id: int | None, channel: str) -> str:
    """Name a message about a dispatch: to whom, and on which channel."""
    return f"dispatch:{dispatch_id}:officer:{officer_id or 'none'}:{channel}"


def quiet_until(now: datetime, quiet: Hours, zone: ZoneInfo) -> datetime | None:
    """Tell when the quiet hours that run at ``now`` end; ``None`` outside of them."""
    if quiet is None:
        return None
    starts, ends = quiet
    local = now.astimezone(zone)
    clock = local.time()
    inside = starts <= clock < ends if starts < ends else clock >= starts or clock < ends
    if not inside:
        return None
    day = local.date() + timedelta(days=1 if clock >= ends else 0)
    return datetime.combine(day, ends, zone)

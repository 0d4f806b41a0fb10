"""What one shift leaves to the next: notes that are written once, and who read them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from callcenter.models import (
    Agency,
    HandoverNote,
    HandoverSeen,
    Obligation,
    ObligationStatus,
    Ticket,
    TicketStatus,
)
from callcenter.services import fields
from callcenter.services.access import NotVisibleError, Viewer, possible_id
from callcenter.services.day_plan import DayPlans
from callcenter.services.upsert import insert_into

LONGEST_NOTE = 2000
LOOK_BACK = timedelta(days=7)
"""How far a shift before this one is looked for."""
UNREAD_FOR = timedelta(days=30)
"""How long a note waits to be read by somebody who has not."""
MOST = 50
_ENDED = (TicketStatus.RESOLVED, TicketStatus.CLOSED)


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note, whether the viewer has yet to read it, and who read it when."""

    note: HandoverNote
    is_unread: bool
    seen: Sequence[HandoverSeen]

    @property
    def author(self) -> str:
        """The officer who wrote it, or the account."""
        return self.note.officer.name if self.note.officer else self.note.account.username


@dataclass(frozen=True, slots=True)
class HandoverView:
    """What a shift finds: notes since the shift before it began, unread ones first, and what is open."""

    agency: Agency
    since: datetime
    notes: Sequence[NoteView]
    tickets: int
    call_backs: int

    @property
    def unread(self) -> list[int]:
        """The notes that the viewer has yet to read, by id."""
        return [one.note.id for one in self.notes if one.is_unread]


class Handover:
    """The handover notes that one viewer may read and write."""

    def __init__(self, session: Session, viewer: Viewer, zone: ZoneInfo) -> None:
        """Work inside the caller's transaction; weekly plans hang on the clocks of ``zone``."""
        self._session = session
        self._viewer = viewer
        self._zone = zone

    def write(self, agency_id: int, text: str, now: datetime) -> HandoverNote:
        """Leave a note to the next shift; raises ``FieldError``."""
        agency = self._agency(agency_id)
        note = HandoverNote(
            agency_id=agency.id,
            account_id=self._viewer.account_id,
            officer_id=self._viewer.officer_id,
            at=now,
            text=fields.note("text", text, LONGEST_NOTE),
        )
        self._session.add(note)
        self._session.flush()
        return note

    def see(self, agency_id: int, note_ids: Collection[int], now: datetime) -> None:
        """Keep that the viewer read these notes of the own agency; the first time counts."""
        agency = self._agency(agency_id)
        if agency.id != self._viewer.agency_id:
            return
        wanted = [possible_id(one) for one in note_ids][:MOST]
        query = select(HandoverNote.id).where(
            HandoverNote.agency_id == agency.id, HandoverNote.id.in_(wanted)
        )
        for note_id in self._session.scalars(query).all():
            row = {"note_id": note_id, "account_id": self._viewer.account_id, "at": now}
            self._session.execute(
                insert_into(self._session, HandoverSeen).values(row).on_conflict_do_nothing()
            )

    def view(self, agency_id: int, now: datetime) -> HandoverView:
        """Show what the shift of now needs to know; raises ``NotVisibleError``."""
        agency = self._agency(agency_id)
        since = self._shift_before(agency.id, now)
        notes = self._unread(agency.id, now)
        known = {one.id for one in notes}
        notes += [one for one in self._written(agency.id, since) if one.id not in known]
        seen = self._seen([one.id for one in notes])
        views = [NoteView(one, one.id in known, seen.get(one.id, ())) for one in notes]
        return HandoverView(agency, since, views, self._tickets(agency.id), self._call_backs(agency.id))

    def _shift_before(self, agency_id: int, now: datetime) -> datetime:
        """Tell when the shift before the one of now began."""
        since = now - LOOK_BACK
        turns = DayPlans(self._session, self._zone).turns(agency_id, since, now)
        begun = [turn.starts for turn in turns if turn.people]
        return begun[-2] if len(begun) > 1 else since

    def _written(self, agency_id: int, since: datetime) -> list[HandoverNote]:
        query = select(HandoverNote).options(
            joinedload(HandoverNote.officer), joinedload(HandoverNote.account)
        )
        query = query.where(HandoverNote.agency_id == agency_id, HandoverNote.at >= since)
        return list(self._session.scalars(query.order_by(HandoverNote.id.desc()).limit(MOST)))

    def _unread(self, agency_id: int, now: datetime) -> list[HandoverNote]:
        """List what others wrote and an account of the agency has yet to read, the newest first."""
        if agency_id != self._viewer.agency_id:
            return []
        read = select(HandoverSeen.note_id).where(HandoverSeen.account_id == self._viewer.account_id)
        query = select(HandoverNote).options(
            joinedload(HandoverNote.officer), joinedload(HandoverNote.account)
        )
        query = query.where(
            HandoverNote.agency_id == agency_id,
            HandoverNote.at >= now - UNREAD_FOR,
            HandoverNote.account_id != self._viewer.account_id,
            HandoverNote.id.not_in(read),
        )
        return list(self._session.scalars(query.order_by(HandoverNote.id.desc()).limit(MOST)))

    def _seen(self, note_ids: Collection[int]) -> dict[int, list[HandoverSeen]]:
        query = select(HandoverSeen).options(joinedload(HandoverSeen.account))
        query = query.where(HandoverSeen.note_id.in_(note_ids)).order_by(HandoverSeen.id)
        found: dict[int, list[HandoverSeen]] = {}
        for one in self._session.scalars(query):
            found.setdefault(one.note_id, []).append(one)
        return found

    def _tickets(self, agency_id: int) -> int:
        query = select(func.count(Ticket.id)).where(
            Ticket.agency_id == agency_id, Ticket.status.not_in(_ENDED)
        )
        return self._session.scalar(query) or 0

    def _call_backs(self, agency_id: int) -> int:
        query = select(func.count(Obligation.id)).where(
            Obligation.agency_id == agency_id, Obligation.status == ObligationStatus.OPEN
        )
        return self._session.scalar(query) or 0

    def _agency(self, agency_id: int) -> Agency:
        query = select(Agency).where(Agency.id == possible_id(agency_id))
        agency = self._session.scalar(self._viewer.narrow(query, Agency.id))
        if agency is None:
            raise NotVisibleError(f"agency {agency_id}")
        return agency

"""Everything that is known of one call or one ticket, for one viewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload, selectinload

from callcenter.models import (
    Call,
    Dispatch,
    Notification,
    Obligation,
    ObligationCall,
    Officer,
    Recording,
    Ticket,
    TicketEntry,
)
from callcenter.services.access import NotVisibleError, Viewer, possible_id
from callcenter.services.audit import Audit


@dataclass(frozen=True, slots=True)
class CallDossier:
    """One call with what came of it."""

    call: Call
    officers: dict[int, str]
    ticket: Ticket | None
    obligation: Obligation | None
    recordings: Sequence[Recording]


@dataclass(frozen=True, slots=True)
class TicketDossier:
    """One ticket with its call's audio."""

    ticket: Ticket
    recordings: Sequence[Recording]
    dispatch: Dispatch | None
    """The last time that somebody was looked for."""
    told: Sequence[Notification]
    """The messages about it to officers."""


@dataclass(frozen=True, slots=True)
class ObligationDossier:
    """One call-back with its calls, and the messages about it."""

    obligation: Obligation
    told: Sequence[Notification]


class Dossiers:
    """Finds single things; what is not this viewer's raises ``NotVisibleError``."""

    def __init__(self, session: Session, viewer: Viewer) -> None:
        """Read through ``session`` what ``viewer`` may see."""
        self._session = session
        self._viewer = viewer

    def call(self, call_id: int) -> CallDossier:
        """Find a call with its timeline, legs, audio, ticket and obligation."""
        query = select(Call).where(Call.id == possible_id(call_id))
        related = (
            joinedload(Call.agency),
            joinedload(Call.line),
            selectinload(Call.events),
            selectinload(Call.legs),
        )
        call = self._session.scalar(self._viewer.narrow_calls(query).options(*related))
        if call is None:
            raise NotVisibleError(f"call {call_id}")
        owned = (
            select(Obligation)
            .join(ObligationCall, ObligationCall.obligation_id == Obligation.id)
            .where(ObligationCall.call_id == call.id)
            .options(joinedload(Obligation.owner))
        )
        return CallDossier(
            call=call,
            officers=self._officers(call),
            ticket=self._session.scalar(select(Ticket).where(Ticket.call_id == call.id)),
            obligation=self._session.scalar(owned),
            recordings=self._recordings(call.id),
        )

    def ticket(self, ticket_id: int) -> TicketDossier:
        """Find a ticket with its entries and its call's audio."""
        query = select(Ticket).where(Ticket.id == possible_id(ticket_id))
        related = (
            joinedload(Ticket.agency),
            joinedload(Ticket.call),
            selectinload(Ticket.entries).joinedload(TicketEntry.account),
        )
        ticket = self._session.scalar(self._viewer.narrow_tickets(query).options(*related))
        if ticket is None:
            raise NotVisibleError(f"ticket {ticket_id}")
        recordings = self._recordings(ticket.call_id) if ticket.call_id else []
        last = select(Dispatch).where(Dispatch.ticket_id == ticket.id).order_by(Dispatch.id.desc()).limit(1)
        people = (joinedload(Dispatch.officer), joinedload(Dispatch.account))
        dispatch = self._session.scalar(last.options(*people))
        return TicketDossier(ticket, recordings, dispatch, self._told(Notification.ticket_id == ticket.id))

    def obligation(self, obligation_id: int) -> ObligationDossier:
        """Find a call-back with its calls and who was told of it."""
        query = select(Obligation).where(Obligation.id == possible_id(obligation_id))
        related = (
            joinedload(Obligation.agency),
            joinedload(Obligation.owner),
            selectinload(Obligation.calls),
        )
        found = self._session.scalar(self._viewer.narrow(query, Obligation.agency_id).options(*related))
        if found is None:
            raise NotVisibleError(f"obligation {obligation_id}")
        return ObligationDossier(found, self._told(Notification.obligation_id == found.id))

    def recording(self, recording_id: int) -> Recording:
        """Find an audio object."""
        query = select(Recording).join(Recording.call).where(Recording.id == possible_id(recording_id))
        found = self._session.scalar(self._viewer.narrow_calls(query))
        if found is None:
            raise NotVisibleError(f"recording {recording_id}")
        return found

    def _told(self, about: ColumnElement[bool]) -> Sequence[Notification]:
        told = select(Notification).where(about).options(joinedload(Notification.officer))
        return self._session.scalars(told.order_by(Notification.id)).all()

    def _recordings(self, call_id: int) -> Sequence[Recording]:
        order = (Recording.created_at, Recording.part, Recording.id)
        return self._session.scalars(
            select(Recording).where(Recording.call_id == call_id).order_by(*order)
        ).all()

    def _officers(self, call: Call) -> dict[int, str]:
        ids = {leg.officer_id for leg in call.legs} - {None}
        rows = self._session.execute(select(Officer.id, Officer.name).where(Officer.id.in_(ids)))
        return {officer_id: name for officer_id, name in rows}


class Playbacks:
    """Tells a new playback from the continuation of one, and logs the new."""

    def __init__(self, session: Session, viewer: Viewer) -> None:
        """Read and write through ``session`` for ``viewer``."""
        self._audit = Audit(session)
        self._viewer = viewer

    def is_new(self, recording: Recording, *, from_start: bool, now: datetime) -> bool:
        """Tell whether a request for audio begins another playback.

        A player asks for one recording in several ranges. Within the
        recording's length (at least ten seconds) they all belong together, and
        later parts do so five minutes longer; whatever comes after that is new,
        wherever it starts.
        """
        last = self._audit.last("playback", _subject(recording), self._viewer.account_id)
        if last is None:
            return True
        length = timedelta(milliseconds=max(recording.duration_ms, 10_000))
        patience = length if from_start else length + timedelta(minutes=5)
        return now - last > patience

    def log(self, recording: Recording, address: str, now: datetime) -> None:
        """Write the playback down (UU 27/2022 art. 31)."""
        subject = _subject(recording)
        self._audit.write("playback", subject, account_id=self._viewer.account_id, address=address, now=now)


def _subject(recording: Recording) -> str:
    return f"recording:{recording.id}"

"""Calls and tickets as plain data with stable keys, for scripts.

Times are ISO 8601 in the instance's zone; what is not known is ``None``.
PINs and secrets never appear.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from callcenter.models import (
    Agency,
    Call,
    CallEvent,
    Leg,
    Obligation,
    ObligationCall,
    Recording,
    Ticket,
    TicketEntry,
)
from callcenter.services.tickets import called

Facts = dict[str, Any]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a list are wanted: the newest ``limit`` of an agency since a time."""

    limit: int
    agency: str | None = None
    since: datetime | None = None
    test: bool = False
    """Test calls of our own in place of the citizens'."""


class Reporting:
    """Reads the call log and the tickets for people who use a terminal."""

    def __init__(self, session: Session, zone: tzinfo) -> None:
        """Read through ``session``; times are told in ``zone``."""
        self.session = session
        self.zone = zone

    def calls(self, window: Window) -> list[Facts]:
        """List calls, the newest first."""
        query = select(Call).where(Call.test.is_(window.test)).options(joinedload(Call.agency))
        query = query.order_by(Call.offered_at.desc(), Call.id.desc())
        if window.since:
            query = query.where(Call.offered_at >= window.since)
        calls = self.session.scalars(_of_agency(query, Call.agency, window)).all()
        tickets = self._ticket_numbers([call.id for call in calls])
        return [self._call(call, tickets.get(call.id)) for call in calls]

    def call(self, key: str) -> Facts | None:
        """Tell all about one call, found by its id or its provider key."""
        query = select(Call).options(selectinload(Call.legs), selectinload(Call.events))
        by_id = Call.id == int(key) if key.isascii() and key.isdigit() and len(key) < 19 else Call.key == key
        call = self.session.scalar(query.where(by_id))
        if call is None:
            return None
        facts = self._call(call, self._ticket_numbers([call.id]).get(call.id))
        facts["legs"] = [self._leg(leg) for leg in call.legs]
        facts["events"] = [self._event(event) for event in call.events]
        facts["recordings"] = self._recordings(call.id)
        facts["obligation"] = self._obligation(call.id)
        return facts

    def tickets(self, window: Window) -> list[Facts]:
        """List tickets, the newest first."""
        query = select(Ticket).options(joinedload(Ticket.agency), joinedload(Ticket.call))
        query = query.order_by(Ticket.opened_at.desc(), Ticket.id.desc())
        if window.since:
            query = query.where(Ticket.opened_at >= window.since)
        return [self._ticket(one) for one in self.session.scalars(_of_agency(query, Ticket.agency, window))]

    def ticket(self, number: str) -> Facts | None:
        """Tell all about one ticket."""
        ticket = self.session.scalar(select(Ticket).where(called(number)).order_by(Ticket.id).limit(1))
        if ticket is None:
            return None
        facts = self._ticket(ticket)
        facts["entries"] = [self._entry(entry) for entry in ticket.entries]
        facts["recordings"] = self._recordings(ticket.call_id) if ticket.call_id else []
        return facts

    def _ticket_numbers(self, call_ids: list[int]) -> dict[int, str]:
        query = select(Ticket.call_id, Ticket.number).where(Ticket.call_id.in_(call_ids))
        return {call_id: number for call_id, number in self.session.execute(query) if call_id is not None}

    def _call(self, call: Call, ticket: str | None) -> Facts:
        return {
            "id": call.id,
            "provider": call.provider,
            "key": call.key,
            "agency": call.agency.code if call.agency else None,
            "dialled": call.dialled,
            "caller": call.caller_number,
            "caller_kind": call.caller_kind,
            "caller_name": call.caller_name,
            "language": call.language,
            "emergency": call.emergency,
            "unrecorded": call.unrecorded,
            "test": call.test,
            "offered_at": self._iso(call.offered_at),
            "answered_at": self._iso(call.answered_at),
            "ended_at": self._iso(call.ended_at),
            "hangup_cause": call.hangup_cause,
            "hangup_side": call.hangup_side,
            "disposition": call.disposition,
            "disposition_reason": call.disposition_reason,
            "ticket": ticket,
        }

    def _leg(self, leg: Leg) -> Facts:
        return {
            "key": leg.key,
            "officer_id": leg.officer_id,
            "rung_at": self._iso(leg.rung_at),
            "answered_at": self._iso(leg.answered_at),
            "ended_at": self._iso(leg.ended_at),
            "outcome": leg.outcome,
        }

    def _event(self, event: CallEvent) -> Facts:
        return {"key": event.key, "kind": event.kind, "at": self._iso(event.at), "data": event.data}

    def _recordings(self, call_id: int) -> list[Facts]:
        query = select(Recording).where(Recording.call_id == call_id).order_by(Recording.kind, Recording.part)
        return [self._recording(recording) for recording in self.session.scalars(query)]

    def _recording(self, recording: Recording) -> Facts:
        return {
            "id": recording.id,
            "kind": recording.kind,
            "part": recording.part,
            "seconds": recording.duration_ms / 1000,
            "channels": recording.channels,
            "format": recording.format,
            "size": recording.size,
            "sha256": recording.sha256,
            "silent": recording.silent,
            "problem": recording.problem,
            "store_key": recording.store_key,
            "created_at": self._iso(recording.created_at),
        }

    def _obligation(self, call_id: int) -> Facts | None:
        linked = select(Obligation).join(ObligationCall, ObligationCall.obligation_id == Obligation.id)
        found = self.session.scalar(linked.where(ObligationCall.call_id == call_id))
        if found is None:
            return None
        return {
            "status": found.status,
            "reason": found.reason,
            "emergency": found.emergency,
            "owner_id": found.owner_id,
            "attempts": found.attempts,
            "last_tried_at": self._iso(found.last_tried_at),
            "due_at": self._iso(found.due_at),
            "level": found.level,
            "escalated_at": self._iso(found.escalated_at),
            "closed_at": self._iso(found.closed_at),
            "closing_reason": found.closing_reason,
            "fulfilled_by": found.fulfilled_by.key if found.fulfilled_by else None,
        }

    def _ticket(self, ticket: Ticket) -> Facts:
        return {
            "number": ticket.number,
            "agency": ticket.agency.code,
            "category": ticket.category,
            "status": ticket.status,
            "caller": ticket.caller_number,
            "language": ticket.language,
            "call": ticket.call.key if ticket.call else None,
            "opened_at": self._iso(ticket.opened_at),
            "verify_by": self._iso(ticket.verify_by),
            "closed_at": self._iso(ticket.closed_at),
            "warning": ticket.warning,
        }

    def _entry(self, entry: TicketEntry) -> Facts:
        return {
            "at": self._iso(entry.at),
            "account": entry.account.username if entry.account else None,
            "text": entry.text,
            "status_from": entry.status_from,
            "status_to": entry.status_to,
        }

    def _iso(self, at: datetime | None) -> str | None:
        return at.astimezone(self.zone).isoformat(timespec="milliseconds") if at else None


def _of_agency(query: Select[Row], relation: Any, window: Window) -> Select[Row]:
    if window.agency is not None:
        query = query.where(relation.has(Agency.code == window.agency))
    return query.limit(window.limit)

"""What the call log tells of a call, as plain data for the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import (
    Call,
    CallEvent,
    Obligation,
    ObligationCall,
    ObligationStatus,
    Recording,
    Ticket,
)


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording's row."""

    name: str
    kind: str
    part: int
    sha256: str
    store_key: str
    seconds: float
    channels: int
    silent: bool
    problem: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """A call with all that hangs on it."""

    id: int
    key: str
    dialled: str
    caller_kind: str
    caller_number: str | None
    caller_name: str | None
    language: str
    emergency: bool
    unrecorded: bool
    notice_version: str | None
    disposition: str | None
    reason: str | None
    hangup_side: str | None
    offered_at: datetime
    ended_at: datetime | None
    ticket: str | None
    ticket_warning: str | None
    obligation: str | None
    owed: bool
    """The call-back is still to be made."""
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    legs: list[tuple[int | None, str | None]] = field(default_factory=list)
    recordings: list[Sound] = field(default_factory=list)

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.events]

    def nodes(self) -> list[str]:
        return [data["node"] for kind, data in self.events if kind == "node"]

    def data(self, kind: str) -> list[dict[str, Any]]:
        return [data for name, data in self.events if name == kind]


def latest_story(session: Session, caller: str) -> Story | None:
    """Give the newest call from ``caller``: an E.164 number, or else a part of the name."""
    wanted = Call.caller_number == caller if caller.startswith("+") else Call.caller_name.contains(caller)
    call = session.scalar(select(Call).where(wanted).order_by(Call.id.desc()).limit(1))
    return _story(session, call) if call else None


def latest_nodes(session: Session, caller: str) -> list[str]:
    """Give the nodes that the newest call from a number entered."""
    call = select(Call.id).where(Call.caller_number == caller).order_by(Call.id.desc()).limit(1)
    query = select(CallEvent.data).where(
        CallEvent.call_id == call.scalar_subquery(), CallEvent.kind == "node"
    )
    return [data["node"] for data in session.scalars(query.order_by(CallEvent.id))]


def stories(session: Session, dialled: str | None = None) -> list[Story]:
    """Give every call (to one number)."""
    query = select(Call).order_by(Call.id)
    if dialled is not None:
        query = query.where(Call.dialled == dialled)
    return [_story(session, call) for call in session.scalars(query)]


def _story(session: Session, call: Call) -> Story:
    ticket = session.scalar(select(Ticket).where(Ticket.call_id == call.id))
    linked = select(Obligation).join(ObligationCall, ObligationCall.obligation_id == Obligation.id)
    obligation = session.scalar(linked.where(ObligationCall.call_id == call.id))
    sounds = session.scalars(select(Recording).where(Recording.call_id == call.id).order_by(Recording.id))
    return Story(
        id=call.id,
        key=call.key,
        dialled=call.dialled,
        caller_kind=call.caller_kind,
        caller_number=call.caller_number,
        caller_name=call.caller_name,
        language=call.language,
        emergency=call.emergency,
        unrecorded=call.unrecorded,
        notice_version=call.notice_version,
        disposition=call.disposition,
        reason=call.disposition_reason,
        hangup_side=call.hangup_side,
        offered_at=call.offered_at,
        ended_at=call.ended_at,
        ticket=ticket.number if ticket else None,
        ticket_warning=ticket.warning if ticket else None,
        obligation=obligation.reason if obligation else None,
        owed=obligation is not None and obligation.status == ObligationStatus.OPEN,
        events=[(event.kind, event.data) for event in call.events],
        legs=[(leg.officer_id, leg.outcome) for leg in call.legs],
        recordings=[_sound(row) for row in sounds],
    )


def _sound(row: Recording) -> Sound:
    return Sound(
        row.provider_key,
        row.kind,
        row.part,
        row.sha256,
        row.store_key,
        row.duration_ms / 1000,
        row.channels,
        row.silent,
        row.problem,
    )


def story_of(session: Session, call_id: int) -> Story:
    """Give one call by its id."""
    return _story(session, session.get_one(Call, call_id))

"""What somebody who plays citizen or officer needs to know of the instance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Call, Leg, Line, Officer, Ticket
from callcenter.services import demo_agencies
from callcenter.services.callers import normalise
from callcenter.services.duty import Duty
from callcenter.services.line_checks import PROVIDER


@dataclass(frozen=True, slots=True)
class Role:
    """An officer whose telephone can be played."""

    officer_id: int
    name: str
    agency: str
    endpoint: str
    secret: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What a played call left behind."""

    call_id: int
    disposition: str | None
    ticket: str | None
    ticket_id: int | None


class Rehearsal:
    """Finds whom to play, and afterwards what came of it."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Read through ``session``; rosters are read in ``zone``."""
        self._session = session
        self._zone = zone

    def number(self) -> str | None:
        """Return the number to dial when none was asked for: the demonstration's first."""
        query = select(Line.number).join(Line.agency).where(Line.provider == PROVIDER)
        query = query.order_by(Agency.code != demo_agencies.POST, Line.number)
        return self._session.scalar(query.limit(1))

    def officer(self, officer_id: int | None, at: datetime) -> Role | None:
        """Return an officer with a SIP endpoint; without an id, whoever is rung first at ``at``."""
        if officer_id is None:
            officer_id = self._on_duty(at)
        query = select(Officer).where(Officer.id == officer_id, Officer.sip_secret.is_not(None))
        officer = self._session.scalar(query)
        if officer is None or officer.sip_secret is None:
            return None
        endpoint = f"officer-{officer.id}"
        return Role(officer.id, officer.name, officer.agency.name, endpoint, officer.sip_secret)

    def call_of_caller(self, caller: str, since: datetime) -> Trace | None:
        """Find the newest call from ``caller`` (any call, where it is no number)."""
        query = select(Call).where(Call.offered_at >= since, Call.test.is_(False))
        query = query.order_by(Call.id.desc()).limit(1)
        number = normalise(caller)
        if number:
            query = query.where(Call.caller_number == number)
        return self._trace(self._session.scalar(query))

    def call_of_officer(self, officer_id: int, since: datetime) -> Trace | None:
        """Find the newest call that an officer answered."""
        query = select(Call).join(Call.legs).where(Leg.officer_id == officer_id, Leg.answered_at >= since)
        return self._trace(self._session.scalar(query.order_by(Leg.id.desc()).limit(1)))

    def _on_duty(self, at: datetime) -> int | None:
        query = select(Agency.id).join(Agency.lines).order_by(Agency.code != demo_agencies.POST, Line.number)
        duty = Duty(self._session, self._zone)
        for agency_id in self._session.scalars(query):
            for person in duty.on_duty(agency_id, at):
                if person.interface and person.interface.startswith("PJSIP/"):
                    return person.officer_id
        return None

    def _trace(self, call: Call | None) -> Trace | None:
        if call is None:
            return None
        ticket = self._session.scalar(select(Ticket).where(Ticket.call_id == call.id))
        number, ticket_id = (ticket.number, ticket.id) if ticket else (None, None)
        return Trace(call.id, call.disposition, number, ticket_id)

"""Officers' legs of a call: rung, answered, ended."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Call, Leg, Officer
from callcenter.services.calls import find_call
from callcenter.services.closing import Closing
from callcenter.services.complaint import Complaints
from callcenter.services.phones import Phones
from callcenter.services.timeline import Timeline
from ivr.events import LegEvent, OfficerAnswered, OfficerEnded

_OFFICER = re.compile(r"(?:officer-)?(\d{1,9})")


class Legs:
    """Takes facts about officers' channels; each changes the log once."""

    def __init__(self, session: Session, secret: bytes, zone: ZoneInfo) -> None:
        self._session = session
        self._timeline = Timeline(session)
        self._complaints = Complaints(session, secret, zone)
        self._closing = Closing(session, secret, zone)

    def receive(self, provider: str, key: str, event: LegEvent) -> None:
        """Take a leg's event; one of an unknown call is ignored."""
        call = find_call(self._session, provider, key)
        if call is None:
            return
        leg = self._leg(call, event)
        if isinstance(event, OfficerAnswered):
            self._answered(call, leg, event)
        elif isinstance(event, OfficerEnded):
            self._ended(call, leg, event)

    def _leg(self, call: Call, event: LegEvent) -> Leg:
        """Find the event's leg; one we have not heard of rang just now."""
        known = self._session.scalar(select(Leg).where(Leg.call_id == call.id, Leg.key == event.leg))
        if known:
            return known
        leg = Leg(
            call_id=call.id, key=event.leg, officer_id=self._officer_id(event.officer), rung_at=event.at
        )
        self._session.add(leg)
        self._session.flush()
        self._note(call, leg, event, "officer_rung")
        return leg

    def _answered(self, call: Call, leg: Leg, event: OfficerAnswered) -> None:
        if leg.answered_at is not None:
            return
        leg.answered_at = event.at
        call.answered_at = call.answered_at or event.at
        self._note(call, leg, event, "officer_answered")
        Phones(self._session).answered(leg.officer_id, event.at)
        if call.ended_at is not None:
            self._closing.reconsider(call, event.at)
        elif call.agency_id is not None:
            self._complaints.open(call, event.at)

    def _ended(self, call: Call, leg: Leg, event: OfficerEnded) -> None:
        if self._timeline.has(call, f"leg:{leg.key}:officer_ended"):
            return  # the exchange's own record, read later, knows less: Queue's option C hides it
        leg.ended_at = leg.ended_at or event.at
        leg.outcome = event.outcome if leg.answered_at is None else "answered"
        leg.cause = event.cause
        self._note(call, leg, event, "officer_ended", outcome=leg.outcome, cause=event.cause)

    def _note(self, call: Call, leg: Leg, event: LegEvent, kind: str, **data: str | int) -> None:
        facts = {"leg": leg.key, "officer_id": leg.officer_id, **data}
        self._timeline.add_once(call, event.at, f"leg:{leg.key}:{kind}", kind, facts)

    def _officer_id(self, endpoint: str) -> int | None:
        match = _OFFICER.fullmatch(endpoint)
        officer = self._session.get(Officer, int(match[1])) if match else None
        return officer.id if officer else None

"""What is promised to a citizen who asks to be called back instead of waiting on."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from callcenter.models import Call
from callcenter.services.disposition import ASKED
from callcenter.services.obligations import Obligations
from callcenter.services.timeline import Timeline

WITHIN, SOON, NOT = "within", "soon", "no"
"""Promised: with its minutes, without (it is late already), not at all."""
PROMISED = frozenset({WITHIN, SOON})


class Promises:
    """Promises call-backs; one instance a transaction."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Write through ``session``."""
        self._timeline = Timeline(session)
        self._obligations = Obligations(session, zone)

    def call_back(self, call: Call, now: datetime) -> dict[str, str]:
        """Owe the call-back now, and give the facts the flow tells of it.

        Its deadline counts from when the citizen began to wait, so that they
        stand where they stood. Without a number nothing is promised.
        """
        if call.caller_number is None or call.agency_id is None:
            return {"call_back": NOT}
        queued = self._timeline.of_kind(call, "queued")
        owed = self._obligations.open_for(call, ASKED, now, since=queued[-1].at if queued else now)
        minutes = round((owed.due_at - now).total_seconds() / 60)
        return (
            {"call_back": WITHIN, "call_back_minutes": str(minutes)} if minutes > 0 else {"call_back": SOON}
        )

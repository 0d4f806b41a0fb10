"""Calls that an exchange carried alone come home into the log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from callcenter.models import Call, Ticket
from callcenter.services.calls import Calls, Policy, find_call
from callcenter.services.closing import Closing
from callcenter.services.complaint import Complaints
from callcenter.services.tickets import Tickets
from callcenter.services.timeline import Fact, Timeline
from ivr.asterisk.sidecar import Sidecar
from ivr.events import HungUp

PROVIDER = "asterisk"
FAILED = "Pesan suara tidak dapat ditulis; tanyakan kembali isinya kepada penelepon."


class Degraded:
    """Takes what an exchange noted; any number of times, with the same result."""

    def __init__(self, session: Session, policy: Policy, node: str) -> None:
        self._session = session
        self._node = node
        self._calls = Calls(session, policy)
        self._closing = Closing(session, policy.secret, policy.zone)
        self._complaints = Complaints(session, policy.secret, policy.zone)
        self._tickets = Tickets(session, policy.secret, policy.zone)
        self._timeline = Timeline(session)

    def take(self, sidecar: Sidecar, now: datetime, *, anyhow: bool = False) -> bool | None:
        """Write what the log does not have; tells whether the call is over.

        A call that nobody knows, and of which nobody noted whom it was for (on
        a full disk), waits for the exchange's own records: ``None``. ``anyhow``
        ends the wait: it is logged as a call of a number nobody knows.
        """
        call = find_call(self._session, PROVIDER, sidecar.call)
        if call is None:
            if not sidecar.offered.dialled and not anyhow:
                return None
            call = self._enter(sidecar)
        self._mark(call, sidecar)
        for key, kind, data in _facts(sidecar):
            self._timeline.add_once(call, sidecar.at, f"degraded:{key}", kind, data)
        if sidecar.reference and call.agency_id is not None:
            self._promise(call, sidecar)
        self._end(call, sidecar, now)
        if anyhow and call.ended_at is None:
            self._closing.hung_up(call, HungUp("hungup", 0, "unknown"), sidecar.at)
        return call.ended_at is not None

    def _enter(self, sidecar: Sidecar) -> Call:
        return self._calls.enter(PROVIDER, self._node, sidecar.call, sidecar.offered, sidecar.at)

    def _mark(self, call: Call, sidecar: Sidecar) -> None:
        call.language = sidecar.language
        call.notice_version = call.notice_version or sidecar.notice or None
        call.emergency = call.emergency or sidecar.emergency
        call.unrecorded = call.unrecorded or sidecar.unrecorded
        if sidecar.answered:
            call.answered_at = call.answered_at or sidecar.queued_at or sidecar.at

    def _promise(self, call: Call, sidecar: Sidecar) -> Ticket:
        """Give the number that the exchange made to the call's ticket."""
        ticket = self._complaints.open(call, sidecar.at)
        if ticket.provisional is None:
            self._tickets.adopt(ticket, sidecar.reference, sidecar.pin)
        return ticket

    def _end(self, call: Call, sidecar: Sidecar, now: datetime) -> None:
        if call.ended_at is not None:
            self._closing.reconsider(call, now)
        elif sidecar.ended is not None and sidecar.ended_at is not None:
            self._closing.hung_up(call, sidecar.ended, sidecar.ended_at)


def _facts(sidecar: Sidecar) -> list[Fact]:
    facts: list[Fact] = [("why", "degraded", {"why": sidecar.why})]
    if sidecar.queue:
        facts.append(("queued", "queued", {"queue": sidecar.queue, "emergency": sidecar.emergency}))
    if sidecar.member or sidecar.queue_status:
        facts.append(("dial", "dial_ended", {"outcome": "answered" if sidecar.member else "no_answer"}))
    if sidecar.record_status == "ERROR":
        facts.append(("record", "recording_failed", {"name": "", "problem": FAILED}))
    if sidecar.told:
        facts.append(("told", "ticket_told", {"number": sidecar.reference}))
    return facts

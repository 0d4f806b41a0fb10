"""Calls as they come: rows that make the pages look lived in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Call, Difference, ReconciliationRun, Ticket
from tests import factories
from tests.browser.conftest import Site

HOSTILE = '<script>alert("1")</script> "Budi\' OR 1=1'


def dinsos(session: Session) -> Agency:
    """Find the agency the site begins with."""
    return session.scalars(select(Agency).where(Agency.code == "dinsos")).one()


def talked(site: Site) -> tuple[int, int]:
    """A call that an officer answered, with a ticket and a recording of both sides."""
    with site.database.transaction() as session:
        agency = dinsos(session)
        line = factories.line(session, agency)
        siti = factories.officer(session, agency)
        budi = factories.officer(session, agency, "Budi Santoso")
        at = datetime.now(UTC) - timedelta(minutes=20)
        call = factories.call(
            session,
            agency,
            line_id=line.id,
            offered_at=at,
            answered_at=at + timedelta(seconds=31),
            ended_at=at + timedelta(seconds=124),
            caller_name=HOSTILE,
            disposition="answered",
            disposition_reason="officer",
            notice_version="2026-1",
            hangup_cause=16,
            hangup_side="caller",
        )
        ticket = factories.ticket(
            session, agency, call, warning="Rekaman panggilan ini terputus saat ditulis."
        )
        _conversation(session, site, call, ticket, siti.id, budi.id)
        return call.id, ticket.id


def _conversation(session: Session, site: Site, call: Call, ticket: Ticket, siti: int, budi: int) -> None:
    at = call.offered_at
    rung = at + timedelta(seconds=20)
    for officer_id, answered, outcome in (
        (siti, None, "cancelled"),
        (budi, at + timedelta(seconds=31), "answered"),
    ):
        ended = call.ended_at if answered else at + timedelta(seconds=31)
        officer = session.get_one(factories.Officer, officer_id)
        factories.leg(
            session, call, officer, rung_at=rung, answered_at=answered, ended_at=ended, outcome=outcome
        )
    first = factories.recording(session, site.store, call, factories.tone(1.5), duration_ms=1500, silent=True)
    both = factories.tone(4, 2)
    facts = {"kind": "conversation", "part": 2, "channels": 2, "duration_ms": 4000}
    factories.recording(session, site.store, call, both, **facts)
    for kind, seconds, data in (
        ("offered", 0, {"dialled": "+622345550101", "caller": "+6281234567890"}),
        ("node", 0.1, {"node": "greeting"}),
        ("node", 6, {"node": "notice"}),
        ("node", 14, {"node": "main"}),
        ("timed_out", 18, {"node": "main"}),
        ("keys", 19, {"node": "main", "digits": "1"}),
        ("queued", 19.5, {"queue": "agency-dinsos", "emergency": False}),
        ("officer_rung", 20, {"leg": "a", "officer_id": siti}),
        ("officer_rung", 20, {"leg": "b", "officer_id": budi}),
        ("officer_answered", 31, {"leg": "b", "officer_id": budi}),
        ("officer_ended", 31.2, {"leg": "a", "officer_id": siti, "outcome": "cancelled", "cause": 26}),
        ("dial_ended", 100, {"outcome": "answered"}),
        ("ticket_opened", 101, {"ticket_id": ticket.id, "number": ticket.number}),
        ("ticket_told", 120, {"number": ticket.number}),
        ("hung_up", 124, {"cause": 16, "side": "caller"}),
        ("disposed", 124, {"disposition": "answered", "reason": "officer"}),
        ("recording_kept", 126, {"recording_id": first.id, "part": 1, "kind": "message", "seconds": 1.5}),
    ):
        factories.event(session, call, kind, seconds, **data)


def a_day(site: Site) -> None:
    """Some more calls: abandoned, anonymous, ongoing, on no line."""
    with site.database.transaction() as session:
        agency = dinsos(session)
        gantar = factories.agency(session, "pkm-gantar", "Puskesmas Gantar", tier="puskesmas")
        start = datetime.now(UTC) - timedelta(hours=3)
        kinds = (
            (agency, "call_back", "abandoned", True),
            (gantar, "recorded", "message", False),
            (agency, "discarded", "no_number", False),
            (None, "discarded", "unknown_line", False),
        )
        for index, (owner, disposition, reason, emergency) in enumerate(kinds):
            at = start + timedelta(minutes=17 * index)
            call = factories.call(
                session,
                owner,
                offered_at=at,
                ended_at=at + timedelta(seconds=40),
                disposition=disposition,
                disposition_reason=reason,
                emergency=emergency,
                caller_number=None if reason == "no_number" else f"+62812555010{index}",
                caller_kind="anonymous" if reason == "no_number" else "e164",
            )
            if disposition == "call_back":
                factories.obligation(session, call, emergency=True, due_at=at + timedelta(minutes=5))
            if disposition == "recorded" and owner:
                factories.ticket(session, owner, call, verify_by=at + timedelta(hours=1))


def a_week(site: Site) -> int:
    """Seven days of calls; on one the exchange knows more than the log, on one a cause differs."""
    with site.database.transaction() as session:
        agency = dinsos(session)
        at = datetime.now(ZoneInfo("Asia/Jakarta")).replace(
            hour=0, minute=1
        )  # all of a day's calls on one day
        for day in range(7):
            for number, disposition in enumerate(
                ("answered", "recorded", "recorded", "call_back", "discarded")
            ):
                offered = at - timedelta(days=day, seconds=number)
                facts = {"offered_at": offered, "ended_at": offered, "hangup_cause": 17}
                call = factories.call(session, agency, disposition=disposition, **facts)
        _differ(session, call.key, "cause", at - timedelta(days=6), call_id=call.id)
        _differ(session, f"node1-{int(at.timestamp())}.7", "not_logged", at - timedelta(days=1))
        numbers = {"offered": 36, "logged": 35, "created": 0, "closed": 0, "differences": 2}
        session.add(ReconciliationRun(node="node1", kind="often", since=at, until=at, at=at, **numbers))
        return call.id


def _differ(session: Session, key: str, kind: str, at: datetime, call_id: int | None = None) -> None:
    session.add(
        Difference(
            provider="asterisk",
            node="node1",
            call_key=key,
            kind=kind,
            subject="",
            data={"logged": "17", "recorded": "16"},
            call_id=call_id,
            at=at,
            first_seen_at=at + timedelta(minutes=5),
            last_seen_at=datetime.now(UTC),
        )
    )

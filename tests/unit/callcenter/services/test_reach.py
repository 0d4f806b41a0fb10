"""Who can answer a line now, by the roster and by what exchanges see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import Agency, Alarm, MemberState, NodeState, Officer, Role
from callcenter.services.access import Viewer
from callcenter.services.lines import Lines
from callcenter.services.reach import ALARM_AFTER, FORGOTTEN, FRESH, Reach, Sightings
from callcenter.services.residency import Residency
from ivr.asterisk.names import mobile_interface
from tests import factories
from tests.factories import NOW

ZONE = ZoneInfo("Asia/Jakarta")
LATE = NOW + ALARM_AFTER


def reasons(session: Session, now: datetime = NOW) -> dict[str, str]:
    return {it.agency.code: it.reason for it in Reach(session, ZONE).troubles(now)}


def see(session: Session, *members: tuple[str, str], node: str = "node1", at: datetime = NOW) -> None:
    Sightings(session).take(node, dict(members), at)


def alarms(session: Session, kind: str) -> list[str]:
    query = select(Alarm.subject).where(Alarm.kind == kind, Alarm.cleared_at.is_(None))
    return sorted(session.scalars(query))


def agency(session: Session, code: str, number: str) -> Agency:
    made = factories.agency(session, code, f"Dinas {code}")
    factories.line(session, made, number)
    return made


def on_duty(session: Session, of: Agency, **facts: object) -> str:
    """Add an officer who is on duty at ``NOW``; gives the SIP interface."""
    officer = factories.officer(session, of, **facts)
    factories.shift(session, officer)
    return f"PJSIP/officer-{officer.id}"


@pytest.mark.parametrize(
    ("state", "reason"), [("ready", None), ("busy", None), ("away", "away"), (None, "away")]
)
def test_a_telephone_is_as_an_exchange_sees_it(
    database: Database, state: str | None, reason: str | None
) -> None:
    with database.transaction() as session:
        member = on_duty(session, agency(session, "dinsos", "70001"))
        see(session, *([(member, state)] if state else []))
        assert reasons(session).get("dinsos") == reason


def test_a_roster_without_anybody_or_without_telephones(database: Database) -> None:
    with database.transaction() as session:
        agency(session, "kosong", "70001")
        on_duty(session, agency(session, "tanpa", "70002"), sip_secret=None, mobile=None)
        factories.agency(session, "tanpanomor")
        see(session)
        assert reasons(session) == {"kosong": "nobody", "tanpa": "no_telephone"}


@pytest.mark.parametrize(("state", "reason"), [("ready", None), ("away", "no_trunk"), (None, "no_trunk")])
def test_an_officers_own_telephone_needs_a_trunk(
    database: Database, state: str | None, reason: str | None
) -> None:
    with database.transaction() as session:
        on_duty(session, agency(session, "dinsos", "70001"), sip_secret=None, mobile="+62812345678")
        officer = session.scalars(select(Officer)).one()
        see(session, *([(mobile_interface(officer.id), state)] if state else []))
        assert reasons(session).get("dinsos") == reason
        assert reasons(session, NOW + 2 * FRESH) == {"dinsos": "unknown"}


def test_one_telephone_of_two_is_enough(database: Database) -> None:
    with database.transaction() as session:
        of = agency(session, "dinsos", "70001")
        see(session, (on_duty(session, of), "away"), (on_duty(session, of, name="Budi"), "ready"))
        assert reasons(session) == {}


def test_a_telephone_may_be_at_any_exchange_that_is_heard_of(database: Database) -> None:
    with database.transaction() as session:
        member = on_duty(session, agency(session, "dinsos", "70001"))
        see(session, (member, "away"))
        see(session, (member, "ready"), node="node2")
        assert reasons(session) == {}
        see(session, (member, "away"), at=NOW + FRESH)
        assert reasons(session, NOW + FRESH) == {"dinsos": "away"}


def test_what_is_stale_is_unknown_but_an_empty_roster_is_not(database: Database) -> None:
    with database.transaction() as session:
        member = on_duty(session, agency(session, "dinsos", "70001"))
        agency(session, "kosong", "70002")
        see(session, (member, "ready"))
        found = Reach(session, ZONE).troubles(NOW + FRESH)
        assert [(it.agency.code, it.reason) for it in found] == [("kosong", "nobody"), ("dinsos", "unknown")]
        assert found[1].since == NOW


def test_an_alarm_rises_after_five_minutes_once_an_agency_and_clears(database: Database) -> None:
    with database.transaction() as session:
        of = agency(session, "dinsos", "70001")
        factories.line(session, of, "70002")
        member = on_duty(session, of)
        see(session, (member, "away"))
        Reach(session, ZONE).watch(NOW)
        assert alarms(session, "nobody-reachable") == []
        see(session, (member, "away"), at=LATE)
        Reach(session, ZONE).watch(LATE)
        Reach(session, ZONE).watch(LATE + timedelta(seconds=30))
        assert alarms(session, "nobody-reachable") == ["dinsos"]
        assert Reach(session, ZONE).troubles(LATE)[0].since == NOW
        see(session, (member, "ready"), at=LATE)
        Reach(session, ZONE).watch(LATE + timedelta(seconds=30))
        assert alarms(session, "nobody-reachable") == []
        assert session.scalars(select(Alarm)).one().cleared_at


def test_a_silent_exchange_neither_raises_nor_clears_what_its_telephones_did(database: Database) -> None:
    with database.transaction() as session:
        member = on_duty(session, agency(session, "dinsos", "70001"))
        other = on_duty(session, agency(session, "dinkes", "70002"))
        see(session, (member, "away"), (other, "ready"))
        Reach(session, ZONE).watch(NOW)
        see(session, (member, "away"), (other, "ready"), at=LATE)
        Reach(session, ZONE).watch(LATE)
        Reach(session, ZONE).watch(LATE + 2 * ALARM_AFTER)
        assert alarms(session, "nobody-reachable") == ["dinsos"]


def test_a_silent_exchange_is_told_and_at_last_forgotten(database: Database) -> None:
    with database.transaction() as session:
        see(session, ("PJSIP/officer-1", "ready"))
        Sightings(session).watch(NOW + FRESH - timedelta(seconds=1))
        assert alarms(session, "exchange-silent") == []
        Sightings(session).watch(NOW + FRESH)
        assert alarms(session, "exchange-silent") == ["node1"]
        see(session, ("PJSIP/officer-1", "ready"), at=NOW + 2 * FRESH)
        Sightings(session).watch(NOW + 2 * FRESH)
        assert alarms(session, "exchange-silent") == []
        Sightings(session).watch(NOW + 4 * FRESH)
        Sightings(session).watch(NOW + 3 * FRESH + FORGOTTEN)
        assert alarms(session, "exchange-silent") == []
        assert session.scalars(select(NodeState)).all() == []
        assert session.scalars(select(MemberState)).all() == []


def test_sightings_keep_since_when_and_forget_who_left(database: Database) -> None:
    later = NOW + timedelta(seconds=5)
    with database.transaction() as session:
        see(session, ("PJSIP/officer-1", "away"), ("PJSIP/officer-2", "ready"), ("PJSIP/officer-3", "ready"))
        see(session, ("PJSIP/officer-1", "away"), ("PJSIP/officer-2", "busy"), at=later)
        session.flush()
        rows = session.execute(select(MemberState.interface, MemberState.state, MemberState.since))
        assert sorted(tuple(row) for row in rows) == [
            ("PJSIP/officer-1", "away", NOW),
            ("PJSIP/officer-2", "busy", later),
        ]


@pytest.mark.parametrize(
    ("mobile", "reason"), [("+6281200000001", None), (None, "no_mobile")], ids=["mobile", "sip only"]
)
def test_a_line_on_twilio_rings_mobiles_only(
    session: Session, mobile: str | None, reason: str | None
) -> None:
    made = agency(session, "dinsos", "+62234271234")
    (line,) = made.lines
    line.provider = "twilio"
    on_duty(session, made, mobile=mobile, sip_secret="s")
    assert reasons(session) == {}  # it is off: nobody is meant to answer it
    Residency(session).decide(line, on=True, reason="SK 12", account_id=None, now=NOW)
    see(session)
    assert reasons(session).get("dinsos") == reason


def test_an_agency_on_both_providers_must_be_reached_on_both(session: Session) -> None:
    made = agency(session, "dinsos", "+62234271234")
    way = on_duty(session, made, mobile=None, sip_secret="s")
    see(session, (way, "ready"))
    assert reasons(session) == {}
    line = factories.line(session, made, "+62234271235")
    line.provider = "twilio"
    Residency(session).decide(line, on=True, reason="SK 12", account_id=None, now=NOW)
    assert reasons(session) == {"dinsos": "no_mobile"}


def look_at_reach(session: Session) -> None:
    Reach(session, ZONE).troubles(NOW)


def look_at_lines(session: Session) -> None:
    Lines(session, Viewer(1, "pengawas", Role.SUPERVISOR), ZONE).view("", NOW)


@pytest.mark.parametrize("look", [look_at_reach, look_at_lines])
def test_many_lines_on_twilio_take_no_more_queries_than_one(
    session: Session, look: Callable[[Session], None]
) -> None:
    counts, statements = [], list[str]()
    event.listen(session.get_bind(), "before_cursor_execute", lambda *call: statements.append(call[2]))
    for size in (1, 30):
        for n in range(size):
            made = agency(session, f"desa-{size}-{n}", f"+62234271{size + n:03}")
            made.lines[0].provider = "twilio"
            Residency(session).decide(made.lines[0], on=True, reason="SK 12", account_id=None, now=NOW)
        session.expunge_all()
        before = len(statements)
        look(session)
        counts.append(len(statements) - before)
    assert counts[0] == counts[1]

"""A call-back that nobody makes goes up a bounded ladder, and never loses its owner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select

from callcenter.db import Database
from callcenter.models import Agency, Alarm, Obligation, ObligationStatus, Outbox, Role, Shift
from callcenter.services.access import Viewer
from callcenter.services.call_backs import CallBacks
from callcenter.services.escalation import Escalation
from callcenter.services.obligations import Obligations
from tests import factories
from tests.factories import NOW

ZONE = ZoneInfo("Asia/Jakarta")
MINUTE = timedelta(minutes=1)
SUPERVISOR = Viewer(1, "pengawas", Role.SUPERVISOR)


@dataclass
class Desk:
    """A puskesmas whose officers change at 15.00, below a dinas with an officer of its own."""

    database: Database
    morning: int
    evening: int
    deputy: int
    above: int

    def owe(self, *, emergency: bool = False) -> Obligation:
        with self.database.transaction() as session:
            agency = session.scalars(select(Agency).where(Agency.code == "pkm")).one()
            call = factories.call(session, agency, emergency=emergency)
            return Obligations(session, ZONE).open_for(call, "abandoned", NOW)

    def tick(self, minutes: float) -> list[str]:
        """Let the periodic job run some minutes after ``NOW``; tells who is told because of it."""
        before, now = self.told(), NOW + minutes * MINUTE
        with self.database.transaction() as session:
            escalation = Escalation(session, ZONE)
            for one in escalation.late(now):
                escalation.climb(one, now)
            for one in escalation.unattended(now):
                escalation.hand_over(one, now)
        return self.told()[len(before) :]

    def told(self) -> list[str]:
        with self.database.reading() as session:
            rows = session.execute(select(Outbox.fact, Outbox.kind).order_by(Outbox.id)).all()
        assert {kind for _, kind in rows} <= {"notify_obligation"}
        return [fact.removeprefix("obligation-") for fact, _ in rows]

    def owed(self) -> Obligation:
        with self.database.reading() as session:
            return session.scalars(select(Obligation)).one()

    def alarms(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.scalars(select(Alarm.subject).where(Alarm.cleared_at.is_(None))))


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with database.transaction() as session:
        dinkes = factories.agency(session, "dinkes", "Dinas Kesehatan")
        pkm = factories.agency(session, "pkm", "Puskesmas Gantar", tier="puskesmas", parent_id=dinkes.id)
        morning, evening, deputy, above = (
            factories.officer(session, agency, name)
            for agency, name in ((pkm, "Pagi"), (pkm, "Sore"), (pkm, "Cadangan"), (dinkes, "Atasan"))
        )
        factories.shift(session, morning, starts=time(7), ends=time(15))
        factories.shift(session, evening, starts=time(15), ends=time(22))
        factories.shift(session, deputy, starts=time(7), ends=time(22), rung=1)
        factories.shift(session, above)
        ids = [officer.id for officer in (morning, evening, deputy, above)]
    return Desk(database, *ids)


def test_the_ladder_is_climbed_rung_by_rung_and_ends_in_an_alarm(desk: Desk) -> None:
    one = desk.owe().id
    assert desk.told() == [f"opened:{one}:officer:{desk.morning}"]
    assert desk.tick(59.9) == []
    assert desk.tick(60.5) == [
        f"late-1:{one}:officer:{desk.evening}",
        f"late-1:{one}:officer:{desk.deputy}",
    ]
    assert desk.tick(61) == []
    assert desk.tick(91) == [f"late-2:{one}:officer:{desk.above}"]
    assert (desk.owed().level, desk.owed().escalated_at) == (2, NOW + 91 * MINUTE)
    assert desk.tick(121) == [f"late-3:{one}:officer:none"]
    assert desk.alarms() == []
    assert desk.tick(151) == []
    assert desk.alarms() == [f"obligation:{one}"]
    assert desk.tick(1000) == []
    assert (desk.owed().status, desk.owed().level, desk.owed().escalate_at) == ("open", 3, None)


def test_an_emergency_climbs_within_minutes(desk: Desk) -> None:
    one = desk.owe(emergency=True).id
    assert desk.tick(4) == []
    assert desk.tick(5) == [
        f"late-1-emergency:{one}:officer:{desk.morning}",
        f"late-1-emergency:{one}:officer:{desk.deputy}",
    ]
    assert desk.tick(10) == [f"late-2-emergency:{one}:officer:{desk.above}"]
    assert desk.tick(15) == [f"late-3-emergency:{one}:officer:none"]
    desk.tick(20)
    assert desk.alarms()


def test_a_call_that_turns_out_to_be_an_emergency_climbs_anew(desk: Desk) -> None:
    one = desk.owe().id
    for minutes in (60, 90, 120, 150):
        desk.tick(minutes)
    with desk.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "pkm")).one()
        call = factories.call(session, agency, emergency=True, offered_at=NOW + 160 * MINUTE)
        Obligations(session, ZONE).open_for(call, "emergency_unanswered", NOW + 160 * MINUTE)
    assert desk.told()[-1] == f"emergency:{one}:officer:{desk.evening}"
    assert [fact.partition(":")[0] for fact in desk.tick(161)] == ["late-1-emergency"] * 2
    assert desk.tick(166) == [f"late-2-emergency:{one}:officer:{desk.above}"]


def test_a_rung_without_anybody_is_passed_over(desk: Desk) -> None:
    with desk.database.transaction() as session:
        pkm = session.scalars(select(Agency).where(Agency.code == "pkm")).one()
        pkm.parent_id = None
    one = desk.owe().id
    desk.tick(60)
    assert desk.tick(90) == [f"late-3:{one}:officer:none"]


def test_with_nobody_on_duty_the_instance_hears_at_once(desk: Desk) -> None:
    with desk.database.transaction() as session:
        session.execute(delete(Shift))
    one = desk.owe().id
    assert desk.told() == [f"opened:{one}:officer:none"]
    assert desk.tick(60) == [f"late-3:{one}:officer:none"]
    assert desk.owed().owner_id is None


def test_who_comes_on_duty_takes_over(desk: Desk) -> None:
    """The shift changes at 15.00 WIB, an hour after ``NOW``."""
    one = desk.owe(emergency=False).id
    with desk.database.transaction() as session:
        session.get_one(Obligation, one).escalate_at = NOW + 300 * MINUTE
    assert desk.tick(59) == []
    (told,) = desk.tick(61)
    assert told.startswith("handed-over-")
    assert told.endswith(f":{one}:officer:{desk.evening}")
    assert desk.owed().owner_id == desk.evening
    assert desk.tick(62) == []


def test_a_deputy_who_owns_it_keeps_it_while_on_duty(desk: Desk) -> None:
    one = desk.owe().id
    with desk.database.transaction() as session:
        session.get_one(Obligation, one).owner_id = desk.deputy
    assert desk.tick(30) == []
    assert desk.owed().owner_id == desk.deputy


def test_what_was_ended_climbs_no_further(desk: Desk) -> None:
    one = desk.owe().id
    desk.tick(60)
    with desk.database.transaction() as session:
        factories.account(session)
        CallBacks(session, SUPERVISOR).end(one, ObligationStatus.CLOSED, "salah sambung", NOW + 70 * MINUTE)
    assert desk.tick(500) == []
    assert (desk.owed().status, desk.owed().level, desk.owed().escalate_at) == ("closed", 1, None)


def test_two_workers_climb_once(desk: Desk) -> None:
    one = desk.owe().id
    now = NOW + 60 * MINUTE
    for _ in range(2):
        with desk.database.transaction() as session:
            Escalation(session, ZONE).climb(one, now)
    assert desk.owed().level == 1

"""One call-back a caller and agency, however often the caller tried."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import Agency, Alarm, Call, Disposition, Obligation, Outbox
from callcenter.services.alarms import Alarms
from callcenter.services.disposition import Outcome
from callcenter.services.obligations import OVERDUE, Obligations, subject
from tests import factories
from tests.factories import NOW

ZONE = ZoneInfo("Asia/Jakarta")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def agency(session: Session) -> Agency:
    """An agency with an officer on duty around the clock."""
    agency = factories.agency(session)
    officer = factories.officer(session, agency)
    for weekday in range(7):
        factories.shift(session, officer, weekday)
    return agency


def given_up(
    session: Session, agency: Agency, after: timedelta = timedelta(), reason: str = "abandoned", **facts: Any
) -> Obligation:
    """Somebody calls some time after ``NOW``, and hangs up at once."""
    call = factories.call(session, agency, offered_at=NOW + after, **facts)
    return Obligations(session, ZONE).open_for(call, reason, NOW + after)


def heard(session: Session, agency: Agency, after: timedelta, **facts: Any) -> Call:
    """Somebody calls some time after ``NOW`` and talks to an officer."""
    call = factories.call(session, agency, offered_at=NOW + after, disposition="answered", **facts)
    Obligations(session, ZONE).follow(call, Outcome(Disposition.ANSWERED, "officer"), NOW + after + MINUTE)
    return call


def facts_owed(session: Session) -> list[str]:
    return list(session.scalars(select(Outbox.fact).order_by(Outbox.id)))


def test_many_attempts_are_one_call_back(session: Session, agency: Agency) -> None:
    first = given_up(session, agency)
    again = given_up(session, agency, 3 * MINUTE)
    assert again.id == first.id
    assert (first.attempts, first.opened_at, first.last_tried_at) == (2, NOW, NOW + 3 * MINUTE)
    assert first.due_at == first.escalate_at == NOW + 60 * MINUTE
    assert len(first.calls) == 2
    assert len(facts_owed(session)) == 1


def test_a_call_told_of_twice_is_one_attempt(session: Session, agency: Agency) -> None:
    owed = given_up(session, agency)
    assert Obligations(session, ZONE).open_for(owed.call, "abandoned", NOW).id == owed.id
    assert owed.attempts == 1


def test_another_number_or_agency_is_another_call_back(session: Session, agency: Agency) -> None:
    other = factories.agency(session, "dinkes")
    owed = [
        given_up(session, agency),
        given_up(session, agency, caller_number="+6281200000009"),
        given_up(session, other),
    ]
    assert len({one.id for one in owed}) == 3


def test_an_emergency_among_them_makes_it_one(session: Session, agency: Agency) -> None:
    owed = given_up(session, agency)
    given_up(session, agency, 10 * MINUTE, "emergency_unanswered", emergency=True)
    assert (owed.emergency, owed.reason) == (True, "emergency_unanswered")
    assert owed.due_at == owed.escalate_at == NOW + 15 * MINUTE
    given_up(session, agency, 12 * MINUTE)
    assert (owed.emergency, owed.due_at, owed.attempts) == (True, NOW + 15 * MINUTE, 3)
    assert [fact.partition(":")[0] for fact in facts_owed(session)] == [
        "obligation-opened",
        "obligation-emergency",
    ]


def test_an_emergency_never_moves_a_deadline_back(session: Session, agency: Agency) -> None:
    owed = given_up(session, agency)
    given_up(session, agency, 58 * MINUTE, emergency=True)
    assert owed.due_at == NOW + 60 * MINUTE


def test_emergencies_without_a_number_are_one_each(session: Session, agency: Agency) -> None:
    nobody = {"caller_number": None, "caller_kind": "anonymous", "emergency": True}
    assert given_up(session, agency, **nobody).id != given_up(session, agency, **nobody).id


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 1, 19, 30, tzinfo=UTC),  # Monday, 2.30 WIB
        datetime(2026, 8, 17, 3, 0, tzinfo=UTC),  # Independence Day
        datetime(2026, 3, 7, 12, 0, tzinfo=UTC),  # a Saturday evening
    ],
)
def test_deadlines_wait_neither_for_the_morning_nor_for_a_working_day(
    session: Session, agency: Agency, moment: datetime
) -> None:
    for emergency, minutes in ((False, 60), (True, 5)):
        number = f"+628120000000{minutes}"
        call = factories.call(session, agency, offered_at=moment, emergency=emergency, caller_number=number)
        owed = Obligations(session, ZONE).open_for(call, "abandoned", moment)
        assert owed.due_at == moment + minutes * MINUTE


def test_a_later_call_that_is_heard_fulfils_it(session: Session, agency: Agency) -> None:
    owed = given_up(session, agency)
    call = heard(session, agency, 5 * MINUTE)
    assert (owed.status, owed.closed_at, owed.escalate_at) == ("done", NOW + 6 * MINUTE, None)
    assert owed.fulfilled_by_id == call.id
    assert given_up(session, agency, 9 * MINUTE).id != owed.id


def test_a_message_fulfils_it_as_well(session: Session, agency: Agency) -> None:
    owed = given_up(session, agency)
    call = factories.call(session, agency, offered_at=NOW + MINUTE, disposition="recorded")
    Obligations(session, ZONE).follow(call, Outcome(Disposition.RECORDED, "message"), NOW + MINUTE)
    assert owed.status == "done"


@pytest.mark.parametrize("other", [{"caller_number": "+6281200000009"}, {"caller_number": None}])
def test_somebody_else_s_call_does_not(session: Session, agency: Agency, other: dict[str, Any]) -> None:
    owed = given_up(session, agency)
    heard(session, agency, MINUTE, **other)
    heard(session, factories.agency(session, "dinkes"), MINUTE)
    assert owed.status == "open"


def test_a_conversation_that_began_before_the_last_attempt_does_not(session: Session, agency: Agency) -> None:
    """Families share telephones: who talks is not who was waiting meanwhile."""
    owed = given_up(session, agency, 5 * MINUTE)
    heard(session, agency, 2 * MINUTE)
    assert owed.status == "open"


def test_an_attempt_that_is_told_of_late_was_answered_already(session: Session, agency: Agency) -> None:
    call = heard(session, agency, 5 * MINUTE)
    owed = given_up(session, agency)
    assert (owed.status, owed.fulfilled_by_id, owed.attempts) == ("done", call.id, 1)
    assert facts_owed(session) == []


def test_the_end_clears_the_alarm(session: Session, agency: Agency) -> None:
    owed = given_up(session, agency)
    Alarms(session).raise_(OVERDUE, subject(owed), "nobody calls", NOW)
    heard(session, agency, MINUTE)
    assert session.scalar(select(func.count(Alarm.id)).where(Alarm.cleared_at.is_(None))) == 0


def test_a_marked_number_is_called_back_later(session: Session, agency: Agency) -> None:
    factories.active_mark(session)
    owed = given_up(session, agency)
    assert (owed.lowered, owed.due_at) == (True, NOW + 240 * MINUTE)


def test_a_mark_that_ended_lowers_nothing(session: Session, agency: Agency) -> None:
    factories.active_mark(session, expires_at=NOW)
    factories.mark(session, "+6281200000009")
    assert given_up(session, agency).due_at == NOW + 60 * MINUTE
    assert not given_up(session, agency, caller_number="+6281200000009").lowered


def test_an_attempt_without_the_mark_lifts_it(session: Session, agency: Agency) -> None:
    mark = factories.active_mark(session)
    owed = given_up(session, agency)
    mark.status = "withdrawn"
    session.flush()
    given_up(session, agency, 10 * MINUTE)
    assert (owed.lowered, owed.due_at, owed.escalate_at) == (False, NOW + 70 * MINUTE, NOW + 70 * MINUTE)


def test_a_mark_never_touches_an_emergency(session: Session, agency: Agency) -> None:
    factories.active_mark(session)
    owed = given_up(session, agency)
    given_up(session, agency, MINUTE, emergency=True)
    assert (owed.lowered, owed.due_at) == (False, NOW + 6 * MINUTE)


def test_two_calls_that_end_at_once_are_one_call_back(database: Database) -> None:
    with database.transaction() as session:
        agency = factories.agency(session)
        calls = [factories.call(session, agency).id for _ in range(6)]

    def ends(call_id: int) -> int:
        with database.transaction() as session:
            call = session.get_one(Call, call_id)
            return Obligations(session, ZONE).open_for(call, "abandoned", NOW).id

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(ends, calls))) == 1
    with database.reading() as session:
        owed = session.scalars(select(Obligation)).one()
        assert (owed.attempts, len(owed.calls)) == (6, 6)

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callcenter.db import Database
from callcenter.models import Outbox
from callcenter.services.alarms import Alarms
from callcenter.services.outbox import ALARM_AFTER, LAST_RETRY, QUEUE_LEASE, Ledger, Owed, Work

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LIMITS = {"greet": 60}


def owe(database: Database, fact: str = "met:1", now: datetime = NOW) -> bool:
    with database.transaction() as session:
        return Work(session).owe("greet", fact, {"who": 1}, now)


def claim(database: Database, now: datetime, limit: int = 10) -> list[int]:
    with database.transaction() as session:
        return [row_id for row_id, _ in Ledger(session).claim(limit, now)]


def begin(database: Database, row_id: int, now: datetime) -> Owed | None:
    with database.transaction() as session:
        return Ledger(session).begin(row_id, LIMITS, now)


def begun(database: Database, row_id: int, now: datetime) -> Owed:
    owed = begin(database, row_id, now)
    assert owed is not None
    return owed


def fail(database: Database, owed: Owed, now: datetime) -> datetime:
    with database.transaction() as session:
        Ledger(session).fail(owed, "no line", now)
        row = session.get(Outbox, owed.id)
        assert row is not None
        return row.due_at


def test_a_fact_is_owed_once(database: Database) -> None:
    assert owe(database)
    assert not owe(database)
    assert owe(database, "met:2")


def test_what_is_rolled_back_is_not_owed(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as session:  # noqa: PT012
        Work(session).owe("greet", "met:1", {}, NOW)
        raise ZeroDivisionError
    assert owe(database)


def test_a_claimed_row_is_left_alone_until_its_lease_runs_out(database: Database) -> None:
    owe(database)
    (row_id,) = claim(database, NOW)
    assert claim(database, NOW + QUEUE_LEASE / 2) == []
    assert claim(database, NOW + QUEUE_LEASE) == [row_id]


def test_rows_are_claimed_in_order_and_by_number(database: Database) -> None:
    for n in range(4):
        owe(database, f"met:{n}", NOW - timedelta(seconds=n))
    first = claim(database, NOW, 3)
    assert first == sorted(first, reverse=True)
    assert len(claim(database, NOW, 3)) == 1


def test_rows_given_back_are_due_at_once(database: Database) -> None:
    owe(database)
    ids = claim(database, NOW)
    with database.transaction() as session:
        Ledger(session).give_back(ids, NOW)
    assert claim(database, NOW) == ids


def test_a_row_is_done_by_one_at_a_time(database: Database) -> None:
    owe(database)
    (row_id,) = claim(database, NOW)
    owed = begun(database, row_id, NOW)
    assert (owed.kind, owed.fact, owed.payload, owed.attempt) == ("greet", "met:1", {"who": 1}, 1)
    assert begin(database, row_id, NOW + timedelta(seconds=60)) is None
    assert begun(database, row_id, NOW + timedelta(seconds=105)).attempt == 2


def test_a_done_row_is_never_begun_or_claimed_again(database: Database) -> None:
    owe(database)
    (row_id,) = claim(database, NOW)
    owed = begun(database, row_id, NOW)
    with database.transaction() as session:
        Ledger(session).finish(owed, NOW)
    later = NOW + timedelta(days=1)
    assert begin(database, row_id, later) is None
    assert claim(database, later) == []
    assert not owe(database, now=later)


def test_a_row_that_does_not_exist_is_nobodys(database: Database) -> None:
    assert begin(database, 4711, NOW) is None


def test_a_failing_job_is_put_off_longer_each_time_and_told(database: Database) -> None:
    owe(database)
    now, waits = NOW, []
    (row_id,) = claim(database, now)
    for _ in range(15):
        due = fail(database, begun(database, row_id, now), now)
        waits.append(due - now)
        now = due
    assert waits[:3] == [timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=40)]
    assert waits[-1] == LAST_RETRY
    with database.reading() as session:
        (alarm,) = Alarms(session).open()
    assert (alarm.kind, alarm.subject) == ("job-failing", "met:1")
    assert "no line" in alarm.detail
    assert ALARM_AFTER < 15


def test_success_clears_the_alarm(database: Database) -> None:
    owe(database)
    now = NOW
    (row_id,) = claim(database, now)
    for _ in range(ALARM_AFTER):
        now = fail(database, begun(database, row_id, now), now)
    owed = begun(database, row_id, now)
    with database.transaction() as session:
        Ledger(session).finish(owed, now)
        assert Alarms(session).open() == []


def test_untried_rows_are_overdue(database: Database) -> None:
    owe(database)
    with database.reading() as session:
        assert Ledger(session).overdue(NOW) == 0
        assert Ledger(session).overdue(NOW + timedelta(seconds=1)) == 1
    begun(database, claim(database, NOW)[0], NOW)
    with database.reading() as session:
        assert Ledger(session).overdue(NOW + timedelta(seconds=1)) == 0

"""The log beside what the exchange recorded: kept, mended, counted, each at its time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from callcenter.comparer import KEEP, Comparer, NothingCarriedError, Result
from callcenter.db import Database
from callcenter.models import Call, CallEvent, Difference, ExchangeRecord, Leg, Obligation, ReconciliationRun
from callcenter.services.calls import Policy
from recordings.spool import Spool
from recordings.store import LocalStore
from tests import factories
from tests.factories import NOW
from tests.unit.callcenter.records import Tape

WIB = ZoneInfo("Asia/Jakarta")
POLICY = Policy(WIB, b"secret", max_message_seconds=60, connect_seconds=40)
SINCE = NOW - timedelta(hours=1)
LATER = NOW + timedelta(minutes=30)
Run = Callable[..., Result]


@pytest.fixture
def tape(database: Database) -> Tape:
    return Tape(database, NOW)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


@pytest.fixture
def comparer(database: Database, spool: Spool) -> Comparer:
    return Comparer(database, POLICY, "node1", spool)


@pytest.fixture
def run(comparer: Comparer) -> Run:
    def compare(now: datetime = LATER) -> Result:
        return comparer.run("asked", SINCE, now, now)

    return compare


def add_call(database: Database, **facts: object) -> str:
    with database.transaction() as session:
        agency = factories.agency(session, f"dinas-{facts.pop('code', 'a')}")
        plain = {"ended_at": NOW + timedelta(seconds=60), "disposition": "call_back", "hangup_cause": 16}
        return str(factories.call(session, agency, **{**plain, **facts}).key)


def differences(database: Database) -> list[tuple[str, bool]]:
    with database.reading() as session:
        rows = session.scalars(select(Difference).order_by(Difference.kind))
        return [(row.kind, row.resolved_at is not None) for row in rows]


def test_a_call_that_both_know_is_counted_and_is_no_difference(
    database: Database, tape: Tape, run: Run
) -> None:
    tape.call(add_call(database))
    found = run()
    assert (found.run.offered, found.run.logged, found.run.created, found.findings) == (1, 1, 0, [])
    with database.reading() as session:
        assert session.scalars(select(ReconciliationRun)).one().offered == 1


def test_a_difference_is_one_row_until_it_is_mended_and_comes_back_when_it_does(
    database: Database, tape: Tape, run: Run
) -> None:
    key = add_call(database, hangup_cause=17)
    tape.call(key)
    for minutes in (0, 5, 10):
        run(LATER + timedelta(minutes=minutes))
    with database.reading() as session:
        row = session.scalars(select(Difference)).one()
    assert (row.kind, row.data, row.call_key) == ("cause", {"logged": "17", "recorded": "16"}, key)
    assert (row.first_seen_at, row.last_seen_at) == (LATER, LATER + timedelta(minutes=10))
    assert (row.at, row.resolved_at) == (NOW, None)
    _set_cause(database, 16)
    run(LATER + timedelta(minutes=15))
    assert differences(database) == [("cause", True)]
    _set_cause(database, 17)
    run(LATER + timedelta(minutes=20))
    assert differences(database) == [("cause", False)]


def _set_cause(database: Database, cause: int) -> None:
    with database.transaction() as session:
        session.scalars(select(Call)).one().hangup_cause = cause


def test_an_old_difference_is_looked_at_again_outside_of_the_interval(
    database: Database, tape: Tape, comparer: Comparer, run: Run
) -> None:
    tape.call(add_call(database, hangup_cause=17))
    run()
    _set_cause(database, 16)
    tomorrow = NOW + timedelta(days=1)
    comparer.run("often", tomorrow - timedelta(hours=2), tomorrow, tomorrow)
    assert differences(database) == [("cause", True)]


def test_a_call_of_which_no_end_was_written_is_created_once_the_exchange_began_anew(
    database: Database, tape: Tape, run: Run
) -> None:
    with database.transaction() as session:
        agency = factories.agency(session)
        factories.line(session, agency, "70001")
    tape.fact("node1-1795444643.40", "began", 0, dialled="70001", caller="081234567890")
    found = run(NOW + timedelta(minutes=5))
    assert [one.kind for one in found.findings] == ["not_logged"]
    tape.fact("node1-1795444999.0", "began", 356)
    found = run()
    assert [one.call for one in found.findings] == ["node1-1795444999.0"]
    assert (found.run.offered, found.run.logged, found.run.created) == (2, 1, 1)
    with database.reading() as session:
        call = session.scalars(select(Call)).one()
        assert (call.disposition, call.caller_number) == ("call_back", "+6281234567890")
        assert session.scalars(select(Obligation)).one().call_id == call.id
        told = session.scalars(select(CallEvent).where(CallEvent.kind == "reconciled")).one()
    assert told.data == {"what": "created"}
    assert ("not_logged", True) in differences(database)


def test_a_created_call_knows_the_officer_who_answered(database: Database, tape: Tape, run: Run) -> None:
    with database.transaction() as session:
        agency = factories.agency(session)
        factories.line(session, agency, "70001")
        officer = factories.officer(session, agency)
        officer_id = officer.id
    key = "node1-1795444643.0"
    tape.call(key, dialled="70001", caller="081234567890")
    for event, seconds in (("began", 5), ("answered", 9), ("ended", 50)):
        tape.fact(key, event, seconds, leg="node1-1795444643.1", officer=str(officer_id))
    assert [one.kind for one in run().findings] == ["conversation_missing"]
    with database.reading() as session:
        call = session.scalars(select(Call)).one()
        leg = session.scalars(select(Leg)).one()
    assert (call.disposition, leg.officer_id, leg.outcome) == ("answered", officer_id, "answered")


def test_test_calls_are_compared_but_not_counted(database: Database, tape: Tape, run: Run) -> None:
    tape.call(add_call(database, test=True, hangup_cause=17))
    tape.call(add_call(database, code="b"))
    found = run()
    assert (found.run.offered, found.run.logged) == (1, 1)
    assert [one.kind for one in found.findings] == ["cause"]


def test_a_recording_that_waits_for_an_unknown_call_is_told_until_it_is_gone(
    database: Database, tape: Tape, spool: Spool, run: Run
) -> None:
    tape.call(add_call(database))
    file = spool.closed / "node1-99.9__m__1.wav"
    file.write_bytes(b"audio")
    now = datetime.now(UTC) + timedelta(hours=1)
    assert [one.kind for one in run(now).findings] == ["recording_without_call"]
    file.unlink()
    assert run(now).findings == []
    assert differences(database) == [("recording_without_call", True)]


def test_a_message_that_comes_late_mends_its_difference(
    database: Database, tape: Tape, run: Run, tmp_path: Path
) -> None:
    key = add_call(database)
    tape.call(key)
    with database.transaction() as session:
        call = session.scalars(select(Call)).one()
        factories.event(session, call, "recorded", 50, name=f"{key}__m__3", seconds=4.0, ended_by="key")
        factories.event(session, call, "ticket_told", 55, number="10000009")
    assert [one.kind for one in run().findings] == ["message_missing", "ticket_missing"]
    with database.transaction() as session:
        call = session.scalars(select(Call)).one()
        factories.ticket(session, session.get_one(factories.Agency, call.agency_id), call, number="10000009")
        store = LocalStore(tmp_path / "store")
        factories.recording(session, store, call, b"audio", provider_key=f"{key}__m__3")
    assert run().findings == []


def test_a_node_without_records_is_not_compared(database: Database, comparer: Comparer, run: Run) -> None:
    add_call(database)
    with pytest.raises(NothingCarriedError):
        run()
    comparer.round(LATER)
    assert differences(database) == []


def test_another_nodes_calls_are_none_of_ours(database: Database, tape: Tape, run: Run) -> None:
    tape.call(add_call(database))
    add_call(database, code="b", node="node2")
    found = run()
    assert (found.run.logged, found.findings) == (1, [])


def kinds(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(ReconciliationRun.kind).order_by(ReconciliationRun.id)))


def test_it_compares_often_and_once_each_night(database: Database, tape: Tape, comparer: Comparer) -> None:
    tape.call(add_call(database))
    midnight = NOW.astimezone(WIB).replace(hour=0, minute=0) + timedelta(days=1)
    for minutes in (-3, 0, 1, 29, 30, 31, 36):
        comparer.round(midnight + timedelta(minutes=minutes))
    assert kinds(database) == ["often", "nightly", "often", "nightly", "often"]
    with database.reading() as session:
        nights = session.scalars(select(ReconciliationRun).where(ReconciliationRun.kind == "nightly")).all()
    assert (nights[-1].since, nights[-1].until) == (midnight - timedelta(days=1), midnight)
    assert nights[-1].offered == 1


def test_what_is_too_old_is_forgotten_at_night(database: Database, tape: Tape, comparer: Comparer) -> None:
    tape.call(add_call(database))
    comparer.round(NOW + KEEP + timedelta(days=1))
    with database.reading() as session:
        assert session.scalars(select(ExchangeRecord)).all() == []

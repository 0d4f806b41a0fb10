"""The call log against channel records as Asterisk writes them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from callcenter.db import Database
from callcenter.models import Agency, Call, CallEvent, Leg, Line, Obligation, Officer, Shift, Ticket
from callcenter.reconciler import Reconciler
from callcenter.services.calls import Policy
from callcenter.switchboard import DatabaseSwitchboard
from ivr.asterisk.names import began
from ivr.events import DialEnded, Digits, HungUp, Offered

START = 1795444643
KEY = f"node1-{START}.0"
LATER = datetime.fromtimestamp(START + 600, UTC)
POLICY = Policy(ZoneInfo("Asia/Jakarta"), b"secret", max_message_seconds=60, connect_seconds=40)


def line(
    event: str, at: float, key: str = KEY, channel: str = "PJSIP/trunk-00000000", linked: str = KEY
) -> str:
    told = {"hangupcause": 16, "hangupsource": channel, "dialstatus": ""}
    extra = json.dumps(told).replace('"', '""')
    values = (event, f"{START + at:.6f}", linked, key, channel, "conversation", "s", "081234567890", "70001")
    return ",".join(f'"{value}"' for value in (*values, extra if event == "HANGUP" else "")) + "\n"


@pytest.fixture
def officer(database: Database) -> str:
    with database.transaction() as session:
        agency = Agency(code="dinsos", name="Dinas Sosial", tier="dinas", active_from=date(2020, 1, 1))
        session.add(agency)
        session.flush()
        session.add(Line(agency_id=agency.id, number="70001", active_from=date(2020, 1, 1)))
        person = Officer(agency_id=agency.id, name="Petugas 1", sip_secret="s")
        session.add(person)
        session.flush()
        for day in range(7):
            session.add(
                Shift(agency_id=agency.id, officer_id=person.id, weekday=day, starts=time(0), ends=time(0))
            )
        return f"PJSIP/officer-{person.id}-00000001"


@pytest.fixture
def records(tmp_path: Path) -> Path:
    folder = tmp_path / "cel-custom"
    folder.mkdir()
    return folder / "cel.csv"


def reconciler(database: Database, records: Path) -> Reconciler:
    return Reconciler(database, POLICY, "node1", records.parents[1])


def one_call(database: Database) -> Call:
    with database.reading() as session:
        return session.scalars(select(Call)).one()


def test_a_call_nobody_logged_is_created_and_owed_a_call_back(
    database: Database, officer: str, records: Path
) -> None:
    records.write_text(line("CHAN_START", 0.2) + line("ANSWER", 0.3) + line("HANGUP", 7.5))
    found = reconciler(database, records).round(LATER)
    assert (found.created, found.closed) == (1, 0)
    call = one_call(database)
    assert (call.disposition, call.caller_number) == ("call_back", "+6281234567890")
    assert call.offered_at == datetime.fromtimestamp(START, UTC)
    assert call.ended_at == datetime.fromtimestamp(START + 7.5, UTC)
    with database.reading() as session:
        assert session.scalars(select(Obligation)).one().call_id == call.id


def test_a_call_whose_end_only_the_summary_tells_is_created_at_once(
    database: Database, officer: str, records: Path
) -> None:
    """A full disk took the channel's own end, and a while later there was room for the summary."""
    records.write_text(line("CHAN_START", 0).replace('"conversation"', '"offered"'))
    summary = (
        KEY,
        KEY,
        "PJSIP/trunk-00000000",
        "degraded",
        "081234567890",
        "s",
        START,
        "",
        START + 9,
        "ANSWERED",
        1,
    )
    details = records.parent.parent / "cdr-custom" / "cdr.csv"
    details.parent.mkdir(parents=True, exist_ok=True)
    details.write_text(",".join(f'"{value}"' for value in summary) + "\n")
    assert reconciler(database, records).round(LATER).created == 1
    call = one_call(database)
    assert (call.dialled, call.disposition) == ("70001", "call_back")
    assert call.ended_at == datetime.fromtimestamp(START + 9, UTC)
    assert reconciler(database, records).round(LATER).created == 0


def test_reading_twice_writes_once(database: Database, officer: str, records: Path) -> None:
    records.write_text(line("HANGUP", 7.5))
    first = reconciler(database, records)
    assert first.round(LATER).created == 1
    assert first.round(LATER).created == 0
    assert reconciler(database, records).round(LATER).created == 0


def test_it_goes_on_where_it_stopped_and_waits_for_a_whole_line(
    database: Database, officer: str, records: Path
) -> None:
    records.write_text(line("HANGUP", 1))
    reading = reconciler(database, records)
    assert reading.round(LATER).created == 1
    second = f"node1-{START}.7"
    whole = line("HANGUP", 2, second, linked=second)
    with records.open("a") as file:
        file.write(whole[:40])
        file.flush()
        assert reading.round(LATER).created == 0
        file.write(whole[40:])
    assert reading.round(LATER).created == 1


def test_a_rotated_file_is_read_from_its_start(database: Database, officer: str, records: Path) -> None:
    records.write_text(line("HANGUP", 1) * 3)
    reading = reconciler(database, records)
    reading.round(LATER)
    records.unlink()
    second = f"node1-{START}.7"
    records.write_text(line("HANGUP", 2, second, linked=second))
    assert reading.round(LATER).created == 1


def test_a_young_record_is_left_alone(database: Database, officer: str, records: Path) -> None:
    records.write_text(line("HANGUP", 7.5))
    just_then = datetime.fromtimestamp(START + 8, UTC)
    assert reconciler(database, records).round(just_then).created == 0
    assert reconciler(database, records).round(just_then + timedelta(minutes=1)).created == 1


def test_a_broken_line_is_passed_over(database: Database, officer: str, records: Path) -> None:
    records.write_bytes(b'"HANGUP","x"\n\xff\xfe\n' + line("HANGUP", 7.5).encode())
    assert reconciler(database, records).round(LATER).created == 1


def test_a_call_whose_end_was_missed_is_closed_with_its_cause(
    database: Database, officer: str, records: Path
) -> None:
    board = DatabaseSwitchboard(database, POLICY, node="node1")
    board.receive(KEY, Offered("offered", "70001", "081234567890", "", "PJSIP/trunk-00000000"))
    records.write_text(line("HANGUP", 7.5))
    assert reconciler(database, records).round(LATER).closed == 1
    call = one_call(database)
    assert (call.disposition, call.hangup_cause, call.hangup_side) == ("call_back", 16, "caller")
    assert call.turn == {}


def test_an_officer_who_answered_while_we_were_away_has_answered(
    database: Database, officer: str, records: Path
) -> None:
    board = DatabaseSwitchboard(database, POLICY, node="node1")
    board.receive(KEY, Offered("offered", "70001", "081234567890", "", "PJSIP/trunk-00000000"))
    leg = f"node1-{START}.1"
    records.write_text(
        line("CHAN_START", 20, leg, officer)
        + line("ANSWER", 24, leg, officer)
        + line("HANGUP", 90, leg, officer)
        + line("HANGUP", 91)
    )
    reconciler(database, records).round(LATER)
    assert one_call(database).disposition == "answered"
    with database.reading() as session:
        rung = session.scalars(select(Leg)).one()
        assert (rung.outcome, rung.officer_id is not None) == ("answered", True)
        assert session.scalars(select(Ticket)).one()


def test_what_the_log_knows_is_not_told_again(database: Database, officer: str, records: Path) -> None:
    board = DatabaseSwitchboard(database, POLICY, node="node1")
    board.receive(KEY, Offered("offered", "70001", "081234567890", "", "PJSIP/trunk-00000000"))
    board.receive(KEY, HungUp("hungup", 16, "caller"))
    records.write_text(line("HANGUP", 7.5))
    found = reconciler(database, records).round(LATER)
    assert (found.created, found.closed) == (0, 0)
    with database.reading() as session:
        kinds = list(session.scalars(select(CallEvent.kind)))
    assert "reconciled" not in kinds


def test_no_file_is_no_trouble(database: Database, records: Path) -> None:
    assert reconciler(database, records).round(LATER).created == 0


def test_the_second_of_a_channel_is_in_its_id() -> None:
    assert began("node1-1795444643.12") == datetime.fromtimestamp(1795444643, UTC)
    assert began("strange") is None


def test_a_conversation_the_driver_tells_counts_though_no_leg_was_heard_of(
    database: Database, officer: str
) -> None:
    board = DatabaseSwitchboard(database, POLICY, node="node1")
    receipt = board.receive(KEY, Offered("offered", "70001", "081234567890", "", "c"))
    keys = iter(("", "", "1"))
    while receipt and type(receipt.turn.actions[-1]).__name__ == "Gather":
        receipt = board.receive(KEY, Digits(f"turn:{receipt.turn.number}", next(keys, "1")))
    assert receipt
    board.receive(KEY, DialEnded(f"turn:{receipt.turn.number}", "answered"))
    board.receive(KEY, HungUp("hungup", 16, "caller"))
    assert one_call(database).disposition == "answered"


def test_a_test_call_nobody_served_is_logged_as_what_it_is(
    database: Database, officer: str, records: Path
) -> None:
    calling = f"test-node1-{START}.1"
    channel = "Local/70001@synthetic-00000001;"
    records.write_text(
        line("HANGUP", 2, f"{calling}.2", f"{channel}2", linked=calling)
        + line("HANGUP", 2.1, calling, f"{channel}1", linked=calling).replace("conversation", "synthetic")
    )
    assert reconciler(database, records).round(LATER).created == 1
    call = one_call(database)
    assert (call.key, call.test, call.disposition, call.disposition_reason) == (
        calling,
        True,
        "discarded",
        "test",
    )
    with database.reading() as session:
        assert session.scalars(select(Obligation)).all() == []

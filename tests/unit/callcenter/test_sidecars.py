"""Calls that an exchange carried alone, from their files into the log."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from callcenter.carrier import Carrier
from callcenter.db import Database
from callcenter.models import Agency, Alarm, Call, CallEvent, Obligation, Ticket
from callcenter.services.calls import Policy
from callcenter.services.reporting import Reporting
from callcenter.services.tickets import Tickets
from callcenter.sidecars import GIVEN_UP, LOOK_AGAIN, LOUD, UNFINISHED, Sidecars
from callcenter.switchboard import DatabaseSwitchboard
from ivr.damm import check_digit
from ivr.events import HungUp, Offered
from recordings.audio import header
from recordings.spool import Spool
from recordings.store import LocalStore
from tests import factories

POLICY = Policy(ZoneInfo("Asia/Jakarta"), b"secret", max_message_seconds=60, connect_seconds=40)
CALL = "node1-1795000000.7"
AT = datetime.fromtimestamp(1795000010, UTC)
NOW = AT + timedelta(seconds=100)
NUMBER = "9680001" + check_digit("9680001")
NOTES = {
    "at": "1795000010",
    "dialled": "70001",
    "caller": "081234567890",
    "presentation": "allowed",
    "channel": "PJSIP/trunk-00000001",
    "language": "id",
    "why": "away",
    "notice": "2026-1",
    "queue": "agency-dinsos 1795000030",
    "queued": "TIMEOUT",
    "member": "",
    "recorded": "DTMF",
    "reference": f"{NUMBER} 4711",
    "told": NUMBER,
    "source": "PJSIP/trunk-00000001",
    "end": "1795000090 16",
}
SPEECH = b"\x10\x20" * 8000 * 3


class Node:
    """A spool with what brings it home."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.spool = Spool(folder / "spool")
        self.notes = folder / "spool/degraded"
        self.notes.mkdir()
        self.sidecars = Sidecars(database, POLICY, "node1", folder / "spool")
        store = LocalStore(folder / "store")
        self.carrier = Carrier(database, POLICY, store, self.spool, "node1", 1)
        self.board = DatabaseSwitchboard(database, POLICY, node="node1", clock=lambda: AT)
        with database.transaction() as session:
            agency = factories.agency(session)
            factories.line(session, agency, number="70001")

    def note(self, age: timedelta = timedelta(), **changes: str | None) -> Path:
        told = {name: value for name, value in (NOTES | changes).items() if value is not None}
        path = self.notes / f"{CALL}.call"
        path.write_text("".join(f"{name}={value}\n" for name, value in told.items()))
        at = (NOW - age).timestamp()
        os.utime(path, (at, at))
        return path

    def message(self, data: bytes = SPEECH) -> None:
        (self.spool.closed / f"{CALL}__m__0.wav").write_bytes(header(1, 8000, len(data)) + data)

    def call(self) -> Call:
        with self.database.reading() as session:
            return session.scalars(select(Call)).one()

    def ticket(self) -> Ticket | None:
        with self.database.reading() as session:
            return session.scalars(select(Ticket)).one_or_none()

    def kinds(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.scalars(select(CallEvent.kind).order_by(CallEvent.id)))


@pytest.fixture
def node(database: Database, tmp_path: Path) -> Node:
    return Node(database, tmp_path)


def test_a_call_nobody_saw_becomes_a_ticket_with_the_number_it_was_told(node: Node) -> None:
    path = node.note()
    assert node.sidecars.round(NOW) == 1
    call, ticket = node.call(), node.ticket()
    assert (call.disposition, call.hangup_side, call.notice_version) == ("recorded", "caller", "2026-1")
    assert call.caller_number == "+6281234567890"
    assert ticket is not None
    assert ticket.provisional == NUMBER
    assert ticket.number != NUMBER
    assert not path.exists()


def test_the_status_is_told_by_the_provisional_number_and_its_pin(node: Node) -> None:
    node.note()
    node.sidecars.round(NOW)
    with node.database.transaction() as session:
        tickets = Tickets(session, b"secret", POLICY.zone)
        assert tickets.status(NUMBER, "4711") == {"result": "found", "status": "new"}
        assert tickets.status(NUMBER, "4712") == {"result": "wrong"}
        ticket = session.scalars(select(Ticket)).one()
        assert tickets.status(ticket.number, "4711") == {"result": "wrong"}


def test_an_officer_finds_the_ticket_by_either_number(node: Node) -> None:
    node.note()
    node.sidecars.round(NOW)
    ticket = node.ticket()
    assert ticket is not None
    with node.database.reading() as session:
        for number in (NUMBER, ticket.number):
            facts = Reporting(session, POLICY.zone).ticket(number)
            assert facts is not None
            assert facts["number"] == ticket.number


def test_one_number_given_twice_is_told_apart_by_the_pin(node: Node) -> None:
    node.note()
    node.sidecars.round(NOW)
    with node.database.transaction() as session:
        tickets = Tickets(session, b"secret", POLICY.zone)
        agency = session.scalars(select(Agency)).one()
        other = factories.ticket(session, agency, status="closed")
        tickets.adopt(other, NUMBER, "0815")
        assert tickets.status(NUMBER, "0815") == {"result": "found", "status": "closed"}
        assert tickets.status(NUMBER, "4711") == {"result": "found", "status": "new"}


def test_a_second_time_changes_nothing(node: Node) -> None:
    node.note()
    node.sidecars.round(NOW)
    before = node.kinds()
    node.note()
    node.sidecars.round(NOW)
    assert node.kinds() == before


def test_a_call_that_is_up_is_in_the_log_and_its_file_stays(node: Node) -> None:
    path = node.note(end=None, source=None, reference=None, told=None, recorded=None)
    assert node.sidecars.round(NOW) == 0
    assert node.call().ended_at is None
    assert path.exists()
    node.note()
    assert node.sidecars.round(NOW + timedelta(seconds=5)) == 1
    assert node.call().disposition == "recorded"


def test_an_officer_who_answered_counts(node: Node) -> None:
    node.note(member="PJSIP/officer-1", recorded=None)
    node.sidecars.round(NOW)
    call = node.call()
    assert call.disposition == "answered"
    assert call.answered_at == datetime.fromtimestamp(1795000030, UTC)


def test_who_hung_up_before_a_message_is_called_back(node: Node) -> None:
    node.note(reference=None, told=None, recorded=None)
    node.sidecars.round(NOW)
    assert node.call().disposition == "call_back"
    assert node.ticket() is None


def test_a_message_cut_by_the_hangup_still_becomes_a_ticket(node: Node) -> None:
    node.message()
    node.note(reference=None, told=None, recorded=None)
    node.sidecars.round(NOW)
    assert node.call().disposition == "call_back"
    node.carrier.round(NOW)
    assert node.call().disposition == "recorded"
    assert node.ticket() is not None
    with node.database.reading() as session:
        owed = session.scalars(select(Obligation)).one()
    assert owed.status == "done"
    assert owed.fulfilled_by_id == node.call().id
    assert node.kinds().count("disposed") == 1


def test_a_message_that_comes_after_its_call_is_what_the_call_is_for(node: Node) -> None:
    node.note()
    node.sidecars.round(NOW)
    assert node.call().disposition_reason == "ticket_without_message"
    node.message()
    node.carrier.round(NOW)
    assert (node.call().disposition, node.call().disposition_reason) == ("recorded", "message")


def test_two_words_are_no_message(node: Node) -> None:
    node.message(SPEECH[: 8000 * 3])
    node.note(reference=None, told=None, recorded=None)
    node.sidecars.round(NOW)
    node.carrier.round(NOW)
    assert node.call().disposition == "call_back"
    assert node.ticket() is None


def test_a_call_we_began_and_lost_goes_on_in_the_same_row(node: Node) -> None:
    node.board.receive(CALL, Offered("offered", "70001", "081234567890", "Sri", "PJSIP/trunk-00000001"))
    node.board.receive(CALL, HungUp("hungup", 16, "caller"))
    assert node.call().disposition == "call_back"
    node.note()
    node.sidecars.round(NOW)
    assert node.call().disposition == "recorded"
    assert node.call().caller_name == "Sri"


def test_a_disk_that_was_full_is_on_the_ticket(node: Node) -> None:
    node.note(recorded="ERROR")
    node.sidecars.round(NOW)
    ticket = node.ticket()
    assert ticket is not None
    assert ticket.warning
    assert "recording_failed" in node.kinds()


def test_an_unknown_number_is_logged_and_discarded(node: Node) -> None:
    node.note(dialled="99999", reference=None, told=None, queue=None, queued=None)
    node.sidecars.round(NOW)
    assert (node.call().disposition, node.call().disposition_reason) == ("discarded", "unknown_line")


def test_a_call_that_ended_with_the_exchange_is_given_up_after_a_while(node: Node) -> None:
    path = node.note(end=None, source=None)
    node.sidecars.round(NOW)
    node.board.still_up([], NOW, booted_at=NOW)
    node.sidecars.round(NOW)
    assert path.exists()
    node.sidecars.round(NOW + UNFINISHED)
    assert not path.exists()
    assert (node.call().disposition, node.call().hangup_side) == ("recorded", "exchange")


def test_a_strange_file_is_kept_aside_and_somebody_is_told(node: Node) -> None:
    path = node.notes / "no key of a call.call"
    path.write_bytes(b"rubbish")
    at = (NOW - UNFINISHED).timestamp()
    os.utime(path, (at, at))
    assert node.sidecars.round(NOW) == 0
    assert (node.spool.strange / path.name).read_bytes() == b"rubbish"
    with node.database.reading() as session:
        assert session.scalars(select(Alarm.kind)).all() == ["spool-strange-file"]


def test_what_a_full_disk_left_of_the_notes_waits_for_the_records(node: Node) -> None:
    path = node.note(UNFINISHED, at=None, dialled=None)
    assert node.sidecars.round(NOW) == 0
    assert path.exists()
    node.board.receive(CALL, Offered("offered", "70001", "081234567890", "", "PJSIP/trunk-00000001"))
    assert node.sidecars.round(NOW + LOOK_AGAIN) == 1
    assert node.call().disposition == "recorded"
    ticket = node.ticket()
    assert ticket is not None
    assert ticket.provisional == NUMBER


def test_what_no_record_ever_tells_of_is_logged_as_a_call_of_a_number_nobody_knows(node: Node) -> None:
    path = node.note(GIVEN_UP)
    path.write_bytes(b"\xff\x00rubbish")
    at = (NOW - GIVEN_UP).timestamp()
    os.utime(path, (at, at))
    assert node.sidecars.round(NOW) == 1
    assert (node.call().disposition, node.call().disposition_reason) == ("discarded", "unknown_line")
    assert not path.exists()


def test_an_empty_file_tells_nothing_and_goes(node: Node) -> None:
    path = node.notes / f"{CALL}.call"
    path.write_bytes(b"")
    at = (NOW - UNFINISHED).timestamp()
    os.utime(path, (at, at))
    node.sidecars.round(NOW)
    assert not path.exists()
    assert not list(node.spool.strange.iterdir())


def test_a_file_that_has_only_just_begun_is_left_alone(node: Node) -> None:
    path = node.notes / f"{CALL}.call"
    path.write_bytes(b"")
    node.sidecars.round(datetime.now(UTC))
    assert path.exists()


def test_the_alarm_comes_and_goes(node: Node) -> None:
    node.note()
    node.sidecars.round(NOW)
    with node.database.reading() as session:
        assert session.scalars(select(Alarm.kind).where(Alarm.cleared_at.is_(None))).all() == [
            "exchange-alone"
        ]
    node.sidecars.round(NOW + LOUD)
    with node.database.reading() as session:
        assert not session.scalars(select(Alarm.kind).where(Alarm.cleared_at.is_(None))).all()

"""Calls, their legs and their end, event by event."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from callcenter.db import Database
from callcenter.models import Agency, Call, CallEvent, Leg, Line, Obligation, Officer, Outbox, Shift, Ticket
from callcenter.services.alarms import Alarms
from callcenter.services.calls import RECORDING_FAILED, Policy
from callcenter.switchboard import DatabaseSwitchboard
from ivr.events import (
    DialEnded,
    Digits,
    HungUp,
    Offered,
    OfficerAnswered,
    OfficerEnded,
    OfficerRung,
    Recorded,
    TimedOut,
)
from ivr.ports import Receipt
from ivr.turns import Connect, Hangup
from ivr.turns import Record as RecordAction

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
OFFER = Offered("offered", "70001", "081234567890", "Ibu Sri", "PJSIP/trunk-00000001")


@dataclass
class Exchange:
    """A driver that carries nothing out: it only passes events on."""

    database: Database
    now: datetime = NOW
    officer: str = ""
    board: DatabaseSwitchboard = field(init=False)
    receipt: Receipt | None = None

    def __post_init__(self) -> None:
        policy = Policy(ZoneInfo("Asia/Jakarta"), b"secret", max_message_seconds=60, connect_seconds=40)
        self.board = DatabaseSwitchboard(self.database, policy, node="node1", clock=lambda: self.now)

    def offer(self, key: str = "node1-1.1", offer: Offered = OFFER) -> Receipt:
        self.receipt = self.board.receive(key, offer)
        assert self.receipt is not None
        return self.receipt

    def walk(self, keys: dict[str, str], until: type) -> Receipt:
        """Press a key wherever the node asks for one of ``keys``; else wait."""
        assert self.receipt
        while not isinstance(self.receipt.turn.actions[-1], until):
            key = f"turn:{self.receipt.turn.number}"
            pressed = keys.pop(self.node(), None)
            event = Digits(key, pressed) if pressed else TimedOut(key)
            self.receipt = self.board.receive("node1-1.1", event)
            assert self.receipt
        return self.receipt

    def node(self) -> str:
        with self.database.reading() as session:
            return str(session.scalars(select(Call)).one().cursor["node"])

    def hang_up(self, cause: int = 16) -> Call:
        self.board.receive("node1-1.1", HungUp("hungup", cause, "caller"))
        with self.database.reading() as session:
            return session.scalars(select(Call)).one()

    def kinds(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.scalars(select(CallEvent.kind).order_by(CallEvent.id)))

    def count(self, model: type) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def exchange(database: Database) -> Exchange:
    with database.transaction() as session:
        agency = Agency(code="dinsos", name="Dinas Sosial", tier="dinas", active_from=date(2020, 1, 1))
        session.add(agency)
        session.flush()
        session.add(Line(agency_id=agency.id, number="70001", active_from=date(2020, 1, 1)))
        officer = Officer(agency_id=agency.id, name="Petugas 1", sip_secret="s")
        session.add(officer)
        session.flush()
        shifts = [
            Shift(agency_id=agency.id, officer_id=officer.id, weekday=day, starts=time(0), ends=time(0))
            for day in range(7)
        ]
        session.add_all(shifts)
        name = f"officer-{officer.id}"
    return Exchange(database, officer=name)


def test_an_offer_is_logged_before_a_word_is_said(exchange: Exchange) -> None:
    receipt = exchange.offer()
    assert not receipt.resumed
    assert exchange.kinds()[0] == "offered"
    assert exchange.count(Call) == 1


def test_an_offer_that_comes_twice_is_one_call_with_the_same_turn(exchange: Exchange) -> None:
    first = exchange.offer()
    again = exchange.offer()
    assert again.turn == first.turn
    assert again.resumed
    assert exchange.count(Call) == 1


def test_an_event_that_comes_twice_gives_the_same_turn(exchange: Exchange) -> None:
    exchange.offer()
    event = TimedOut("turn:1")
    first, again = exchange.board.receive("node1-1.1", event), exchange.board.receive("node1-1.1", event)
    assert first
    assert again
    assert first.turn == again.turn
    assert exchange.kinds().count("timed_out") == 1


def test_a_message_becomes_a_ticket_and_the_officer_is_owed_a_word(exchange: Exchange) -> None:
    exchange.offer()
    record = exchange.walk({"main": "2"}, RecordAction).turn.actions[-1]
    assert isinstance(record, RecordAction)
    number = exchange.receipt.turn.number if exchange.receipt else 0
    exchange.receipt = exchange.board.receive(
        "node1-1.1", Recorded(f"turn:{number}", record.name, 9.0, "key")
    )
    exchange.walk({}, Hangup)
    call = exchange.hang_up()
    assert (call.disposition, call.disposition_reason) == ("recorded", "message")
    kinds = exchange.kinds()
    assert kinds.index("recorded") < kinds.index("ticket_opened") < kinds.index("ticket_told")
    with exchange.database.reading() as session:
        ticket = session.scalars(select(Ticket)).one()
        owed = session.scalars(select(Outbox)).one()
    assert (ticket.caller_number, owed.kind) == ("+6281234567890", "notify_ticket")
    assert owed.fact.startswith(f"ticket-opened:{ticket.id}:")
    assert "ticket_pin" not in str(call.cursor)
    assert call.turn == {}


def test_a_failed_recording_is_said_on_the_ticket(exchange: Exchange) -> None:
    exchange.offer()
    record = exchange.walk({"main": "2"}, RecordAction).turn
    exchange.receipt = exchange.board.receive("node1-1.1", Recorded(f"turn:{record.number}", "n", 0, "error"))
    exchange.walk({}, Hangup)
    exchange.hang_up()
    with exchange.database.reading() as session:
        assert "tidak dapat ditulis" in str(session.scalars(select(Ticket)).one().warning)
        assert Alarms(session).is_open(RECORDING_FAILED, "node1")


@pytest.mark.parametrize(("seconds", "still"), [(9.0, False), (0.0, True)])
def test_the_next_message_that_is_kept_ends_the_alarm(
    exchange: Exchange, seconds: float, still: bool
) -> None:
    with exchange.database.transaction() as session:
        Alarms(session).raise_(RECORDING_FAILED, "node1", "no room", NOW)
    exchange.offer()
    record = exchange.walk({"main": "2"}, RecordAction).turn
    exchange.board.receive("node1-1.1", Recorded(f"turn:{record.number}", "n", seconds, "silence"))
    with exchange.database.reading() as session:
        assert Alarms(session).is_open(RECORDING_FAILED, "node1") == still


def test_a_caller_who_hangs_up_while_talking_has_left_a_message(exchange: Exchange) -> None:
    exchange.offer()
    turn = exchange.walk({"main": "2"}, RecordAction).turn
    left = exchange.board.receive("node1-1.1", Recorded(f"turn:{turn.number}", "n", 12.0, "hangup"))
    assert left is None
    call = exchange.hang_up()
    assert call.disposition == "recorded"
    assert exchange.count(Ticket) == 1


def test_a_caller_who_hangs_up_at_the_beep_is_called_back(exchange: Exchange) -> None:
    exchange.offer()
    turn = exchange.walk({"main": "2"}, RecordAction).turn
    exchange.board.receive("node1-1.1", Recorded(f"turn:{turn.number}", "n", 0.4, "hangup"))
    assert exchange.hang_up().disposition == "call_back"
    assert (exchange.count(Ticket), exchange.count(Obligation)) == (0, 1)


def test_an_officer_who_answers_has_the_ticket_while_they_talk(exchange: Exchange) -> None:
    exchange.offer()
    turn = exchange.walk({"main": "1"}, Connect).turn
    for event in (
        OfficerRung("node1-1.2", exchange.officer, NOW),
        OfficerAnswered("node1-1.2", exchange.officer, NOW + timedelta(seconds=4)),
        OfficerAnswered("node1-1.2", exchange.officer, NOW + timedelta(seconds=5)),
    ):
        exchange.board.receive_leg("node1-1.1", event)
    assert exchange.count(Ticket) == 1
    exchange.board.receive_leg("node1-1.1", OfficerEnded("node1-1.2", exchange.officer, "answered", 16, NOW))
    exchange.receipt = exchange.board.receive("node1-1.1", DialEnded(f"turn:{turn.number}", "answered"))
    exchange.walk({}, Hangup)
    assert exchange.hang_up().disposition == "answered"
    assert exchange.count(Ticket) == 1
    assert exchange.kinds().count("officer_answered") == 1
    with exchange.database.reading() as session:
        leg = session.scalars(select(Leg)).one()
    assert (leg.outcome, leg.officer_id is not None) == ("answered", True)


def test_the_first_word_on_how_a_leg_ended_counts(exchange: Exchange) -> None:
    exchange.offer()
    exchange.walk({"main": "1"}, Connect)
    for outcome, cause in (("no_answer", 19), ("cancelled", 26)):
        ended = OfficerEnded("node1-1.2", exchange.officer, outcome, cause, NOW)
        exchange.board.receive_leg("node1-1.1", ended)
    with exchange.database.reading() as session:
        leg = session.scalars(select(Leg)).one()
    assert (leg.outcome, leg.cause) == ("no_answer", 19)
    assert exchange.kinds().count("officer_ended") == 1


def test_a_citizen_who_hangs_up_on_the_officer_is_told_nothing_more(exchange: Exchange) -> None:
    exchange.offer()
    turn = exchange.walk({"main": "1"}, Connect).turn
    left = exchange.board.receive("node1-1.1", DialEnded(f"turn:{turn.number}", "answered", gone=True))
    assert left is None
    assert exchange.hang_up().disposition == "answered"
    assert exchange.kinds()[-4:] == ["dial_ended", "hung_up", "ticket_opened", "disposed"]


def test_a_call_abandoned_in_the_greeting_is_owed_a_call_back_by_the_officer(exchange: Exchange) -> None:
    exchange.offer()
    assert exchange.hang_up().disposition == "call_back"
    with exchange.database.reading() as session:
        obligation = session.scalars(select(Obligation)).one()
    assert f"officer-{obligation.owner_id}" == exchange.officer
    assert obligation.due_at == NOW + timedelta(minutes=60)


def test_a_hang_up_told_twice_ends_the_call_once_and_adds_the_cause(exchange: Exchange) -> None:
    exchange.offer()
    exchange.hang_up(cause=0)
    call = exchange.hang_up(cause=16)
    assert call.hangup_cause == 16
    assert exchange.kinds().count("disposed") == 1


def test_an_unknown_number_is_refused_and_logged(exchange: Exchange) -> None:
    offer = Offered("offered", "99999'; --", "anonymous", "", "PJSIP/trunk-2")
    receipt = exchange.offer(offer=offer)
    while not isinstance(receipt.turn.actions[-1], Hangup):
        following = exchange.board.receive("node1-1.1", TimedOut(f"turn:{receipt.turn.number}"))
        assert following
        receipt = following
    call = exchange.hang_up()
    assert (call.disposition, call.disposition_reason) == ("discarded", "unknown_line")


def test_a_call_that_is_over_gets_no_further_turn(exchange: Exchange) -> None:
    exchange.offer()
    exchange.hang_up()
    assert exchange.board.receive("node1-1.1", OFFER) is None
    assert exchange.board.receive("node1-1.1", TimedOut("turn:1")) is None


def test_calls_that_are_no_longer_up_are_closed_but_new_ones_are_not(exchange: Exchange) -> None:
    exchange.offer("node1-1.1")
    exchange.now += timedelta(seconds=60)
    exchange.offer("node1-2.1")
    exchange.board.still_up([], exchange.now)
    with exchange.database.reading() as session:
        ended = {call.key: call.ended_at is not None for call in session.scalars(select(Call))}
    assert ended == {"node1-1.1": True, "node1-2.1": False}


def test_calls_that_ended_with_the_exchange_say_so(exchange: Exchange) -> None:
    exchange.offer("node1-1.1")
    exchange.now += timedelta(seconds=60)
    exchange.board.still_up([], exchange.now, booted_at=exchange.now - timedelta(seconds=5))
    with exchange.database.reading() as session:
        call = session.scalars(select(Call)).one()
        assert (call.hangup_side, call.hangup_cause, call.disposition) == ("exchange", 41, "call_back")


def test_a_pin_is_masked_and_a_ticket_is_locked_after_ten_wrong_ones(exchange: Exchange) -> None:
    from callcenter.services.tickets import MAX_PIN_FAILURES, Tickets

    exchange.offer()
    exchange.hang_up()
    with exchange.database.transaction() as session:
        tickets = Tickets(session, b"secret", ZoneInfo("Asia/Jakarta"))
        opened = tickets.open_for(session.scalars(select(Call)).one(), "general", NOW)
        number, pin = opened.ticket.number, tickets.pin(opened.ticket)
        wrong = "0000" if pin != "0000" else "1111"
        assert tickets.status(number, pin) == {"result": "found", "status": "new"}
        for _ in range(MAX_PIN_FAILURES):
            assert tickets.status(number, wrong) == {"result": "wrong"}
        assert tickets.status(number, pin) == {"result": "locked"}
        assert tickets.status("1", pin) == {"result": "wrong"}

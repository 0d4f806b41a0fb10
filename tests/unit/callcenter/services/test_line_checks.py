"""Test calls: what is due, how a call is judged, and the alarm."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from callcenter.db import Database
from callcenter.models import Alarm, Call, LineCheck, Obligation, Outbox, Ticket
from callcenter.services.calls import Policy
from callcenter.services.line_checks import KEPT, LIMIT, PAUSE, RETRY, LineChecks
from callcenter.switchboard import DatabaseSwitchboard
from ivr.events import HungUp, Offered, TimedOut
from ivr.ports import LineTest
from tests import factories
from tests.factories import NOW

ZONE = ZoneInfo("Asia/Jakarta")
DAY = timedelta(days=1)
POLICY = Policy(ZONE, b"secret", max_message_seconds=60, connect_seconds=40)
NUMBER = "+622345550101"
CHANNEL = f"Local/{NUMBER}@synthetic-00000001;2"


class Node:
    """A node's switchboard with a clock that is moved, and the calls of its exchange."""

    def __init__(self, database: Database, name: str = "node1") -> None:
        self.now = NOW
        self.database = database
        self.board = DatabaseSwitchboard(database, POLICY, node=name, test_every=DAY, clock=lambda: self.now)

    def later(self, length: timedelta) -> Node:
        self.now += length
        return self

    def next(self) -> LineTest | None:
        return self.board.next_test()

    def answers(self, test: LineTest | None, unplayed: str = "", dialled: str = "") -> None:
        """Serve a test call as the driver does."""
        assert test is not None
        offered = Offered("offered", dialled or test.number, "", "", CHANNEL, test=True)
        assert self.board.receive(test.key, offered)
        self.later(timedelta(seconds=20))
        assert self.board.receive(test.key, TimedOut("turn:1", unplayed)) is None
        self.board.receive(test.key, HungUp("hungup", 16, "system"))

    def passes(self) -> None:
        self.answers(self.next())
        self.next()

    def checks(self) -> list[tuple[bool | None, str | None]]:
        with self.database.reading() as session:
            rows = session.scalars(select(LineCheck).order_by(LineCheck.id))
            return [(row.passed, row.reason) for row in rows]

    def alarms(self) -> list[str]:
        with self.database.reading() as session:
            rows = session.scalars(select(Alarm).where(Alarm.cleared_at.is_(None)))
            return [f"{row.kind} {row.subject}: {row.detail}" for row in rows]


@pytest.fixture
def node(database: Database) -> Node:
    with database.transaction() as session:
        factories.line(session, factories.agency(session))
    return Node(database)


def add_line(database: Database, code: str, number: str, **facts: object) -> None:
    with database.transaction() as session:
        factories.line(session, factories.agency(session, code), number, **facts)


def test_a_line_whose_first_prompts_were_heard_passes(node: Node) -> None:
    test = node.next()
    node.answers(test)
    assert node.checks() == [(None, None)]
    assert node.next() is None
    assert node.checks() == [(True, None)]
    assert node.alarms() == []


def test_a_test_call_is_marked_and_owes_nothing(node: Node) -> None:
    node.passes()
    with node.database.reading() as session:
        call = session.scalars(select(Call)).one()
        assert (call.test, call.disposition, call.disposition_reason) == (True, "discarded", "test")
        for model in (Ticket, Obligation, Outbox):
            assert session.scalars(select(model)).all() == []


def test_one_call_goes_on_at_a_time(node: Node) -> None:
    add_line(node.database, "dinkes", "+622345550102")
    first = node.next()
    assert node.later(PAUSE).next() is None
    node.answers(first)
    second = node.later(PAUSE).next()
    assert first
    assert second
    assert {first.number, second.number} == {NUMBER, "+622345550102"}


def test_calls_are_spread(node: Node) -> None:
    add_line(node.database, "dinkes", "+622345550102")
    node.passes()
    assert node.later(PAUSE - timedelta(seconds=21)).next() is None
    assert node.later(timedelta(seconds=2)).next() is not None


def test_a_line_that_passed_is_called_again_after_a_day(node: Node) -> None:
    node.passes()
    assert node.later(DAY - timedelta(seconds=25)).next() is None
    assert node.later(timedelta(seconds=10)).next() is not None


def test_a_line_that_failed_is_called_again_soon_and_clears_its_alarm(node: Node) -> None:
    node.next()
    assert node.later(LIMIT).next() is None
    assert node.checks() == [(False, "no_call")]
    assert len(node.alarms()) == 1
    assert node.alarms()[0].startswith(f"line-failing {NUMBER}: ")
    assert "Dinas Sosial" in node.alarms()[0]
    assert node.later(RETRY - LIMIT - timedelta(seconds=1)).next() is None
    node.answers(node.later(timedelta(seconds=1)).next())
    node.next()
    assert node.checks()[1:] == [(True, None)]
    assert node.alarms() == []


def test_a_prompt_that_was_not_heard_fails_by_name(node: Node) -> None:
    node.answers(node.next(), unplayed="id/notice")
    node.next()
    assert node.checks() == [(False, "unplayed")]
    assert "id/notice" in node.alarms()[0]


def test_a_call_that_ends_before_its_prompts_fails(node: Node) -> None:
    test = node.next()
    assert test
    node.board.receive(test.key, Offered("offered", test.number, "", "", CHANNEL, test=True))
    assert node.next() is None
    assert node.checks() == [(None, None)]
    node.board.receive(test.key, HungUp("hungup", 16, "caller"))
    node.next()
    assert node.checks() == [(False, "cut_off")]


def test_a_call_that_reaches_another_line_fails(node: Node) -> None:
    test = node.next()
    assert test
    offered = Offered("offered", "+622345559999", "", "", CHANNEL, test=True)
    assert node.board.receive(test.key, offered) is None
    node.board.receive(test.key, HungUp("hungup", 16, "system"))
    node.next()
    assert node.checks() == [(False, "unknown_line")]


def test_lines_out_of_service_and_of_other_providers_are_left_alone(node: Node) -> None:
    add_line(node.database, "tutup", "+622345550103", active_until=date(2026, 11, 23))
    add_line(node.database, "nanti", "+622345550104", active_from=date(2026, 11, 24))
    add_line(node.database, "awan", "+622345550105", provider="twilio")
    node.passes()
    assert node.later(PAUSE).next() is None


def test_a_node_s_success_does_not_hide_another_s_failure(node: Node) -> None:
    other = Node(node.database, "node2")
    other.next()
    other.later(LIMIT).next()
    node.passes()
    assert len(node.alarms()) == 1
    other.answers(other.later(RETRY).next())
    other.next()
    assert node.alarms() == []


def test_the_worker_judges_for_a_node_that_is_gone(node: Node) -> None:
    node.next()
    with node.database.transaction() as session:
        assert LineChecks(session, ZONE).conclude(NOW + LIMIT - timedelta(seconds=1)) == 1
        assert LineChecks(session, ZONE).conclude(NOW + LIMIT) == 0
    assert node.checks() == [(False, "no_call")]


def test_old_checks_are_forgotten(node: Node) -> None:
    node.passes()
    node.later(KEPT + DAY).passes()
    assert len(node.checks()) == 1


def test_without_an_interval_nothing_is_called(node: Node) -> None:
    assert DatabaseSwitchboard(node.database, POLICY, node="node1").next_test() is None

"""The watch over an exchange: facts in order, retries, members, what is still up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ivr.asterisk.ami import Connection, Message
from ivr.asterisk.watch import (
    BOOT_SECONDS,
    GONE_SECONDS,
    RECONCILE_SECONDS,
    RETRY_SECONDS,
    SEEN_SECONDS,
    SWEEP_SECONDS,
    Watch,
)
from ivr.events import HungUp, OfficerRung
from ivr.ports import LineTest, Member
from tests.unit.ivr.asterisk.exchange import Script
from tests.unit.ivr.asterisk.manager import Manager

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RUNG = Message("DialBegin", {"linkedid": "c", "destchannel": "PJSIP/officer-1-00", "destuniqueid": "l"})
GONE = Message("UserEvent", {"userevent": "CallGone", "call": "c", "cause": "16", "done": "1"})


class Time:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def time() -> Time:
    """A clock that stands."""
    return Time()


@pytest.fixture
def script() -> Script:
    """A switchboard without turns."""
    return Script()


@pytest.fixture
def watch(script: Script, time: Time) -> Watch:
    """A watch without a connection yet, past its first comparison."""
    watch = Watch(script, time, lambda: NOW)
    watch.step()
    return watch


@pytest.fixture
def connection(watch: Watch) -> Iterator[tuple[Connection, Manager]]:
    """A connection whose events the watch sees, and the manager behind it."""
    manager = Manager()
    with Connection("127.0.0.1", manager.port, "callcenter", "sesame", watch.on_event) as connection:
        yield connection, manager
    manager.close()


def test_a_leg_is_told_at_once(watch: Watch, script: Script) -> None:
    watch.on_event(RUNG)
    watch.step()
    assert script.legs == [("c", OfficerRung("l", "1", NOW))]


def test_a_fact_is_told_again_until_it_is_taken(watch: Watch, script: Script, time: Time) -> None:
    script.failures = 2
    watch.on_event(RUNG)
    watch.step()
    for seconds in RETRY_SECONDS[:2]:
        assert script.legs == []
        time.seconds += seconds
        watch.step()
    assert len(script.legs) == 1


def test_a_hangup_lets_the_calls_own_line_go_first(watch: Watch, script: Script, time: Time) -> None:
    watch.on_event(GONE)
    watch.on_event(RUNG)
    watch.step()
    watch.step()
    assert script.events == []
    time.seconds += GONE_SECONDS
    watch.step()
    assert script.told == [("c", HungUp("hungup", 16, "system"))]


def test_a_fact_nobody_takes_is_logged(
    watch: Watch, script: Script, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    script.failures = 100
    watch.on_event(RUNG)
    watch.step()
    for seconds in RETRY_SECONDS:
        time.seconds += seconds
        watch.step()
    assert "lost for good" in caplog.text
    assert "OfficerRung" in caplog.text


def test_a_connection_brings_calls_and_members_in_line(
    watch: Watch, script: Script, connection: tuple[Connection, Manager]
) -> None:
    script.wanted = {"agency-dinsos": [Member("PJSIP/officer-1", "A", 1)]}
    watch.on_connected(connection[0])
    watch.step()
    assert connection[1].queues["agency-dinsos"] == {"PJSIP/officer-1": "1"}


def test_calls_that_ended_with_the_exchange_are_told_since_when_it_runs(
    watch: Watch, script: Script, connection: tuple[Connection, Manager]
) -> None:
    watch.on_connected(connection[0])
    watch.on_event(Message("FullyBooted", {"uptime": "90"}))
    watch.step()
    watch.step()
    assert script.up == [{"node1-17.0"}]
    assert script.booted_at == NOW - timedelta(seconds=90)


def test_calls_are_compared_although_the_exchange_does_not_tell_since_when_it_runs(
    watch: Watch, script: Script, time: Time, connection: tuple[Connection, Manager]
) -> None:
    watch.on_connected(connection[0])
    watch.step()
    assert script.up == []
    time.seconds += BOOT_SECONDS
    watch.step()
    assert (script.up, script.booted_at) == ([{"node1-17.0"}], None)


def test_calls_are_looked_for_again_and_one_that_was_up_has_until_the_next_time(
    watch: Watch, script: Script, time: Time, connection: tuple[Connection, Manager]
) -> None:
    watch.on_connected(connection[0])
    watch.step()
    time.seconds += BOOT_SECONDS
    watch.step()
    connection[1].channels = ""
    for _ in range(2):
        time.seconds += SWEEP_SECONDS
        watch.step()
    assert script.up == [{"node1-17.0"}, {"node1-17.0"}, set()]


def test_members_follow_the_roster(
    watch: Watch, script: Script, time: Time, connection: tuple[Connection, Manager]
) -> None:
    watch.on_connected(connection[0])
    watch.step()
    script.wanted = {"agency-dinsos": [Member("PJSIP/officer-2", "B", 0)]}
    time.seconds += RECONCILE_SECONDS
    watch.step()
    assert connection[1].queues["agency-dinsos"] == {"PJSIP/officer-2": "0"}


def test_members_follow_in_the_second_of_a_handoff(
    watch: Watch, script: Script, time: Time, connection: tuple[Connection, Manager]
) -> None:
    script.next_handoff = 2.3
    watch.on_connected(connection[0])
    watch.step()
    script.wanted, script.next_handoff = {"agency-dinsos": [Member("PJSIP/officer-2", "B", 0)]}, None
    time.seconds += 2.2
    watch.step()
    assert connection[1].queues["agency-dinsos"] == {}
    time.seconds += 0.2
    watch.step()
    assert connection[1].queues["agency-dinsos"] == {"PJSIP/officer-2": "0"}


def test_members_are_told_when_they_change_and_now_and_then(
    watch: Watch, script: Script, time: Time, connection: tuple[Connection, Manager]
) -> None:
    connection[1].queues["agency-dinsos"] = {"PJSIP/officer-2": "0"}
    connection[1].statuses["PJSIP/officer-2"] = "5"
    script.wanted = {"agency-dinsos": [Member("PJSIP/officer-2", "B", 0)]}
    watch.on_connected(connection[0])

    def passes(seconds: float) -> None:
        time.seconds += seconds
        watch.step()

    watch.step()
    passes(RECONCILE_SECONDS)
    assert script.seen == [{"PJSIP/officer-2": "away"}]
    connection[1].statuses["PJSIP/officer-2"] = "1"
    passes(RECONCILE_SECONDS)
    assert script.seen[1:] == [{"PJSIP/officer-2": "ready"}]
    passes(SEEN_SECONDS)
    assert script.seen[2:] == [{"PJSIP/officer-2": "ready"}]


def test_a_test_call_that_is_due_is_placed_once(
    watch: Watch, script: Script, time: Time, connection: tuple[Connection, Manager]
) -> None:
    script.tests = [LineTest("+622345550101", "test-node1-1.1")]
    watch.on_connected(connection[0])
    watch.step()
    time.seconds += RECONCILE_SECONDS
    watch.step()
    placed = [action for action in connection[1].actions if action["action"] == "Originate"]
    assert [(one["channel"], one["channelid"], one["application"], one["async"]) for one in placed] == [
        ("Local/+622345550101@synthetic/n", "test-node1-1.1", "Wait", "true")
    ]


@pytest.mark.parametrize("number", ["", "70101@conversation", "7,1", "12|3", "70101/n"])
def test_what_is_no_number_is_not_called(
    watch: Watch,
    script: Script,
    connection: tuple[Connection, Manager],
    caplog: pytest.LogCaptureFixture,
    number: str,
) -> None:
    script.tests = [LineTest(number, "test-node1-1.1")]
    watch.on_connected(connection[0])
    watch.step()
    assert "was not placed" in caplog.text
    assert not [action for action in connection[1].actions if action["action"] == "Originate"]

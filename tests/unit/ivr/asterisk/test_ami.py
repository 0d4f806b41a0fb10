"""The manager connection against a stand-in that refuses, falls silent and drops."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from ivr.asterisk import ami
from ivr.asterisk.ami import AmiError, Connection, Message, Supervisor, checked
from tests.unit.ivr.asterisk.manager import Manager


@pytest.fixture
def manager() -> Iterator[Manager]:
    """A manager that listens."""
    manager = Manager()
    yield manager
    manager.close()


@pytest.fixture
def events() -> SimpleQueue[Message]:
    """Where events arrive."""
    return SimpleQueue()


@pytest.fixture
def connection(manager: Manager, events: SimpleQueue[Message]) -> Iterator[Connection]:
    """A connection that is logged in."""
    with Connection("127.0.0.1", manager.port, "callcenter", "sesame", events.put) as connection:
        yield connection


def test_lists_are_collected(connection: Connection) -> None:
    assert [channel.get("linkedid") for channel in connection.collect("CoreShowChannels")] == ["node1-17.0"]


def test_header_names_are_case_insensitive(
    connection: Connection, manager: Manager, events: SimpleQueue[Message]
) -> None:
    manager.emit("Event: Hangup|LinkedID: a|CHANNEL: b")
    assert events.get(timeout=5) == Message("Hangup", {"linkedid": "a", "channel": "b"})


@pytest.mark.parametrize("separator", ["\u2028", "\x85", "\x0b", "\x0c", "\x1c", "\r", "\n"])
def test_a_callers_name_cannot_add_a_header(
    connection: Connection, manager: Manager, events: SimpleQueue[Message], separator: str
) -> None:
    manager.emit(f"Event: Hangup|Linkedid: good|CallerIDName: Budi{separator}Linkedid: evil")
    assert events.get(timeout=5).get("linkedid") == "good"


def test_what_cannot_be_understood_does_not_end_the_reader(
    connection: Connection, manager: Manager, events: SimpleQueue[Message]
) -> None:
    for text in ("Event", "Response: Success|ActionID: 999", "Event: |x", "rubbish", "Event: Ok|a: b"):
        manager.emit(text)
    while events.get(timeout=5).name != "Ok":
        pass
    assert connection.alive


@pytest.mark.parametrize("value", ["a\r\nAction: Command", "a\nb", "\x00", "a\u2028b"])
def test_a_value_is_one_line(connection: Connection, value: str) -> None:
    with pytest.raises(ValueError, match="control"):
        connection.act("QueueAdd", interface=value)
    with pytest.raises(ValueError, match="control"):
        checked(value)


def test_a_refused_login_says_so(manager: Manager) -> None:
    with pytest.raises(AmiError, match="Authentication failed"):
        Connection("127.0.0.1", manager.port, "callcenter", "wrong", lambda _: None)


def test_nobody_there_says_so(manager: Manager) -> None:
    manager.close()
    with pytest.raises(AmiError, match="no manager at"):
        Connection("127.0.0.1", manager.port, "callcenter", "sesame", lambda _: None)


def test_an_answer_that_never_comes_is_an_error(
    connection: Connection, manager: Manager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ami, "ANSWER_SECONDS", 0.2)
    manager.silent = True
    with pytest.raises(AmiError, match="no answer"):
        connection.act("Ping")


def test_a_lost_connection_is_made_again(manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ami, "PING_SECONDS", 0.05)
    monkeypatch.setattr(ami, "BACK_OFF", (0.05,))
    connections: SimpleQueue[Connection] = SimpleQueue()
    stop = threading.Event()

    def connect() -> Connection:
        return Connection("127.0.0.1", manager.port, "callcenter", "sesame", lambda _: None)

    thread = threading.Thread(target=Supervisor(connect, connections.put, stop).run)
    thread.start()
    first = connections.get(timeout=5)
    manager.drop()
    second = connections.get(timeout=5)
    assert first is not second
    assert not first.alive
    second.act("Ping")
    stop.set()
    thread.join(5)
    assert not thread.is_alive()

"""The AGI line against friendly, dead and hostile channels."""

from __future__ import annotations

import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.agi import GoneError, Line, LostError, ProtocolError, Server, quoted
from tests.unit.ivr.asterisk.exchange import ENVIRONMENT, Channel


def test_reads_the_environment(channel: Channel) -> None:
    line = Line(channel.ours)
    assert line.environment["callerid"] == "+628123456789"
    assert line.arguments == ("node1-1700000000.7",)
    assert line.language == "id"


def test_a_name_cannot_replace_what_asterisk_said() -> None:
    channel = Channel(
        [
            "agi_channel: PJSIP/trunk-1",
            "agi_calleridname: x",
            "agi_channel: evil",
            "agi_arg_1: evil",
            "agi_arg_1: good",
        ]
    )
    line = Line(channel.ours)
    assert line.environment["channel"] == "PJSIP/trunk-1"
    assert line.arguments == ("good",)
    channel.close()


@pytest.mark.parametrize(
    "sent", [b"rubbish\n", b"agi_x: " + b"y" * 70_000 + b"\n", b"agi_x: y\n" * 300, b"GET / HTTP/1.1\n\n"]
)
def test_refuses_what_is_not_agi(sent: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        threading.Thread(target=theirs.sendall, args=(sent,), daemon=True).start()
        with pytest.raises(ProtocolError):
            Line(ours)


def test_takes_names_in_no_encoding() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"agi_calleridname: \xff\xfe\x80 Budi\nagi_arg_1: a\n\n")
        assert Line(ours).environment["calleridname"].endswith("Budi")


def test_reads_values_and_positions(channel: Channel) -> None:
    channel.when("GET FULL", "200 result=1 (a (b) c)")
    channel.when("RECORD", "200 result=35 (dtmf) endpos=8000")
    line = Line(channel.ours)
    assert line.evaluate("${X}") == "a (b) c"
    reply = line.command("RECORD", "FILE", "x")
    assert (reply.result, reply.data, reply.endpos) == ("35", "dtmf", 8000)


def test_a_hangup_before_the_answer_is_noticed(channel: Channel) -> None:
    channel.when("GET", "HANGUP\n200 result=1 (16)")
    line = Line(channel.ours)
    assert line.evaluate("${HANGUPCAUSE}") == "16"
    assert line.gone


@pytest.mark.parametrize("answer", ["511 Command Not Permitted on a dead channel", "200 result=-1"])
def test_a_dead_channel_is_gone(channel: Channel, answer: str) -> None:
    channel.when("EXEC", answer)
    line = Line(channel.ours)
    with pytest.raises(GoneError):
        line.execute("Playback", "x")
    assert line.gone


@pytest.mark.parametrize(
    "answer", ["510 Invalid", "520-Invalid syntax\nusage\n520 End of proper usage.", "200 result=-2", "hello"]
)
def test_a_refused_command_ends_the_conversation(channel: Channel, answer: str) -> None:
    channel.when("EXEC", answer)
    with pytest.raises(ProtocolError):
        Line(channel.ours).execute("Nothing")


def test_a_closed_connection_is_lost(channel: Channel) -> None:
    channel.when("EXEC", lambda _: None)
    with pytest.raises(LostError):
        Line(channel.ours).execute("Playback", "x")


@given(st.text(max_size=60))
def test_a_word_is_one_line_or_refused(word: str) -> None:
    try:
        text = quoted(word)
    except ValueError:
        return
    assert "\n" not in text
    assert "\r" not in text
    if text.startswith('"'):
        assert text[1:-1].replace("\\\\", "").replace('\\"', "").count('"') == 0


def test_a_command_too_long_for_asterisk_is_refused(channel: Channel) -> None:
    with pytest.raises(ValueError, match="too long"):
        Line(channel.ours).execute("Playback", "x" * 3000)


def test_the_server_serves_many_calls_at_once() -> None:
    meeting = threading.Barrier(21)

    def serve(line: Line) -> None:
        meeting.wait(10)
        line.command("ANSWER")

    with Server("127.0.0.1", 0, serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        calls = [socket.create_connection(server.server_address[:2]) for _ in range(20)]
        for call in calls:
            call.sendall("\n".join([*ENVIRONMENT, "", ""]).encode())
        meeting.wait(10)
        assert {call.recv(100) for call in calls} == {b"ANSWER\n"}
        for call in calls:
            call.close()
        server.shutdown()

"""Whole calls between a stand-in Asterisk and a scripted switchboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ivr.asterisk.agi import Line, ProtocolError
from ivr.asterisk.audio import Audio
from ivr.asterisk.conversation import Conversations
from ivr.asterisk.patience import Patience
from ivr.asterisk.sounds import Sounds
from ivr.events import HungUp, Offered, TimedOut
from ivr.turns import Clip, Gather, Hangup, Say, Turn
from tests.unit.ivr.asterisk.exchange import ENVIRONMENT, Channel, Script

CALL = "node1-1700000000.7"
MENU = Turn(1, (Gather("id", (Clip("main_menu"),), 1, 5.0),))
GOODBYE = Turn(2, (Say("id", (Clip("goodbye"),)), Hangup()))

Serve = Callable[[Channel, Script], None]


@pytest.fixture
def serve(sounds: Sounds, audio: Audio) -> Serve:
    """Serve a channel's call by a script, without waiting for anything."""

    def serve(channel: Channel, script: Script) -> None:
        Conversations(script, sounds, audio, Patience(60), lambda _: None).serve(Line(channel.ours))

    return serve


def ending(channel: Channel, told: str) -> None:
    """Let the channel hang up as ``cause:done:source`` tells."""
    channel.when("EXEC Hangup", "200 result=-1")
    channel.when("HANGUPCAUSE", f"200 result=1 ({told})")


def test_a_call_to_its_end(channel: Channel, serve: Serve) -> None:
    channel.when("READSTATUS", "200 result=1 (TIMEOUT:)")
    ending(channel, "16:1:dialplan/builtin")
    script = Script(MENU, GOODBYE)
    serve(channel, script)
    assert script.told[0] == (
        CALL,
        Offered("offered", "0234123", "+628123456789", "Budi", "PJSIP/trunk-00000001"),
    )
    assert script.events[1:] == [TimedOut("turn:1"), HungUp("hungup", 16, "system")]
    assert "EXEC MSet CALL_DONE=1" in channel.commands


@pytest.mark.parametrize(
    ("told", "event"),
    [
        ("0::PJSIP/trunk-00000001", HungUp("hungup", 16, "caller")),
        ("31::PJSIP/trunk-00000001", HungUp("hungup", 31, "caller")),
        ("16::PJSIP/officer-3-00000002", HungUp("hungup", 16, "caller")),
        ("44::", HungUp("hungup", 44, "unknown")),
    ],
)
def test_a_hangup_in_a_prompt(channel: Channel, serve: Serve, told: str, event: HungUp) -> None:
    channel.when("EXEC Read", "HANGUP\n200 result=-1")
    ending(channel, told)
    script = Script(MENU, GOODBYE)
    serve(channel, script)
    assert script.events[1:] == [event]


def test_a_switchboard_that_fails_leaves_the_call_to_the_dialplan(channel: Channel, serve: Serve) -> None:
    script = Script(MENU)
    script.failures = 1
    with pytest.raises(RuntimeError):
        serve(channel, script)
    assert not any("CALL_DONE" in command or "Hangup" in command for command in channel.commands)


def test_a_hangup_is_told_again_until_it_is_taken(channel: Channel, serve: Serve) -> None:
    script = Script(MENU)

    def hang_up(_: str) -> str:
        script.failures = 2
        return "HANGUP\n200 result=-1"

    channel.when("EXEC Read", hang_up)
    ending(channel, "16::PJSIP/trunk-00000001")
    serve(channel, script)
    assert script.events[1:] == [HungUp("hungup", 16, "caller")]


@pytest.mark.parametrize("key", ["", "a b", "x;y", "../x", "y" * 200])
def test_a_call_without_a_proper_key_is_refused(serve: Serve, key: str) -> None:
    channel = Channel([*ENVIRONMENT[:-1], f"agi_arg_1: {key}"])
    script = Script(MENU)
    with pytest.raises(ProtocolError):
        serve(channel, script)
    assert script.told == []
    channel.close()


@pytest.mark.parametrize("presentation", ["32", "35", "39"])
def test_a_withheld_number_is_not_told(serve: Serve, presentation: str) -> None:
    channel = Channel([*ENVIRONMENT[:6], f"agi_callingpres: {presentation}", *ENVIRONMENT[7:]])
    ending(channel, "16:1:dialplan/builtin")
    script = Script()
    serve(channel, script)
    offered = script.events[0]
    assert isinstance(offered, Offered)
    assert offered.caller == ""
    channel.close()


TEST_CHANNEL = "Local/70101@synthetic-00000001;2"


def told_as_a_test(serve: Serve, *environment: str) -> bool:
    channel = Channel(environment)
    ending(channel, "16:1:dialplan/builtin")
    script = Script()
    serve(channel, script)
    channel.close()
    offered = script.events[0]
    assert isinstance(offered, Offered)
    return offered.test


def test_a_test_call_is_known_by_its_channel(serve: Serve) -> None:
    assert told_as_a_test(serve, f"agi_channel: {TEST_CHANNEL}", *ENVIRONMENT[2:])
    assert not told_as_a_test(serve, *ENVIRONMENT)


@pytest.mark.parametrize(
    "smuggled",
    [
        f"agi_channel: {TEST_CHANNEL}",
        "agi_arg_2: test",
        f"agi_calleridname: {TEST_CHANNEL}",
        f"agi_dnid: {TEST_CHANNEL}",
    ],
)
def test_no_caller_can_pass_for_a_test_call(serve: Serve, smuggled: str) -> None:
    assert not told_as_a_test(serve, *ENVIRONMENT[:5], smuggled, *ENVIRONMENT[5:])


def test_a_test_call_tells_what_it_did_not_hear(serve: Serve) -> None:
    channel = Channel((f"agi_channel: {TEST_CHANNEL}", *ENVIRONMENT[2:]))
    channel.when("READSTATUS", "200 result=1 (TIMEOUT:)")
    ending(channel, "16:1:dialplan/builtin")
    script = Script(MENU)
    serve(channel, script)
    assert script.events[1] == TimedOut("turn:1", "id/main_menu")
    assert "EXEC MSet CALL_DONE=1" in channel.commands
    channel.close()

"""Turns as the commands Asterisk gets, and what comes back as events."""

from __future__ import annotations

import re
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.asterisk.agi import Line
from ivr.asterisk.audio import Audio
from ivr.asterisk.sounds import Sounds
from ivr.asterisk.turns import Performer
from ivr.asterisk.versions import interleaves, parse
from ivr.events import DialEnded, Digits, Event, Recorded, TimedOut
from ivr.turns import Action, AgencyName, Clip, Connect, Gather, Hangup, Record, Say, Spell, Turn
from tests.unit.ivr.asterisk.exchange import Channel

NAME = "node1-1700000000.7__m__3"
RECORD = Record("id", NAME, 30, 5)
CONNECT = Connect("id", "agency-dinsos", 45, "node1-1700000000.7__c__3")
MENU = Gather("id", (Clip("main_menu"),), 1, 5.0)

Do = Callable[..., Event | None]


@pytest.fixture
def do(channel: Channel, sounds: Sounds, audio: Audio) -> Do:
    """Carry out turn 3 with these actions."""
    line = Line(channel.ours)
    ticks = iter(range(0, 1000, 10))

    def carry_out(*actions: Action, resumed: bool = False) -> Event | None:
        return Performer(line, sounds, audio, lambda: next(ticks)).carry_out(
            Turn(3, actions), resumed=resumed
        )

    return carry_out


def wav(path: Path, seconds: float) -> None:
    """Write a message of so many seconds."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\1\0" * int(8000 * seconds))


def recording(audio: Audio, seconds: float, answer: str) -> Callable[[str], str]:
    """Answer a RECORD command like an Asterisk that wrote a file."""

    def record(command: str) -> str:
        wav(Path(f"{command.split()[2]}.wav"), seconds)
        return answer

    return record


def test_says_then_gathers_in_four_commands(channel: Channel, do: Do) -> None:
    channel.when("READSTATUS", "200 result=1 (OK:12)")
    parts = (Clip("greeting"), AgencyName("dinsos", "Dinas Sosial"), Spell("07"))
    assert do(Say("id", parts), MENU) == Digits("turn:3", "12")
    assert channel.commands[0] == "EXEC Playback greeting&agency/dinsos&digits/0&digits/7"
    assert channel.commands[1] == "EXEC MSet SAID=3:1"
    assert channel.commands[2] == "EXEC Read KEYS3,main_menu,1,,1,5"
    assert len(channel.commands) == 4


def test_what_was_heard_to_its_end_is_not_said_again(channel: Channel, do: Do) -> None:
    channel.when("SAID", "200 result=1 (3:1)")
    channel.when("READSTATUS", "200 result=1 (OK:2)")
    first, second = Say("id", (Clip("no_choice"),)), Say("id", (Clip("connecting"),))
    assert do(first, second, MENU, resumed=True) == Digits("turn:3", "2")
    assert [one for one in channel.commands if "Playback" in one] == ["EXEC Playback connecting"]


def test_another_turns_words_are_no_reason_to_be_silent(channel: Channel, do: Do) -> None:
    channel.when("SAID", "200 result=1 (2:1)")
    do(Say("id", (Clip("no_choice"),)), MENU, resumed=True)
    assert "EXEC Playback no_choice" in channel.commands


def test_an_answer_the_channel_remembers_is_not_asked_again(channel: Channel, do: Do) -> None:
    channel.when(r"VARIABLE \S*KEYS3", "200 result=1 (2)")
    assert do(MENU, resumed=True) == Digits("turn:3", "2")
    assert not any("Read" in command for command in channel.commands)


def test_a_message_the_channel_remembers_is_not_recorded_again(channel: Channel, do: Do) -> None:
    channel.when("TURN", "200 result=1 (3)")
    channel.when("KEPT", f"200 result=1 ({NAME}.1:4.5:key)")
    assert do(RECORD, resumed=True) == Recorded("turn:3", f"{NAME}.1", 4.5, "key")
    assert not any("RECORD" in command for command in channel.commands)


def test_who_is_gone_before_the_beep_has_left_no_message(channel: Channel, do: Do) -> None:
    channel.when("RECORD FILE", "511 Command Not Permitted on a dead channel or intercept routine")
    assert do(RECORD) is None
    assert not any("KEPT" in command for command in channel.commands)


def test_another_turns_message_does_not_stand_for_this_one(channel: Channel, do: Do, audio: Audio) -> None:
    channel.when("TURN", "200 result=1 (3)")
    channel.when("KEPT", "200 result=1 (node1-1700000000.7__m__2:4.5:key)")
    channel.when("RECORD FILE", recording(audio, 2, "200 result=35 (dtmf) endpos=16000"))
    event = do(RECORD, resumed=True)
    assert isinstance(event, Recorded)
    assert event.seconds == 2.0


@pytest.mark.parametrize(
    ("told", "event"),
    [
        ("OK:", Digits("turn:3", "")),
        ("TIMEOUT:", TimedOut("turn:3")),
        ("TIMEOUT:12", Digits("turn:3", "12")),
        ("ERROR:", TimedOut("turn:3")),
        ("HANGUP:", None),
    ],
)
def test_gather_ends(channel: Channel, do: Do, told: str, event: Event | None) -> None:
    channel.when("READSTATUS", f"200 result=1 ({told})")
    assert do(MENU) == event


def test_an_agency_without_a_spoken_name_is_called_generic(channel: Channel, do: Do) -> None:
    channel.when("READSTATUS", "200 result=1 (TIMEOUT:)")
    do(Say("id", (AgencyName("../../etc", "x"),)), MENU)
    assert channel.commands[0] == "EXEC Playback agency/_generic"


def test_changes_the_language_once(channel: Channel, do: Do) -> None:
    channel.when("READSTATUS", "200 result=1 (TIMEOUT:)")
    do(Say("en", (Clip("goodbye"),)), Gather("en", (), 1, 3))
    assert [command for command in channel.commands if "language" in command] == [
        'SET VARIABLE "CHANNEL(language)" en'
    ]


@pytest.mark.parametrize(
    ("answer", "ended_by"),
    [
        ("200 result=35 (dtmf) endpos=16000", "key"),
        ("200 result=0 (timeout) endpos=16000", "silence"),
        ("200 result=-1 (hangup) endpos=16000", "hangup"),
        ("200 result=-1 (randomerror) endpos=16000", "error"),
        ("200 result=35 (dtmf) endpos=-20", "error"),  # what a full disk gives
        ("200 result=0 (timeout) endpos=160000", "error"),
    ],
)
def test_a_message_is_closed_however_it_ended(
    channel: Channel, do: Do, audio: Audio, answer: str, ended_by: str
) -> None:
    channel.when("RECORD", recording(audio, 2.0, answer))
    event = do(RECORD)
    assert event == Recorded("turn:3", NAME, 2.0, ended_by)  # type: ignore[arg-type]
    assert audio.kept(f"{NAME}.wav").exists()
    assert not audio.writing(f"{NAME}.wav").exists()


def test_a_message_at_its_limit(channel: Channel, do: Do, audio: Audio) -> None:
    channel.when("RECORD", recording(audio, 9.0, "200 result=0 (timeout) endpos=72000"))
    assert do(Record("id", NAME, 10, 5)) == Recorded("turn:3", NAME, 9.0, "limit")


def test_a_full_disk_does_not_end_the_call(channel: Channel, do: Do) -> None:
    channel.when("RECORD", "200 result=-1 (writefile)")
    assert do(RECORD) == Recorded("turn:3", NAME, 0.0, "error")


@pytest.mark.parametrize(
    ("full", "seconds", "answer", "ended_by"),
    [
        (True, 2.0, "200 result=35 (dtmf) endpos=16000", "error"),  # ten seconds went by
        (True, 9.0, "200 result=35 (dtmf) endpos=72000", "key"),
        (True, 4.0, "200 result=0 (timeout) endpos=32000", "silence"),  # five of the ten were silent
        (True, 0.0, "200 result=-1 (hangup) endpos=0", "error"),
        (False, 2.0, "200 result=35 (dtmf) endpos=16000", "key"),
    ],
)
def test_a_message_that_a_full_disk_cut_short_has_failed(
    channel: Channel,
    do: Do,
    audio: Audio,
    monkeypatch: pytest.MonkeyPatch,
    full: bool,
    seconds: float,
    answer: str,
    ended_by: str,
) -> None:
    monkeypatch.setattr(audio, "is_full", lambda: full)
    channel.when("RECORD", recording(audio, seconds, answer))
    assert do(RECORD) == Recorded("turn:3", NAME, seconds, ended_by)  # type: ignore[arg-type]


def test_a_resumed_message_is_not_recorded_twice(channel: Channel, do: Do, audio: Audio) -> None:
    channel.when("TURN", "200 result=1 (3)")
    wav(audio.writing(f"{NAME}.wav"), 4.0)
    assert do(RECORD, resumed=True) == Recorded("turn:3", NAME, 4.0, "silence")
    assert not any("RECORD" in command for command in channel.commands)


def test_a_message_that_was_not_begun_is_recorded_on_resumption(
    channel: Channel, do: Do, audio: Audio
) -> None:
    channel.when("TURN}", "200 result=1 (2)")
    channel.when("RECORD", recording(audio, 2.0, "200 result=35 (dtmf) endpos=16000"))
    assert do(Say("id", (Clip("message"),)), RECORD, resumed=True) == Recorded("turn:3", NAME, 2.0, "key")
    assert "EXEC Playback message" in channel.commands


def test_no_room_for_a_message_is_told_and_the_call_goes_on(
    channel: Channel, do: Do, audio: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_names: object, **_how: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(audio, "make_room", no_room)
    event = do(RECORD)
    assert isinstance(event, Recorded)
    assert event.ended_by == "error"


def test_nothing_is_overwritten(channel: Channel, do: Do, audio: Audio) -> None:
    wav(audio.writing(f"{NAME}.wav"), 1.0)
    channel.when("RECORD", recording(audio, 2.0, "200 result=35 (dtmf) endpos=16000"))
    assert do(RECORD) == Recorded("turn:3", NAME, 2.0, "key")
    assert audio.kept(f"{NAME}.1.wav").stat().st_size < audio.kept(f"{NAME}.wav").stat().st_size


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ("CONTINUE:PJSIP/officer-1", "answered"),
        (":PJSIP/officer-1", "answered"),
        ("TIMEOUT:", "no_answer"),
        ("JOINEMPTY:", "nobody"),
        ("LEAVEEMPTY:", "nobody"),
        (":", "failed"),
    ],
)
def test_connect_ends(channel: Channel, do: Do, told: str, outcome: str) -> None:
    channel.when("QUEUESTATUS}", f"200 result=1 ({told})")
    assert do(CONNECT) == DialEnded("turn:3", outcome)  # type: ignore[arg-type]
    assert "EXEC Queue agency-dinsos,Ccr,,,45" in channel.commands
    assert channel.commands[-1] == 'EXEC StopMixMonitor ""'


@pytest.mark.parametrize(("key", "outcome"), [("1", "call_back"), ("2", "message")])
def test_a_key_leads_out_of_the_queue_and_the_call_back_to_its_place(
    channel: Channel, do: Do, key: str, outcome: str
) -> None:
    channel.when("QUEUESTATUS}", "200 result=1 (:)")
    channel.when("CONTEXT}", f"200 result=1 (waiting:{key}:)")
    assert do(CONNECT) == DialEnded("turn:3", outcome)  # type: ignore[arg-type]
    kept = channel.commands.index(f"EXEC MSet WAITING_KEY={key}")
    assert channel.commands[kept + 1 : kept + 4] == [
        "SET CONTEXT conversation",
        "SET EXTENSION s",
        "SET PRIORITY back",
    ]


def test_who_was_not_answered_at_the_first_ring_hears_the_keys_and_keeps_the_place(
    channel: Channel, do: Do
) -> None:
    channel.when("RING_SECONDS", "200 result=1 (15)")
    channel.when("QUEUESTATUS}", "200 result=1 (TIMEOUT:)")
    offered = Connect("id", "agency-dinsos", 45, None, priority=5, offers=("call_back", "message"))
    assert do(offered) == DialEnded("turn:3", "no_answer")
    spoken = [one for one in channel.commands if re.match("EXEC (Queue|Read)|.*QUEUE_PRIO", one)]
    assert spoken == [
        "EXEC MSet QUEUESTATUS=,MEMBERINTERFACE=,QUEUE_PRIO=5,QUEUE_RAISE_PENALTY=0",
        "EXEC Queue agency-dinsos,Ccr,,,15",
        "EXEC Read WAITING_KEY,waiting_keys,1,,1,1",
        "EXEC MSet QUEUESTATUS=,MEMBERINTERFACE=,QUEUE_PRIO=6,QUEUE_RAISE_PENALTY=1",
        "EXEC Queue agency-dinsos,Ccr,,,30",
    ]


def test_a_key_pressed_while_the_keys_are_told_ends_the_wait(channel: Channel, do: Do) -> None:
    statuses = iter(["TIMEOUT:", ":"])
    channel.when("RING_SECONDS", "200 result=1 (15)")
    channel.when("QUEUESTATUS}", lambda _: f"200 result=1 ({next(statuses)})")
    channel.when("CONTEXT}", "200 result=1 (conversation:s:2)")
    channel.when("WAITING_KEY}", "200 result=1 (2)")
    offered = Connect("id", "agency-dinsos", 45, None, offers=("call_back", "message"))
    assert do(offered) == DialEnded("turn:3", "message")
    assert sum("EXEC Queue" in one for one in channel.commands) == 1


def test_a_key_that_the_channel_remembers_is_taken_by_the_next_process(channel: Channel, do: Do) -> None:
    channel.when(r"TURN\}", "200 result=1 (3)")
    channel.when("QUEUESTATUS}", "200 result=1 (:)")
    channel.when("CONTEXT}", "200 result=1 (conversation:s:2)")
    assert do(CONNECT, resumed=True) == DialEnded("turn:3", "message")
    assert not any("EXEC Queue" in command for command in channel.commands)


def test_a_conversation_is_recorded_in_two_channels(channel: Channel, do: Do, audio: Audio) -> None:
    channel.when("QUEUESTATUS}", "200 result=1 (TIMEOUT:)")
    do(CONNECT)
    monitor = next(command for command in channel.commands if "MixMonitor" in command)
    written = audio.writing("node1-1700000000.7__c__3.raw")
    assert f"{written},bD,[ -s {written} ] && mv {written} {audio.kept(written.name)}" in monitor


def test_the_place_in_the_queue_is_set_before_it_is_entered(channel: Channel, do: Do) -> None:
    channel.when("QUEUESTATUS}", "200 result=1 (TIMEOUT:)")
    do(Connect("id", "agency-dinsos", 45, None, priority=10))
    commands = [" ".join(command.split()) for command in channel.commands]
    entered = next(n for n, command in enumerate(commands) if command.startswith("EXEC Queue"))
    assert any("QUEUE_PRIO=10" in command for command in commands[:entered])


def test_who_goes_on_unrecorded_is_not_recorded(channel: Channel, do: Do) -> None:
    channel.when("QUEUESTATUS}", "200 result=1 (TIMEOUT:)")
    do(Connect("id", "agency-dinsos", 45, None))
    assert not any("MixMonitor" in command for command in channel.commands)


@pytest.mark.parametrize(
    ("told", "outcome"), [("CONTINUE:PJSIP/officer-1", "answered"), (":", "caller_gone")]
)
def test_the_caller_hangs_up_while_connected(channel: Channel, do: Do, told: str, outcome: str) -> None:
    channel.when("EXEC Queue", "200 result=-1")
    channel.when("QUEUESTATUS}", f"HANGUP\n200 result=1 ({told})")
    assert do(CONNECT) == DialEnded("turn:3", outcome, gone=True)  # type: ignore[arg-type]


def test_an_answered_call_is_not_queued_again(channel: Channel, do: Do) -> None:
    channel.when(r"TURN\}", "200 result=1 (3)")
    channel.when("QUEUESTATUS}", "200 result=1 (CONTINUE:PJSIP/officer-1)")
    assert do(CONNECT, resumed=True) == DialEnded("turn:3", "answered")
    assert not any("EXEC Queue" in command for command in channel.commands)


@pytest.mark.parametrize(
    "action",
    [Connect("id", "a,b", 5, None), Connect("id", "agency-x", 5, "x;rm -rf /"), Record("id", "../x", 5, 5)],
)
def test_a_name_that_is_not_ours_reaches_nothing(channel: Channel, do: Do, action: Action) -> None:
    with pytest.raises(ValueError, match="not a name"):
        do(action)
    assert not any("MixMonitor" in command or "RECORD" in command for command in channel.commands)


def test_hangs_up_for_good(channel: Channel, do: Do) -> None:
    channel.when("EXEC Hangup", "200 result=-1")
    assert do(Say("id", (Clip("goodbye"),)), Hangup(17)) is None
    assert channel.commands[-2:] == ["EXEC MSet CALL_DONE=1", "EXEC Hangup 17"]


@pytest.mark.parametrize(
    ("version", "can"),
    [
        ("22.10.1~dfsg", True),
        ("18.17.0", False),
        ("18.18.0", True),
        ("20.2.9", False),
        ("19.8.0", False),
        ("", False),
    ],
)
def test_knows_which_asterisk_records_both_sides(version: str, can: bool) -> None:
    assert interleaves(parse(version)) is can

"""Turns as TwiML documents."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from ivr.prompts.files import Files
from ivr.turns import Clip, Connect, Gather, Hangup, Record, Say, Spell, Turn
from ivr.twilio.names import Addresses, Attempt
from ivr.twilio.turns import IllegalTurnError, Writer

CALL = "CA" + "0" * 32
SITE = "https://hotline.example/twilio"


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    return Writer(Addresses("https://hotline.example"), Files(tmp_path))


def verbs(document: str) -> list[tuple[str, dict[str, str], str | None]]:
    return [(one.tag, dict(one.attrib), one.text) for one in ElementTree.fromstring(document)]


def test_a_question_is_asked_inside_its_gather(writer: Writer) -> None:
    said = Say("id", (Clip("ticket_number"), Spell("12")))
    turn = Turn(3, (said, Gather("en", (Clip("main_menu"),), 1, 4.5)))
    *played, (tag, attributes, _) = verbs(writer.turn(CALL, turn))
    assert [text for _, _, text in played] == [
        f"{SITE}/prompts/id/{name}.wav" for name in ("ticket_number", "digits/1", "digits/2")
    ]
    assert tag == "Gather"
    assert attributes == {
        "input": "dtmf",
        "numDigits": "1",
        "timeout": "5",
        "finishOnKey": "#",
        "actionOnEmptyResult": "true",
        "action": f"{SITE}/turn/3",
        "method": "POST",
    }


def test_an_empty_message_is_told_by_the_verb_behind_it(writer: Writer) -> None:
    turn = Turn(5, (Record("id", f"{CALL}__m__5", 180, 6),))
    (_, record, _), (redirect, _, url) = verbs(writer.turn(CALL, turn))
    assert (record["maxLength"], record["timeout"], record["trim"]) == ("180", "6", "do-not-trim")
    assert record["recordingStatusCallback"] == f"{SITE}/recording/{CALL}__m__5"
    assert (redirect, url) == ("Redirect", f"{SITE}/turn/5")


def test_a_citizen_waits_in_a_queue_of_their_own(writer: Writer) -> None:
    turn = Turn(4, (Connect("id", "agency-dinsos", 60, None),))
    ((tag, attributes, name),) = verbs(writer.turn(CALL, turn))
    assert (tag, name) == ("Enqueue", CALL)
    assert (attributes["action"], attributes["waitUrl"]) == (f"{SITE}/turn/4", f"{SITE}/wait/4")


def test_a_key_is_heard_all_the_while_somebody_waits(writer: Writer) -> None:
    ((tag, attributes, _),) = verbs(writer.still_waiting("id", [Clip("still_waiting")], 5, 4))
    assert tag == "Gather"
    assert attributes == {
        "input": "dtmf",
        "numDigits": "1",
        "timeout": "5",
        "finishOnKey": "",
        "action": f"{SITE}/wait/4/key",
        "method": "POST",
    }
    deaf = verbs(writer.still_waiting("id", [Clip("still_waiting")], 5))
    assert [tag for tag, _, _ in deaf] == ["Play", "Pause"]


def test_who_goes_on_unrecorded_is_not_recorded(writer: Writer) -> None:
    attempt = Attempt(CALL, 4, 7, 0)
    ((_, unrecorded, _),) = verbs(writer.connect_officer(attempt, None))
    ((_, recorded, _),) = verbs(writer.connect_officer(attempt, f"{CALL}__c__4"))
    assert "record" not in unrecorded
    assert recorded["record"] == "record-from-answer-dual"
    queue = ElementTree.fromstring(writer.connect_officer(attempt, None))[0][0]
    assert (queue.text, queue.get("url")) == (CALL, f"{SITE}/officer/{attempt}/connected")


def test_the_call_ends(writer: Writer) -> None:
    turn = Turn(9, (Say("id", (Clip("goodbye"),)), Hangup()))
    assert [tag for tag, _, _ in verbs(writer.turn(CALL, turn))] == ["Play", "Hangup"]


def test_what_twilio_would_not_take_is_an_error_here(writer: Writer) -> None:
    endless = Say("id", tuple(Clip("goodbye") for _ in range(2000)))
    with pytest.raises(IllegalTurnError, match="bytes"):
        writer.turn(CALL, Turn(1, (endless, Hangup())))


@pytest.mark.parametrize(
    "text", ["", CALL, f"{CALL}-1-2", f"{CALL}-1-2-3-4", f"../{CALL}-1-2-3", f"{CALL}-1-x-3"]
)
def test_what_is_no_attempt_s_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="attempt"):
        Attempt.parse(text)


def test_an_attempt_s_key_is_read_as_written() -> None:
    assert Attempt.parse(str(Attempt(CALL, 4, 17, 2))) == Attempt(CALL, 4, 17, 2)

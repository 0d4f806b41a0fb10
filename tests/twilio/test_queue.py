"""Waiting in a queue, and being taken out of it."""

from __future__ import annotations

import pytest

from tests.phone.phone import Clock
from tests.twilio.booth import CITIZEN, NUMBER, OFFICER, URL, Answer, Play, asked
from tests.twilio.call import Call
from tests.twilio.exchange import Exchange
from tests.twilio.refusals import Refused

ENQUEUE = '<Enqueue action="/out" waitUrl="/wait">q</Enqueue>'
DIAL = '<Dial action="/dialled"><Queue>q</Queue></Dial>'


def exchange_with(
    play: Play, wait: Answer = "<Pause length='10'/>", dial: str = DIAL, **pages: Answer
) -> Exchange:
    out = pages.pop("out", "<Say>after</Say>")
    exchange = play(voice=ENQUEUE, wait=wait, out=out, dial=dial, dialled="<Say>done</Say>", **pages)
    exchange.add_number(OFFICER, voice=f"{URL}/dial")
    return exchange


def test_the_wait_is_asked_for_again_and_again(play: Play) -> None:
    exchange = exchange_with(play, "<Play>/a.wav</Play><Pause length='7'/>")
    call = exchange.call(CITIZEN, NUMBER)
    assert call.waits_in
    assert call.waits_in.tag == "Enqueue"
    exchange.advance(25)
    waits = asked(exchange, "wait")
    assert [one["QueueTime"] for one in waits] == ["0", "10", "20"]
    assert call.take_heard() == [f"{URL}/a.wav"] * 3
    first = waits[0]
    assert (first["QueuePosition"], first["CurrentQueueSize"], first["MaxQueueSize"]) == ("1", "1", "1000")
    assert {"QueueSid", "AvgQueueTime", "CallSid"} <= set(first)


def test_leaving_asks_the_action_at_once(play: Play) -> None:
    waits = iter(["<Pause length='10'/>", "<Leave/>"])
    exchange = exchange_with(play, lambda: next(waits))
    call = exchange.call(CITIZEN, NUMBER)
    exchange.advance(10)
    (out,) = asked(exchange, "out")
    assert (out["QueueResult"], out["QueueTime"], out["CallStatus"]) == ("leave", "10", "in-progress")
    assert (call.heard, call.over) == (["say:en-US:after"], True)
    assert exchange.queues["q"].members == []


def test_hanging_up_while_waiting_asks_the_action_too(play: Play) -> None:
    exchange = exchange_with(play, status="")
    call = exchange.call(CITIZEN, NUMBER)
    exchange.advance(4)
    call.hang_up()
    (out,) = asked(exchange, "out")
    assert (out["QueueResult"], out["QueueTime"], out["CallStatus"]) == ("hangup", "4", "completed")
    assert call.heard == []
    exchange.advance(100)
    assert len(asked(exchange, "wait")) == 1


def test_a_wait_may_redirect_and_hang_up(play: Play) -> None:
    exchange = exchange_with(play, "<Redirect>/more</Redirect>", more="<Say>bye</Say><Hangup/>")
    call = exchange.call(CITIZEN, NUMBER)
    exchange.advance(3)
    assert (call.over, call.heard) == (True, ["say:en-US:bye"])
    assert asked(exchange, "out")[0]["QueueResult"] == "hangup"


GATHER = "<Gather numDigits='1' timeout='7' action='/key'><Play>/a.wav</Play></Gather>"


def test_without_a_key_the_wait_is_asked_for_again(play: Play) -> None:
    exchange = exchange_with(play, GATHER, key="<Leave/>")
    exchange.call(CITIZEN, NUMBER)
    exchange.advance(25)
    assert [one["QueueTime"] for one in asked(exchange, "wait")] == ["0", "10", "20"]
    assert asked(exchange, "key") == []


@pytest.mark.parametrize("seconds", [1, 5])
def test_a_key_pressed_while_waiting_asks_the_action_also_during_the_prompt(play: Play, seconds: int) -> None:
    exchange = exchange_with(play, GATHER, key="<Leave/>")
    call = exchange.call(CITIZEN, NUMBER)
    exchange.advance(seconds)
    call.press("2")
    (key,), (out,) = asked(exchange, "key"), asked(exchange, "out")
    assert (key["Digits"], key["QueuePosition"], out["QueueResult"]) == ("2", "1", "leave")
    assert len(asked(exchange, "wait")) == 1


@pytest.mark.parametrize("verb", ["<Record/>", "<Dial><Queue>q</Queue></Dial>", ENQUEUE])
def test_only_some_verbs_wait(play: Play, verb: str) -> None:
    with pytest.raises(Refused, match="waitUrl"):
        exchange_with(play, verb).call(CITIZEN, NUMBER)


@pytest.mark.parametrize("verbs", ["", "<Redirect>/wait</Redirect>"])
def test_a_wait_without_time_is_refused(play: Play, verbs: str) -> None:
    with pytest.raises(Refused):
        exchange_with(play, verbs).call(CITIZEN, NUMBER)


def test_a_full_queue_takes_nobody(play: Play) -> None:
    exchange = exchange_with(play)
    exchange.queue("q").max_size = 1
    exchange.call(CITIZEN, NUMBER)
    second = exchange.call(CITIZEN, NUMBER)
    assert second.over
    (out,) = asked(exchange, "out")
    assert out["QueueResult"] == "queue-full"
    assert "QueueTime" not in out


def test_the_longest_waiting_is_connected(play: Play) -> None:
    exchange = exchange_with(play)
    first, second = exchange.call(CITIZEN, NUMBER), exchange.call(CITIZEN, NUMBER)
    exchange.advance(4)
    officer = exchange.call(CITIZEN, OFFICER)
    assert (officer.bridged_to, first.bridged_to, second.bridged_to) == (first, officer, None)
    assert officer.waits_in
    assert (officer.waits_in.tag, asked(exchange, "out")) == ("Dial", [])
    exchange.advance(60)
    assert len([one for one in asked(exchange, "wait") if one["CallSid"] == first.sid]) == 1


def test_the_officer_hangs_up_and_the_citizen_goes_on(play: Play) -> None:
    exchange = exchange_with(play)
    call = exchange.call(CITIZEN, NUMBER)
    exchange.advance(4)
    officer = exchange.call(CITIZEN, OFFICER)
    exchange.advance(30)
    officer.hang_up()
    (dialled,), (out,) = asked(exchange, "dialled"), asked(exchange, "out")
    assert (dialled["DialCallStatus"], dialled["DialBridged"], dialled["DialCallDuration"]) == (
        "completed",
        "true",
        "30",
    )
    assert (dialled["DialCallSid"], dialled["CallStatus"]) == (call.sid, "completed")
    assert (out["QueueResult"], out["QueueTime"], out["CallStatus"]) == ("bridged", "4", "in-progress")
    assert (officer.heard, call.heard, call.bridged_to) == ([], ["say:en-US:after"], None)


def test_the_citizen_hangs_up_and_the_officer_goes_on(play: Play) -> None:
    exchange = exchange_with(play)
    call = exchange.call(CITIZEN, NUMBER)
    officer = exchange.call(CITIZEN, OFFICER)
    exchange.advance(30)
    call.hang_up()
    (dialled,), (out,) = asked(exchange, "dialled"), asked(exchange, "out")
    assert (out["QueueResult"], out["CallStatus"]) == ("bridged", "completed")
    assert (dialled["DialCallStatus"], dialled["CallStatus"]) == ("completed", "in-progress")
    assert (call.heard, officer.heard) == ([], ["say:en-US:done"])


def test_a_conversation_has_its_time_limit(play: Play) -> None:
    exchange = exchange_with(play, dial='<Dial timeLimit="60"><Queue>q</Queue></Dial><Say>limit</Say>')
    call = exchange.call(CITIZEN, NUMBER)
    officer = exchange.call(CITIZEN, OFFICER)
    exchange.advance(60)
    assert (call.heard, officer.heard) == (["say:en-US:after"], ["say:en-US:limit"])


def test_a_queue_that_does_not_exist_fails(play: Play) -> None:
    exchange = exchange_with(play)
    officer = exchange.call(CITIZEN, OFFICER)
    (dialled,) = asked(exchange, "dialled")
    assert (dialled["DialCallStatus"], dialled["DialBridged"]) == ("failed", "false")
    assert officer.over


def test_an_empty_queue_is_waited_for(play: Play, clock: Clock) -> None:
    exchange = exchange_with(play)
    exchange.queue("q")
    officer = exchange.call(CITIZEN, OFFICER)
    exchange.advance(29)
    citizen = exchange.call(CITIZEN, NUMBER)
    assert (officer.bridged_to, asked(exchange, "wait")) == (citizen, [])
    late = exchange.call(CITIZEN, OFFICER)
    late.stay_silent()
    assert asked(exchange, "dialled")[0]["DialCallStatus"] == "no-answer"


def test_music_is_played_when_nothing_is_told(play: Play) -> None:
    exchange = play(voice='<Enqueue action="/out">q</Enqueue>', out="")
    call: Call = exchange.call(CITIZEN, NUMBER)
    exchange.advance(1000)
    assert call.waits_in
    assert len(exchange.site.asked) == 1


def test_a_wait_that_fails_goes_to_the_fallback(play: Play) -> None:
    exchange = exchange_with(play, "<Speak/>", fallback="<Say>sorry</Say>")
    exchange.tolerates = True
    call = exchange.call(CITIZEN, NUMBER)
    assert (call.heard, call.over, exchange.queues["q"].members) == (["say:en-US:sorry"], True, [])


def test_what_follows_a_verb_with_an_action_is_never_reached(play: Play) -> None:
    exchange = play(
        voice='<Enqueue waitUrl="" action="/out">q</Enqueue><Say>never</Say>',
        out="",
        dial='<Dial action="/out"><Queue>q</Queue></Dial><Say>never</Say>',
    )
    exchange.add_number(OFFICER, voice=f"{URL}/dial")
    call, officer = exchange.call(CITIZEN, NUMBER), exchange.call(CITIZEN, OFFICER)
    call.hang_up()
    assert (call.heard, officer.heard, officer.over) == ([], [], True)


def test_without_an_action_the_document_goes_on(play: Play) -> None:
    exchange = play(
        voice='<Enqueue waitUrl="">q</Enqueue><Say>citizen</Say>',
        dial="<Dial><Queue>q</Queue></Dial><Say>officer</Say>",
    )
    exchange.add_number(OFFICER, voice=f"{URL}/dial")
    call, officer = exchange.call(CITIZEN, NUMBER), exchange.call(CITIZEN, OFFICER)
    officer.hang_up()
    assert (call.heard, officer.heard) == (["say:en-US:citizen"], [])

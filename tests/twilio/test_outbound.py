"""Calls we place: in their turn, rung, answered or not, ended and led elsewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.phone.phone import Clock
from tests.twilio.booth import ACCOUNT, CITIZEN, NUMBER, OFFICER, TOKEN, URL, Play, asked
from tests.twilio.call import Call
from tests.twilio.exchange import Exchange
from tests.twilio.refusals import Refused

EVENTS = ["initiated", "ringing", "answered", "completed"]


def client(exchange: Exchange) -> Any:
    return Client(ACCOUNT, TOKEN, http_client=exchange.http)


def place(exchange: Exchange, to: str = OFFICER, **more: Any) -> Call:
    """Place a call as our code would."""
    told = {"url": f"{URL}/officer", "status_callback": f"{URL}/progress", "timeout": 20, **more}
    sid = client(exchange).calls.create(to=to, from_=NUMBER, **told).sid
    return exchange.calls[sid]


def test_a_call_rings_and_is_answered(play: Play) -> None:
    exchange = play(officer='<Gather numDigits="1" action="/accept"/>', accept="", progress="")
    call = place(exchange, status_callback_event=EVENTS)
    assert (call.status, exchange.site.asked) == ("queued", [])
    assert exchange.ringing(OFFICER) is call
    assert exchange.ringing(CITIZEN) is None
    exchange.advance(5)
    call.answer()
    assert exchange.ringing(OFFICER) is None
    exchange.advance(2)
    call.press("1")
    told = [(one["CallStatus"], one["SequenceNumber"]) for one in asked(exchange, "progress")]
    assert told == [("initiated", "0"), ("ringing", "1"), ("in-progress", "2"), ("completed", "3")]
    last = asked(exchange, "progress")[-1]
    assert (last["CallDuration"], last["Duration"], last["SipResponseCode"]) == ("2", "1", "200")
    (officer,) = asked(exchange, "officer")
    assert (officer["Direction"], officer["From"], officer["To"]) == ("outbound-api", NUMBER, OFFICER)
    assert officer["CallStatus"] == "in-progress"


def test_only_the_end_is_told_unless_more_is_asked_for(play: Play) -> None:
    exchange = play(progress="")
    call = place(exchange)
    exchange.settle()
    call.reject()
    (told,) = asked(exchange, "progress")
    assert (told["CallStatus"], told["SipResponseCode"], told["CallDuration"]) == ("busy", "486", "0")


def test_nobody_answers(play: Play, clock: Clock) -> None:
    exchange = play(progress="")
    call = place(exchange)
    exchange.settle()
    start = clock()
    call.let_ring()
    assert (clock() - start, call.status) == (timedelta(seconds=20), "no-answer")
    assert asked(exchange, "progress")[0]["CallStatus"] == "no-answer"


def test_a_number_that_is_none_fails(play: Play) -> None:
    exchange = play(progress="")
    call = place(exchange)
    exchange.settle()
    call.fail(404)
    assert asked(exchange, "progress")[0]["SipResponseCode"] == "404"
    assert call.status == "failed"


def test_one_call_a_second_is_dialled(play: Play) -> None:
    exchange = play(progress="")
    calls = [place(exchange, f"{OFFICER}{n}") for n in range(3)]
    exchange.settle()
    assert [call.status for call in calls] == ["ringing", "queued", "queued"]
    exchange.advance(1)
    assert [call.status for call in calls] == ["ringing", "ringing", "queued"]


def test_a_machine_is_told_when_it_is_looked_for(play: Play) -> None:
    exchange = play(officer="<Hangup/>", progress="")
    call = place(exchange, machine_detection="Enable")
    exchange.settle()
    call.answer("machine")
    assert asked(exchange, "officer")[0]["AnsweredBy"] == "machine_start"


@pytest.mark.parametrize("status", ["completed", "canceled"])
def test_a_ringing_call_is_ended(play: Play, status: str) -> None:
    exchange = play(progress="")
    call = place(exchange)
    exchange.settle()
    client(exchange).calls(call.sid).update(status=status)
    assert call.status == "ringing"
    exchange.settle()
    assert call.status == "canceled"
    assert asked(exchange, "progress")[0]["CallStatus"] == "canceled"


def test_a_queued_call_is_never_dialled_when_canceled(play: Play) -> None:
    exchange = play(progress="")
    place(exchange)
    second = place(exchange, CITIZEN)
    client(exchange).calls(second.sid).update(status="canceled")
    exchange.advance(5)
    assert (second.status, exchange.ringing(CITIZEN)) == ("canceled", None)


def test_a_call_that_goes_on_is_ended_but_not_canceled(play: Play) -> None:
    exchange = play(voice="<Pause length='100'/>", status="")
    call = exchange.call(CITIZEN, NUMBER)
    client(exchange).calls(call.sid).update(status="canceled")
    exchange.settle()
    assert call.status == "in-progress"
    client(exchange).calls(call.sid).update(status="completed")
    exchange.settle()
    assert (call.over, call.status) == (True, "completed")


def test_an_ended_call_is_not_ended_again(play: Play) -> None:
    exchange = play(voice="<Hangup/>")
    call = exchange.call(CITIZEN, NUMBER)
    for change in ({"status": "completed"}, {"url": f"{URL}/x"}):
        with pytest.raises(TwilioRestException) as answer:
            client(exchange).calls(call.sid).update(**change)
        assert (answer.value.status, answer.value.code) == (400, 21220)
    assert exchange.errors == []


def test_a_waiting_call_is_led_elsewhere(play: Play) -> None:
    exchange = play(
        voice='<Enqueue waitUrl="/wait" action="/out">q</Enqueue>',
        wait="<Pause length='9'/>",
        out="<Say>never</Say>",
        there="<Say>there</Say>",
    )
    call = exchange.call(CITIZEN, NUMBER)
    client(exchange).calls(call.sid).update(url=f"{URL}/there")
    exchange.settle()
    assert asked(exchange, "out")[0]["QueueResult"] == "redirected"
    assert (call.heard, call.over) == (["say:en-US:there"], True)


def test_a_talking_call_is_led_elsewhere(play: Play) -> None:
    exchange = play(
        voice='<Enqueue waitUrl="" action="/out">q</Enqueue>',
        out="<Say>never</Say>",
        dial="<Dial action='/done'><Queue>q</Queue></Dial>",
        done="<Say>done</Say>",
    )
    exchange.add_number(OFFICER, voice=f"{URL}/dial")
    call, officer = exchange.call(CITIZEN, NUMBER), exchange.call(CITIZEN, OFFICER)
    client(exchange).calls(call.sid).update(twiml="<Response><Say>there</Say></Response>")
    exchange.settle()
    assert asked(exchange, "out")[0]["QueueResult"] == "redirected-from-bridged"
    assert (call.heard, officer.heard) == (["say:en-US:there"], ["say:en-US:done"])


BAD: dict[str, tuple[dict[str, Any], int]] = {
    "a local number": ({"to": "081200000002"}, 21211),
    "a number with blanks": ({"to": "+62 812"}, 21211),
    "a number of others": ({"from_": "+622345550999"}, 21210),
    "no number": ({"from_": "hotline"}, 21212),
    "a relative URL": ({"url": "/officer"}, 21205),
    "two instructions": ({"twiml": "<Response/>"}, 21205),
    "a relative callback": ({"status_callback": "/progress"}, 21205),
    "an eternal ringing": ({"timeout": 601}, 21208),
    "an unknown event": ({"status_callback_event": ["done"]}, 20001),
    "an unknown method": ({"method": "PUT"}, 21209),
}


@pytest.mark.parametrize("name", list(BAD))
def test_a_wrong_call_is_refused(play: Play, name: str) -> None:
    change, code = BAD[name]
    told = {"to": OFFICER, "from_": NUMBER, "url": f"{URL}/officer", **change}
    exchange = play()
    with pytest.raises(Refused) as refused:
        client(exchange).calls.create(**told)
    assert refused.value.code == code
    exchange.tolerates = True
    with pytest.raises(TwilioRestException) as answer:
        client(exchange).calls.create(**told)
    assert (answer.value.status, answer.value.code) == (400, code)
    assert exchange.calls == {}


def test_a_request_from_a_webhook_takes_effect_behind_it(play: Play) -> None:
    placed: list[Call] = []

    def wait() -> str:
        if not placed:
            placed.append(place(exchange))
            assert placed[0].status == "queued"
        return "<Pause length='5'/>"

    exchange = play(voice='<Enqueue waitUrl="/wait">q</Enqueue>', wait=wait, progress="")
    exchange.call(CITIZEN, NUMBER)
    assert placed == [exchange.ringing(OFFICER)]

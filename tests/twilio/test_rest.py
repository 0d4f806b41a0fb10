"""The rest of the REST API, and what goes wrong with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.phone.phone import Clock
from tests.twilio.booth import ACCOUNT, CITIZEN, NUMBER, OFFICER, TOKEN, URL, Play
from tests.twilio.exchange import Exchange
from tests.twilio.refusals import Refused


def client(exchange: Exchange, token: str = TOKEN) -> Any:
    return Client(ACCOUNT, token, http_client=exchange.http)


def answer(call: Any) -> tuple[int, int]:
    """The status and code a request is refused with."""
    with pytest.raises(TwilioRestException) as refused:
        call()
    return refused.value.status, refused.value.code


def test_wrong_credentials_open_nothing(play: Play) -> None:
    exchange = play()
    with pytest.raises(Refused, match="20003"):
        client(exchange, "wrong").calls.list()
    exchange.tolerates = True
    assert answer(client(exchange, "wrong").calls("CA1").fetch) == (401, 20003)


def test_what_does_not_exist_is_not_found(play: Play) -> None:
    exchange = play()
    rest = client(exchange)
    for unknown in (rest.calls("CA1"), rest.recordings("RE1"), rest.queues("QU1")):
        assert answer(unknown.fetch) == (404, 20404)
    assert exchange.errors == []


def test_calls_are_listed_newest_first_and_by_page(play: Play, clock: Clock) -> None:
    exchange = play(voice="<Hangup/>")
    start = clock()
    calls = []
    for _ in range(5):
        calls.append(exchange.call(CITIZEN, NUMBER))
        exchange.advance(60)
    rest = client(exchange)
    assert [one.sid for one in rest.calls.list(page_size=2)] == [call.sid for call in reversed(calls)]
    later = rest.calls.list(start_time_after=start + timedelta(seconds=200))
    assert [one.sid for one in later] == [calls[4].sid]
    assert rest.calls.list(to=OFFICER) == []
    assert len(rest.calls.list(to=NUMBER, status="completed")) == 5
    one = rest.calls(calls[0].sid).fetch()
    assert (one.status, one.direction, one.start_time, one.duration) == ("completed", "inbound", start, "0")


def test_what_was_not_dialled_has_no_start(play: Play, clock: Clock) -> None:
    exchange = play()
    rest = client(exchange)
    rest.calls.create(to=OFFICER, from_=NUMBER, url=f"{URL}/x")
    assert rest.calls.list()[0].start_time is None
    assert rest.calls.list(start_time_after=clock() - timedelta(hours=1)) == []


def test_queues_are_listed_and_deleted_when_empty(play: Play) -> None:
    exchange = play(voice='<Enqueue waitUrl="">q</Enqueue>')
    call = exchange.call(CITIZEN, NUMBER)
    exchange.advance(7)
    rest = client(exchange)
    (queue,) = rest.queues.list()
    assert (queue.friendly_name, queue.current_size, queue.average_wait_time) == ("q", 1, 7)
    (member,) = rest.queues(queue.sid).members.list()
    assert (member.call_sid, member.position, member.wait_time) == (call.sid, 1, 7)
    assert answer(rest.queues(queue.sid).delete)[0] == 400
    call.hang_up()
    assert answer(rest.queues("q").delete) == (404, 20404)
    assert rest.queues(queue.sid).delete()
    assert answer(rest.queues(queue.sid).delete) == (404, 20404)


def test_recordings_are_listed_fetched_and_deleted(play: Play) -> None:
    exchange = play(voice="<Record/>")
    exchange.late = lambda url: 10
    call = exchange.call(CITIZEN, NUMBER)
    exchange.tolerates = True
    call.speak(4, "hangup")
    rest = client(exchange)
    (recording,) = rest.recordings.list(call_sid=call.sid)
    assert (recording.status, recording.duration) == ("processing", "-1")
    exchange.advance(10)
    recording = rest.recordings(recording.sid).fetch()
    assert (recording.status, recording.duration, recording.channels) == ("completed", "4", 1)
    assert recording.source == "RecordVerb"
    assert rest.recordings(recording.sid).delete()
    assert rest.recordings.list() == []


def test_numbers_are_pointed_elsewhere(play: Play) -> None:
    exchange = play(other="<Say>other</Say>")
    rest = client(exchange)
    (number,) = rest.incoming_phone_numbers.list(phone_number=NUMBER)
    assert number.voice_url == f"{URL}/voice"
    rest.incoming_phone_numbers(number.sid).update(voice_url=f"{URL}/other")
    assert exchange.call(CITIZEN, NUMBER).heard == ["say:en-US:other"]
    with pytest.raises(Refused, match="21402"):
        rest.incoming_phone_numbers(number.sid).update(voice_url="/other")
    moved = rest.incoming_phone_numbers(number.sid).update(
        sms_url=f"{URL}/texts", sms_method="GET", sms_fallback_url=f"{URL}/spare"
    )
    assert (moved.sms_url, moved.sms_method, moved.sms_fallback_url) == (
        f"{URL}/texts",
        "GET",
        f"{URL}/spare",
    )
    with pytest.raises(Refused, match="21406"):
        rest.incoming_phone_numbers(number.sid).update(sms_url="")
    with pytest.raises(Refused, match="21403"):
        rest.incoming_phone_numbers(number.sid).update(sms_method="PUT")


def test_a_fault_happens_once(play: Play) -> None:
    exchange = play()
    exchange.faults.fail("GET", r"/Calls/", 429, 20429)
    assert answer(client(exchange).calls("CA1").fetch) == (429, 20429)
    assert answer(client(exchange).calls("CA1").fetch) == (404, 20404)


@pytest.mark.parametrize(("after", "placed"), [(False, 0), (True, 1)])
def test_an_answer_can_be_lost(play: Play, after: bool, placed: int) -> None:
    exchange = play()
    exchange.faults.time_out("POST", r"/Calls\.json$", after=after)
    with pytest.raises(requests.exceptions.Timeout):
        client(exchange).calls.create(to=OFFICER, from_=NUMBER, url=f"{URL}/x")
    assert len(exchange.calls) == placed

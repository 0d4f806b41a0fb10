"""A citizen's call: documents, keys, recordings, the end."""

from __future__ import annotations

import pytest
from twilio.request_validator import RequestValidator

from tests.phone.phone import Clock
from tests.twilio.booth import ACCOUNT, CITIZEN, NUMBER, TOKEN, URL, Play, asked
from tests.twilio.call import APOLOGY
from tests.twilio.refusals import Refused

TWO_DIGITS = '<Gather numDigits="2" action="/turn?n=1"><Play>/a.wav</Play></Gather><Say>nothing</Say>'


def test_digits_are_reported_to_the_action(play: Play) -> None:
    exchange = play(voice=TWO_DIGITS, turn='<Say language="id-ID">Baik</Say>')
    call = exchange.call(CITIZEN, NUMBER)
    assert call.take_heard() == [f"{URL}/a.wav"]
    assert call.waits_in
    assert (call.waits_in.tag, call.status) == ("Gather", "in-progress")
    call.press("1")
    assert not call.over
    call.press("2")
    assert call.take_heard() == ["say:id-ID:Baik"]
    assert (call.over, call.status) == (True, "completed")
    (turn,) = asked(exchange, "turn")
    assert (turn["Digits"], turn["CallStatus"]) == ("12", "in-progress")


def test_each_request_tells_the_call(play: Play) -> None:
    exchange = play(voice="<Hangup/>")
    call = exchange.call(CITIZEN, NUMBER, CallerName="BUDI")
    assert asked(exchange, "voice") == [
        {
            "CallSid": call.sid,
            "AccountSid": ACCOUNT,
            "From": CITIZEN,
            "To": NUMBER,
            "Caller": CITIZEN,
            "Called": NUMBER,
            "CallStatus": "ringing",
            "ApiVersion": "2010-04-01",
            "Direction": "inbound",
            "CallerName": "BUDI",
        }
    ]


def test_requests_are_signed_as_the_library_checks(play: Play) -> None:
    exchange = play(voice=TWO_DIGITS, turn="", status="")
    exchange.call("anonymous", NUMBER).press("1#")
    assert len(exchange.site.asked) == 4
    for one in exchange.site.asked:
        posted = dict(one.params) if one.method == "POST" else {}
        assert RequestValidator(TOKEN).validate(one.url, posted, one.headers["X-Twilio-Signature"])
    tokens = {one.headers["I-Twilio-Idempotency-Token"] for one in exchange.site.asked}
    assert len(tokens) == 4


def test_the_key_that_finishes_is_no_digit(play: Play) -> None:
    exchange = play(voice=TWO_DIGITS, turn="")
    exchange.call(CITIZEN, NUMBER).press("1#")
    assert asked(exchange, "turn")[0]["Digits"] == "1"


def test_silence_goes_on_in_the_document(play: Play, clock: Clock) -> None:
    exchange = play(voice=TWO_DIGITS)
    call = exchange.call(CITIZEN, NUMBER)
    before = clock()
    call.stay_silent()
    assert (clock() - before).total_seconds() == 5
    assert call.take_heard() == [f"{URL}/a.wav", "say:en-US:nothing"]
    assert call.over


def test_the_finishing_key_alone_goes_on_too(play: Play) -> None:
    exchange = play(voice=TWO_DIGITS)
    call = exchange.call(CITIZEN, NUMBER)
    call.press("#")
    assert call.over
    assert asked(exchange, "turn") == []


def test_silence_is_reported_when_asked_for(play: Play) -> None:
    exchange = play(voice='<Gather actionOnEmptyResult="true" action="/turn"/>', turn="")
    exchange.call(CITIZEN, NUMBER).stay_silent()
    assert asked(exchange, "turn")[0]["Digits"] == ""


def test_every_key_begins_the_time_limit_anew(play: Play) -> None:
    exchange = play(voice='<Gather timeout="4" action="/turn"/>', turn="")
    call = exchange.call(CITIZEN, NUMBER)
    exchange.advance(3)
    call.press("1")
    exchange.advance(3)
    call.press("2")
    exchange.advance(3.9)
    assert asked(exchange, "turn") == []
    exchange.advance(0.1)
    assert asked(exchange, "turn")[0]["Digits"] == "12"


def test_a_gather_without_action_asks_its_own_document(play: Play) -> None:
    pages = iter(['<Gather numDigits="1"/>', "<Hangup/>"])
    exchange = play(voice=lambda: next(pages))
    exchange.call(CITIZEN, NUMBER).press("7")
    assert [one.get("Digits") for one in asked(exchange, "voice")] == [None, "7"]


def test_hanging_up_in_a_gather_asks_nothing_but_the_status(play: Play) -> None:
    exchange = play(voice=TWO_DIGITS, status="")
    call = exchange.call(CITIZEN, NUMBER)
    exchange.advance(3)
    call.hang_up()
    assert (call.over, asked(exchange, "turn")) == (True, [])
    (status,) = asked(exchange, "status")
    assert (status["CallStatus"], status["CallDuration"], status["SequenceNumber"]) == ("completed", "3", "0")
    with pytest.raises(AssertionError, match="the call is over"):
        call.press("1")


def test_a_pause_takes_its_time(play: Play) -> None:
    exchange = play(voice='<Pause length="7"/><Say>later</Say>')
    call = exchange.call(CITIZEN, NUMBER)
    exchange.advance(6)
    assert call.take_heard() == []
    exchange.advance(1)
    assert call.take_heard() == ["say:en-US:later"]


def test_nothing_follows_a_redirect(play: Play) -> None:
    exchange = play(
        voice='<Redirect method="GET">/turn?a=1</Redirect><Say>never</Say>', turn="<Say>here</Say>"
    )
    call = exchange.call(CITIZEN, NUMBER)
    assert call.take_heard() == ["say:en-US:here"]
    assert exchange.site.asked[1].url.startswith(f"{URL}/turn?a=1&CallSid={call.sid}&")


def test_redirects_without_end_are_refused(play: Play) -> None:
    with pytest.raises(Refused, match="without waiting"):
        play(voice="<Redirect>/voice</Redirect>").call(CITIZEN, NUMBER)


def test_a_rejected_call_is_never_answered(play: Play) -> None:
    exchange = play(voice='<Reject reason="busy"/>', status="")
    call = exchange.call(CITIZEN, NUMBER)
    assert (call.status, call.answered) == ("busy", None)
    assert asked(exchange, "status")[0]["CallDuration"] == "0"


def test_what_was_answered_cannot_be_rejected(play: Play) -> None:
    with pytest.raises(Refused, match="12200"):
        play(voice="<Say>Halo</Say><Reject/>").call(CITIZEN, NUMBER)


def test_a_status_callback_can_be_late(play: Play) -> None:
    exchange = play(voice="<Hangup/>", status="")
    exchange.late = lambda url: 30 if url.endswith("/status") else 0
    exchange.call(CITIZEN, NUMBER)
    exchange.advance(29)
    assert asked(exchange, "status") == []
    exchange.advance(1)
    assert len(asked(exchange, "status")) == 1


def test_every_webhook_can_come_twice(play: Play) -> None:
    exchange = play(voice=TWO_DIGITS, turn="", status="")
    exchange.duplicates = True
    call = exchange.call(CITIZEN, NUMBER)
    call.press("12")
    for page in ("voice", "turn", "status"):
        first, second = asked(exchange, page)
        assert first == second
    tokens = [one.headers["I-Twilio-Idempotency-Token"] for one in exchange.site.asked if "voice" in one.url]
    assert len(set(tokens)) == 1


def test_the_second_answer_must_be_sound_too(play: Play) -> None:
    pages = iter(["<Hangup/>", "<Nonsense/>"])
    exchange = play(voice=lambda: next(pages))
    exchange.duplicates = True
    with pytest.raises(Refused, match="Nonsense"):
        exchange.call(CITIZEN, NUMBER)


def test_a_site_that_is_down_is_nobodys_fault_here(play: Play) -> None:
    exchange = play(voice="<Hangup/>", fallback="", status="")
    exchange.down = True
    call = exchange.call(CITIZEN, NUMBER)
    assert (call.over, call.heard, exchange.errors) == (True, [APOLOGY], [])
    assert exchange.lost == [f"{URL}/status"]

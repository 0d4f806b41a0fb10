"""What is refused of a document, and where the call goes then."""

from __future__ import annotations

import pytest
from flask import Response, redirect

from tests.phone.phone import Clock
from tests.twilio.booth import CITIZEN, NUMBER, URL, Answer, Play, asked, twiml
from tests.twilio.call import APOLOGY
from tests.twilio.refusals import Refused

BAD = {
    "an unknown verb": ("<Speak>x</Speak>", 12200),
    "a verb of small letters": ("<say>x</say>", 12200),
    "a noun as a verb": ("<Queue>x</Queue>", 12200),
    "text between verbs": ("<Hangup/>bye", 12200),
    "text in a verb without": ("<Hangup>bye</Hangup>", 12200),
    "an unknown attribute": ('<Pause seconds="3"/>', 12200),
    "a pause of nothing": ('<Pause length="0"/>', 13910),
    "a record in a gather": ("<Gather><Record/></Gather>", 13320),
    "a gather of no digits": ('<Gather numDigits="0"/>', 13314),
    "a gather of a broken time": ('<Gather timeout="3.5"/>', 13313),
    "a gather ended by two keys": ('<Gather finishOnKey="#*"/>', 13310),
    "a python boolean": ('<Gather actionOnEmptyResult="True"/>', 13338),
    "a gather by telepathy": ('<Gather input="thought"/>', 12200),
    "a gather put": ('<Gather method="PUT"/>', 13312),
    "a record of a second": ('<Record maxLength="1"/>', 13612),
    "a record of a day": ('<Record maxLength="14401"/>', 13612),
    "a record that waits for no time": ('<Record timeout="0"/>', 13611),
    "a record ended by a letter": ('<Record finishOnKey="a"/>', 13613),
    "a beep of sorts": ('<Record playBeep="yes"/>', 13616),
    "a trim of sorts": ('<Record trim="no"/>', 12200),
    "a recording event of sorts": ('<Record recordingStatusCallbackEvent="done"/>', 12200),
    "a queue without a name": ("<Enqueue/>", 14204),
    "a queue with a long name": (f"<Enqueue>{'q' * 65}</Enqueue>", 14205),
    "a wait elsewhere": ('<Enqueue waitUrl="ftp://x">q</Enqueue>', 14202),
    "a dial of nobody": ("<Dial/>", 13215),
    "a dial of a verb": ("<Dial><Say>x</Say></Dial>", 13215),
    "a dial of a nameless queue": ("<Dial><Queue/></Dial>", 14212),
    "a dial recorded somehow": ('<Dial record="dual"><Queue>q</Queue></Dial>', 13217),
    "a dial for ever": ('<Dial timeout="601"><Queue>q</Queue></Dial>', 13212),
    "a play of nothing": ("<Play/>", 12200),
    "a play of a file": ("<Play>file:///a.wav</Play>", 12200),
    "a say of nothing": ("<Say/>", 13520),
    "a say of a book": (f"<Say>{'a' * 4097}</Say>", 13520),
    "a redirect to nowhere": ("<Redirect/>", 12200),
    "a redirect put": ('<Redirect method="PUT">/a</Redirect>', 13710),
    "a reject for a reason": ('<Reject reason="tired"/>', 12200),
    "a leave of no queue": ("<Leave/>", 12200),
    "an URL with a blank": ('<Gather action="/a b"/>', 12200),
}

ANSWERS: dict[str, tuple[Answer, int]] = {
    "no XML": (lambda: Response("<Response>", mimetype="text/xml"), 12100),
    "a blank before the declaration": (
        lambda: Response(' <?xml version="1.0"?><Response/>', mimetype="text/xml"),
        12100,
    ),
    "another root": (lambda: Response("<Answer/>", mimetype="text/xml"), 12102),
    "nothing": (lambda: Response("", mimetype="text/xml"), 11770),
    "JSON": (lambda: Response("{}", mimetype="application/json"), 12300),
    "text": (lambda: Response("<Response/>", mimetype="text/plain"), 12300),
    "a large document": (lambda: twiml(f"<Pause/>{' ' * 65536}"), 11750),
    "an error": (lambda: Response("<Response/>", 500, mimetype="text/xml"), 11200),
    "a refusal": (lambda: Response("no", 403), 11200),
    "a circle": (lambda: redirect("/voice"), 11215),
}


@pytest.mark.parametrize("name", list(BAD))
def test_a_wrong_document_is_refused(play: Play, name: str) -> None:
    verbs, code = BAD[name]
    with pytest.raises(Refused) as refused:
        play(voice=verbs).call(CITIZEN, NUMBER)
    assert refused.value.code == code


@pytest.mark.parametrize("name", list(ANSWERS))
def test_a_wrong_answer_is_refused(play: Play, name: str) -> None:
    answer, code = ANSWERS[name]
    with pytest.raises(Refused) as refused:
        play(voice=answer).call(CITIZEN, NUMBER)
    assert refused.value.code == code


def test_a_slow_answer_is_not_waited_for(play: Play, clock: Clock) -> None:
    def slow() -> str:
        clock.advance(15.5)
        return "<Hangup/>"

    with pytest.raises(Refused, match="11205"):
        play(voice=slow).call(CITIZEN, NUMBER)


def test_an_exception_of_ours_is_named(play: Play) -> None:
    exchange = play(voice=lambda: 1 / 0)
    exchange.site.app.testing = True  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="ZeroDivisionError"):
        exchange.call(CITIZEN, NUMBER)


def test_a_redirect_of_http_is_followed(play: Play) -> None:
    exchange = play(voice=lambda: redirect("/moved"), moved="<Say>here</Say>")
    assert exchange.call(CITIZEN, NUMBER).take_heard() == ["say:en-US:here"]


def test_the_fallback_is_told_what_went_wrong(play: Play) -> None:
    exchange = play(voice="<Speak/>", fallback="<Say>sorry</Say>")
    exchange.tolerates = True
    call = exchange.call(CITIZEN, NUMBER)
    assert call.take_heard() == ["say:en-US:sorry"]
    (asking,) = asked(exchange, "fallback")
    assert (asking["ErrorCode"], asking["ErrorUrl"]) == ("12200", f"{URL}/voice")
    assert [error.code for error in exchange.errors] == [12200]


def test_without_a_fallback_the_call_ends(play: Play) -> None:
    exchange = play(voice='<Gather numDigits="1" action="/turn"/>', turn="<Speak/>")
    exchange.tolerates = True
    call = exchange.call(CITIZEN, NUMBER)
    call.press("1")
    assert (call.over, call.take_heard()) == (True, [APOLOGY])


def test_a_fallback_can_fail_as_well(play: Play) -> None:
    exchange = play(voice="<Speak/>", fallback="<Speak/>")
    exchange.tolerates = True
    assert exchange.call(CITIZEN, NUMBER).take_heard() == [APOLOGY]
    assert len(exchange.errors) == 2


def test_what_is_played_must_be_there_and_be_sound(play: Play) -> None:
    with pytest.raises(Refused, match="11200"):
        play(voice="<Play>/nothing</Play>").call(CITIZEN, NUMBER)
    with pytest.raises(Refused, match="12300"):
        play(voice="<Play>/text</Play>", text="").call(CITIZEN, NUMBER)
    exchange = play(voice="<Play>/nothing</Play>")
    exchange.media = False
    assert exchange.call(CITIZEN, NUMBER).heard == [f"{URL}/nothing"]


def test_relative_urls_belong_to_their_document(play: Play) -> None:
    exchange = play(voice='<Gather numDigits="1" action="turn?n=2"><Play>a.wav</Play></Gather>', turn="")
    call = exchange.call(CITIZEN, NUMBER)
    call.press("1")
    assert call.heard == [f"{URL}/a.wav"]
    assert exchange.site.asked[-1].url == f"{URL}/turn?n=2"


def test_speech_marks_are_text(play: Play) -> None:
    exchange = play(voice='<Say>Nomor <say-as interpret-as="digits">12</say-as> ya</Say>')
    assert exchange.call(CITIZEN, NUMBER).heard == ["say:en-US:Nomor 12 ya"]


def test_a_request_is_repeated_as_its_url_tells(play: Play) -> None:
    answers = iter([Response("busy", 503), Response("busy", 503), twiml("<Hangup/>")])
    exchange = play(turn=lambda: next(answers), voice="<Redirect>/turn#rc=2&amp;rp=5xx,ct</Redirect>")
    exchange.call(CITIZEN, NUMBER)
    tokens = [one.headers["I-Twilio-Idempotency-Token"] for one in exchange.site.asked[1:]]
    assert (len(tokens), len(set(tokens))) == (3, 1)
    assert exchange.site.asked[-1].url == f"{URL}/turn"


def test_an_answer_may_have_less_time(play: Play, clock: Clock) -> None:
    def slow() -> str:
        clock.advance(3)
        return ""

    with pytest.raises(Refused, match="11205"):
        play(voice="<Redirect>/turn#rt=2000</Redirect>", turn=slow).call(CITIZEN, NUMBER)


@pytest.mark.parametrize("override", ["rc=6", "rt=20000", "rp=3xx", "retries=2", "rc"])
def test_overrides_are_those_of_the_documentation(play: Play, override: str) -> None:
    with pytest.raises(Refused, match="11100"):
        play(voice=f"<Redirect>/turn#{override}</Redirect>", turn="").call(CITIZEN, NUMBER)

"""Messages that come in: the webhook, its fallback, our answers."""

from __future__ import annotations

import pytest
from flask import Response
from twilio.request_validator import RequestValidator

from tests.phone.phone import Clock
from tests.twilio.booth import ACCOUNT, CITIZEN, NUMBER, OFFICER, TOKEN, URL, WHATSAPP, Play, asked, twiml
from tests.twilio.message import Attachment, Place
from tests.twilio.refusals import Refused
from tests.twilio.sending import client, read

VOICE = Attachment(b"OggS" + b"\0" * 500, "audio/ogg")
BOTH = f'action="{URL}/told" statusCallback="{URL}/told"'


def test_the_webhook_tells_the_message(play: Play) -> None:
    exchange = play(sms="")
    arrived = exchange.send_in(CITIZEN, NUMBER, "Lampu padam")
    sid = arrived.message.sid
    assert asked(exchange, "sms") == [
        {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": ACCOUNT,
            "From": CITIZEN,
            "To": NUMBER,
            "Body": "Lampu padam",
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01",
            "FromCity": "",
            "FromState": "",
            "FromZip": "",
            "FromCountry": "ID",
            "ToCity": "",
            "ToState": "",
            "ToZip": "",
            "ToCountry": "ID",
        }
    ]
    assert (arrived.replies, arrived.lost) == ([], False)
    kept = client(exchange).messages(sid).fetch()
    assert (kept.direction, kept.status, kept.body) == ("inbound", "received", "Lampu padam")


def test_it_is_signed_and_has_a_token(play: Play) -> None:
    exchange = play(sms="")
    exchange.duplicates = True
    exchange.send_in(CITIZEN, NUMBER, "Lampu padam: 2 + 3 & 4 ✓")
    first, second = exchange.site.asked
    for one in (first, second):
        assert RequestValidator(TOKEN).validate(one.url, dict(one.params), one.headers["X-Twilio-Signature"])
    token = "I-Twilio-Idempotency-Token"
    assert (first.headers[token], first.params) == (second.headers[token], second.params)


def test_whatsapp_tells_more(play: Play) -> None:
    exchange = play(whatsapp="")
    exchange.send_in(
        CITIZEN, WHATSAPP, "Halo", channel="whatsapp", profile="Budi", Forwarded="true", media=[VOICE]
    )
    (told,) = asked(exchange, "whatsapp")
    assert (told["From"], told["To"]) == (f"whatsapp:{CITIZEN}", f"whatsapp:{WHATSAPP}")
    assert (told["ProfileName"], told["WaId"], told["Forwarded"]) == ("Budi", CITIZEN[1:], "true")
    assert (told["NumMedia"], told["MediaContentType0"], told["NumSegments"]) == ("1", "audio/ogg", "1")
    assert "FromCountry" not in told


def test_a_place_is_shared(play: Play) -> None:
    exchange = play(whatsapp="")
    place = Place("-6.3264", "108.3200", "Jl. Jenderal Sudirman", "Alun-alun")
    exchange.send_in(CITIZEN, WHATSAPP, channel="whatsapp", place=place)
    exchange.send_in(CITIZEN, WHATSAPP, channel="whatsapp", place=Place("1", "2"))
    full, bare = asked(exchange, "whatsapp")
    assert [full[name] for name in ("Latitude", "Longitude", "Address", "Label")] == [
        "-6.3264",
        "108.3200",
        "Jl. Jenderal Sudirman",
        "Alun-alun",
    ]
    assert (bare["Latitude"], "Address" in bare, bare["Body"]) == ("1", False, "")


def test_our_answer_is_sent(play: Play) -> None:
    exchange = play(sms=f"<Message {BOTH}>Terima kasih.\nAduan 123</Message>", told="")
    arrived = exchange.send_in(CITIZEN, NUMBER, "Lampu padam")
    (reply,) = arrived.replies
    assert (reply.direction, reply.from_, reply.to) == ("outbound-reply", NUMBER, CITIZEN)
    assert read(exchange) == ["Terima kasih.\nAduan 123"]
    told = [(one["MessageSid"], one["MessageStatus"]) for one in asked(exchange, "told")]
    assert told == [(reply.sid, "sent"), (reply.sid, "delivered")]


def test_bodies_are_put_together_and_the_recipient_chosen(play: Play) -> None:
    exchange = play(
        sms=f'<Message to="{OFFICER}" from="{NUMBER}"><Body>Aduan </Body><Body>123</Body></Message>'
        "<Message>Terima kasih</Message>"
    )
    exchange.send_in(CITIZEN, NUMBER, "x")
    assert (read(exchange, OFFICER), read(exchange)) == (["Aduan123"], ["Terima kasih"])


def test_whatsapp_is_answered_there(play: Play) -> None:
    exchange = play(whatsapp="<Message>Baik</Message>")
    (reply,) = exchange.send_in(CITIZEN, WHATSAPP, "x", channel="whatsapp").replies
    assert (reply.from_, reply.to) == (f"whatsapp:{WHATSAPP}", f"whatsapp:{CITIZEN}")
    assert read(exchange) == ["Baik"]


def test_a_redirect_leads_to_another_document(play: Play) -> None:
    exchange = play(
        sms='<Message>satu</Message><Redirect method="GET">/onward</Redirect><Message>never</Message>',
        onward="<Message>dua</Message>",
    )
    exchange.send_in(CITIZEN, NUMBER, "x")
    assert read(exchange) == ["satu", "dua"]
    assert asked(exchange, "onward")[0]["Body"] == "x"


def test_redirects_without_end_are_refused(play: Play) -> None:
    with pytest.raises(Refused, match="documents for one message"):
        play(sms="<Redirect>/sms</Redirect>").send_in(CITIZEN, NUMBER, "x")


HALF = f"<Body>{'a' * 900}</Body>"


BAD = {
    "a verb of a call": ("<Say>x</Say>", 14110),
    "an unknown attribute": ('<Message loud="true">x</Message>', 12200),
    "an unknown noun": ("<Message><Sound>x</Sound></Message>", 12200),
    "nothing": ("<Message/>", 14103),
    "an empty body": ("<Message><Body></Body></Message>", 14103),
    "a book": (f"<Message>{'a' * 1601}</Message>", 14103),
    "two halves of a book": (f"<Message>{HALF}{HALF}</Message>", 14103),
    "text beside a body": ("<Message>x<Body>y</Body></Message>", 12200),
    "to nobody": ('<Message to="0812">x</Message>', 14101),
    "from nobody": ('<Message from="ICETA">x</Message>', 14102),
    "from a stranger": ('<Message from="+622345550999">x</Message>', 14102),
    "to another channel": (f'<Message to="whatsapp:{CITIZEN}">x</Message>', 21910),
    "a callback to nowhere": ('<Message action="ftp://x">x</Message>', 12200),
    "a host with an underscore": ('<Message statusCallback="https://a_b.test/x">x</Message>', 14105),
    "a callback that does nothing": ('<Message statusCallback="/told">x</Message>', 12200),
    "two callbacks": ('<Message action="/a" statusCallback="/b">x</Message>', 12200),
    "a message behind an action": (f"<Message {BOTH}>x</Message><Message>y</Message>", 12200),
    "a method of sorts": ('<Message method="PUT">x</Message>', 14104),
    "a redirect to nowhere": ("<Redirect/>", 12200),
    "too many": ("<Message>x</Message>" * 11, 14109),
}


@pytest.mark.parametrize("what", BAD)
def test_a_wrong_answer_is_refused(play: Play, what: str) -> None:
    verbs, code = BAD[what]
    with pytest.raises(Refused) as refused:
        play(sms=lambda: twiml(verbs), told="").send_in(CITIZEN, NUMBER, "x")
    assert refused.value.code == code


@pytest.mark.parametrize("kind", ["text/plain", "application/json"])
def test_an_answer_that_is_no_document_is_refused(play: Play, kind: str) -> None:
    with pytest.raises(Refused, match="12300"):
        play(sms=lambda: Response("ok", mimetype=kind)).send_in(CITIZEN, NUMBER, "x")


def test_the_fallback_takes_what_failed(play: Play) -> None:
    exchange = play(sms=lambda: ("broken", 500), spare="<Message>Tersimpan</Message>")
    exchange.tolerates = True
    arrived = exchange.send_in(CITIZEN, NUMBER, "Lampu padam")
    (told,) = asked(exchange, "spare")
    assert (told["ErrorCode"], told["ErrorUrl"], told["Body"]) == ("11200", f"{URL}/sms", "Lampu padam")
    assert (arrived.fell_back, arrived.lost, read(exchange)) == (True, False, ["Tersimpan"])


def test_an_answer_after_15_seconds_is_none(play: Play, clock: Clock) -> None:
    def slow() -> str:
        clock.advance(15.1)
        return "<Message>Terlambat</Message>"

    exchange = play(sms=slow, spare="")
    exchange.tolerates = True
    arrived = exchange.send_in(CITIZEN, NUMBER, "x")
    assert (asked(exchange, "spare")[0]["ErrorCode"], arrived.replies) == ("11205", [])


def test_what_nobody_takes_is_only_in_the_log(play: Play) -> None:
    exchange = play(sms="", spare="")
    exchange.down = True
    arrived = exchange.send_in(CITIZEN, NUMBER, "Lampu padam")
    assert (arrived.lost, exchange.errors) == (True, [])
    tokens = [one.headers["I-Twilio-Idempotency-Token"] for one in exchange.site.asked]
    assert (len(tokens), len(set(tokens))) == (4, 2)
    exchange.down = False
    assert [one.body for one in client(exchange).messages.list(to=NUMBER)] == ["Lampu padam"]


def test_a_number_can_be_asked_by_get(play: Play) -> None:
    exchange = play(sms="")
    exchange.numbers[NUMBER].sms_method = "GET"
    exchange.send_in(CITIZEN, NUMBER, "a b")
    (one,) = exchange.site.asked
    assert (one.method, one.url.startswith(f"{URL}/sms?MessageSid=")) == ("GET", True)
    assert RequestValidator(TOKEN).validate(one.url, {}, one.headers["X-Twilio-Signature"])

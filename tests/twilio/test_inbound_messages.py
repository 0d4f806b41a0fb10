"""Messages that come in: the webhook, its fallback, our answers, keywords, files."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from flask import Response
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tests.phone.phone import Clock
from tests.twilio.account import Webhook
from tests.twilio.booth import ACCOUNT, CITIZEN, NUMBER, OFFICER, TOKEN, URL, WHATSAPP, Play, asked, twiml
from tests.twilio.exchange import Exchange
from tests.twilio.keywords import ANSWERS
from tests.twilio.message import Attachment, Place
from tests.twilio.refusals import Refused

PHOTO = Attachment(b"\xff\xd8\xff" + b"\0" * 1000, "image/jpeg")
VOICE = Attachment(b"OggS" + b"\0" * 500, "audio/ogg")
BOTH = f'action="{URL}/told" statusCallback="{URL}/told"'


def client(exchange: Exchange) -> Any:
    return Client(ACCOUNT, TOKEN, http_client=exchange.http)


def read(exchange: Exchange, number: str = CITIZEN) -> list[str]:
    """What somebody has got to read when all is on its way no more."""
    exchange.advance(60)
    return [one.received for one in exchange.inbox(number)]


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


@pytest.mark.parametrize(
    "word", ["STOP", "stopall", " Unsubscribe ", "CANCEL", "end", "QUIT", "optout", "Revoke"]
)
def test_stop_is_answered_by_twilio_and_told_to_us(play: Play, word: str) -> None:
    exchange = play(sms="<Message>Aduan 123</Message>")
    arrived = exchange.send_in(CITIZEN, NUMBER, word)
    assert arrived.automatic
    assert read(exchange) == [ANSWERS["STOP"]]
    (told,) = asked(exchange, "sms")
    assert (told["Body"], "OptOutType" in told) == (word, False)
    assert [(one.status, one.error) for one in arrived.replies] == [("failed", 21610)]


def test_who_stopped_gets_nothing_until_he_starts(play: Play) -> None:
    exchange = play(sms="")
    exchange.send_in(CITIZEN, NUMBER, "STOP")
    with pytest.raises(TwilioRestException, match="unsubscribed") as refused:
        client(exchange).messages.create(to=CITIZEN, from_=NUMBER, body="x")
    assert (refused.value.status, refused.value.code, exchange.errors) == (400, 21610, [])
    exchange.send_in(CITIZEN, NUMBER, "HELP")
    exchange.send_in(CITIZEN, NUMBER, "Unstop")
    client(exchange).messages.create(to=CITIZEN, from_=NUMBER, body="x")
    assert read(exchange) == [ANSWERS["STOP"], ANSWERS["START"], "x"]


@pytest.mark.parametrize("word", ["STOP please", "jangan stop", "berhenti", "YES", "START"])
def test_other_words_are_ours(play: Play, word: str) -> None:
    exchange = play(sms="<Message>Baik</Message>")
    assert exchange.send_in(CITIZEN, NUMBER, word).automatic is None
    assert read(exchange) == ["Baik"]


def test_help_is_answered(play: Play) -> None:
    exchange = play(sms="")
    exchange.send_in(CITIZEN, NUMBER, "help")
    assert (read(exchange), len(asked(exchange, "sms"))) == ([ANSWERS["HELP"]], 1)


def test_twilio_can_leave_keywords_to_us(play: Play) -> None:
    exchange = play(sms="<Message>Baik</Message>")
    exchange.texting.filters_keywords = False
    exchange.send_in(CITIZEN, NUMBER, "STOP")
    assert read(exchange) == ["Baik"]


def test_whatsapp_knows_no_stop(play: Play) -> None:
    exchange = play(whatsapp="<Message>Baik</Message>")
    assert exchange.send_in(CITIZEN, WHATSAPP, "STOP", channel="whatsapp").automatic is None
    assert read(exchange) == ["Baik"]


def test_advanced_opt_out_says_what_it_did(play: Play) -> None:
    exchange = play(service="", told="")
    service = exchange.texting.add_service(
        NUMBER, f"whatsapp:{WHATSAPP}", messages=Webhook(f"{URL}/service"), advanced=True
    )
    exchange.send_in(CITIZEN, NUMBER, "STOP")
    exchange.send_in(CITIZEN, WHATSAPP, "Help", channel="whatsapp")
    told = [(one["MessagingServiceSid"], one["OptOutType"]) for one in asked(exchange, "service")]
    assert told == [(service, "STOP"), (service, "HELP")]
    made = client(exchange).messages.create(
        to=CITIZEN, messaging_service_sid=service, body="x", status_callback=f"{URL}/told"
    )
    exchange.advance(10)
    assert made.status == "accepted"
    assert [one.get("ErrorCode") for one in asked(exchange, "told")] == [None, "21610"]


def test_files_are_kept_until_they_are_deleted(play: Play) -> None:
    exchange = play(sms="")
    message = exchange.send_in(CITIZEN, NUMBER, "Lihat", media=[PHOTO, VOICE]).message
    (told,) = asked(exchange, "sms")
    assert (message.sid[:2], told["NumMedia"]) == ("MM", "2")
    session = requests.Session()
    session.mount("https://api.twilio.com", exchange.adapter)
    got = session.get(told["MediaUrl1"], auth=(ACCOUNT, TOKEN), timeout=5)
    assert (got.status_code, got.headers["Content-Type"], got.content) == (200, "audio/ogg", VOICE.content)
    files = client(exchange).messages(message.sid).media
    assert [one.content_type for one in files.list()] == ["image/jpeg", "audio/ogg"]
    one = files(told["MediaUrl0"].rpartition("/")[2])
    assert one.fetch().parent_sid == message.sid
    assert one.delete()
    assert session.get(told["MediaUrl0"], auth=(ACCOUNT, TOKEN), timeout=5).status_code == 404
    assert len(files.list()) == 1
    with pytest.raises(Refused, match="20003"):
        session.get(told["MediaUrl1"], timeout=5)


def test_a_deleted_message_takes_its_files_along(play: Play) -> None:
    exchange = play(sms="")
    message = exchange.send_in(CITIZEN, NUMBER, "Lihat", media=[PHOTO]).message
    assert client(exchange).messages(message.sid).delete()
    (url,) = [one.url for one in message.media.values()]
    reply = exchange.http.reply("GET", url, {}, (ACCOUNT, TOKEN))
    assert reply.status == 404


def test_a_number_can_be_asked_by_get(play: Play) -> None:
    exchange = play(sms="")
    exchange.numbers[NUMBER].sms_method = "GET"
    exchange.send_in(CITIZEN, NUMBER, "a b")
    (one,) = exchange.site.asked
    assert (one.method, one.url.startswith(f"{URL}/sms?MessageSid=")) == ("GET", True)
    assert RequestValidator(TOKEN).validate(one.url, {}, one.headers["X-Twilio-Signature"])

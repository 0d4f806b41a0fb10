"""STOP, START and HELP."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.twilio.account import Webhook
from tests.twilio.booth import CITIZEN, NUMBER, URL, WHATSAPP, Play, asked
from tests.twilio.keywords import ANSWERS
from tests.twilio.sending import client, read


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

"""Messages we send by WhatsApp, and through a Messaging Service."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from tests.phone.phone import Clock
from tests.twilio.booth import CITIZEN, NUMBER, OFFICER, URL, WHATSAPP, Play, asked
from tests.twilio.message import Fate
from tests.twilio.refusals import Refused
from tests.twilio.sending import OURS, THEIRS, send, statuses, write


def test_a_free_text_reaches_whatsapp_within_a_day(play: Play, clock: Clock) -> None:
    exchange = play(told="", whatsapp="")
    exchange.send_in(CITIZEN, WHATSAPP, "Halo", channel="whatsapp")
    exchange.advance(24 * 3600)
    write(exchange)
    exchange.advance(10)
    assert statuses(exchange) == ["sent", "delivered"]
    (got,) = exchange.inbox(CITIZEN, "whatsapp")
    assert (got.received, got.to, exchange.inbox(CITIZEN, "sms")) == ("Aduan 123", THEIRS, [])
    told = asked(exchange, "told")[0]
    assert told["ChannelPrefix"] == "whatsapp"
    assert told["ChannelInstallSid"].startswith("XE")
    assert "RawDlrDoneDate" not in asked(exchange, "told")[1]


@pytest.mark.parametrize("ends", ["failed", "undelivered"])
def test_a_free_text_after_that_is_taken_and_fails(play: Play, ends: Any) -> None:
    exchange = play(told="", whatsapp="")
    exchange.texting.outside_window = ends
    exchange.send_in(CITIZEN, WHATSAPP, "Halo", channel="whatsapp")
    exchange.advance(24 * 3600 + 1)
    assert write(exchange).status == "queued"
    exchange.advance(10)
    last = asked(exchange, "told")[-1]
    assert (last["MessageStatus"], last["ErrorCode"]) == (ends, "63016")
    assert "Message Template" in last["ChannelStatusMessage"]
    assert exchange.inbox(CITIZEN) == []


def test_a_template_reaches_whatsapp_at_any_time(play: Play) -> None:
    exchange = play(told="")
    sid = exchange.texting.add_template("Aduan {{1}}: {{2}}.", **{"1": "-", "2": "diterima"})
    write(exchange, body=None, content_sid=sid, content_variables='{"1": "123"}')
    exchange.advance(10)
    assert [one.received for one in exchange.inbox(CITIZEN)] == ["Aduan 123: diterima."]


@pytest.mark.parametrize("given", ["{", "[]", '{"1": ""}', '{"1": null}', '{"1": 5}'])
def test_variables_are_checked(play: Play, given: str) -> None:
    exchange = play()
    sid = exchange.texting.add_template("Aduan {{1}}")
    with pytest.raises(Refused, match="21656"):
        write(exchange, body=None, content_sid=sid, content_variables=given)


def test_a_template_takes_no_body(play: Play) -> None:
    exchange = play()
    with pytest.raises(Refused, match="beside"):
        write(exchange, content_sid=exchange.texting.add_template("x"))


def test_somebody_without_whatsapp_gets_nothing(play: Play) -> None:
    exchange = play(told="")
    exchange.texting.without_whatsapp.add(THEIRS)
    write(exchange, body=None, content_sid=exchange.texting.add_template("x"))
    exchange.advance(10)
    assert [one["ErrorCode"] for one in asked(exchange, "told")] == ["63003"]


def test_a_message_can_be_read(play: Play) -> None:
    exchange = play(told="", whatsapp="")
    exchange.send_in(CITIZEN, WHATSAPP, "Halo", channel="whatsapp")
    exchange.texting.fates[CITIZEN] = Fate("read")
    write(exchange)
    exchange.advance(60)
    assert statuses(exchange) == ["sent", "delivered", "read"]
    assert asked(exchange, "told")[-1]["EventType"] == "READ"


def test_a_whatsapp_sender_has_a_callback_of_its_own(play: Play) -> None:
    exchange = play(told="", channel="", whatsapp="")
    exchange.texting.add_whatsapp(WHATSAPP, f"{URL}/whatsapp", status=f"{URL}/channel")
    exchange.send_in(CITIZEN, WHATSAPP, "Halo", channel="whatsapp")
    write(exchange)
    write(exchange, status_callback=None)
    exchange.advance(10)
    assert statuses(exchange) == ["sent", "delivered"]
    assert [one["MessageStatus"] for one in asked(exchange, "channel")] == ["sent", "delivered"]


def test_a_service_chooses_the_sender(play: Play) -> None:
    exchange = play(told="", service="")
    service = exchange.texting.add_service(NUMBER, OURS, status=f"{URL}/service")
    made = send(exchange, from_=None, messaging_service_sid=service, status_callback=None)
    assert (made.status, made.from_, made.num_segments) == ("accepted", None, "0")
    exchange.advance(10)
    told = asked(exchange, "service")
    assert [one["MessageStatus"] for one in told] == ["queued", "sent", "delivered"]
    assert {(one["From"], one["MessagingServiceSid"]) for one in told} == {(NUMBER, service)}
    assert send(exchange, messaging_service_sid=service).status == "queued"
    exchange.advance(10)
    assert statuses(exchange) == ["sent", "delivered"]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"from_": None, "body": None}, 21619), ({}, 21711), ({"from_": None, "to": THEIRS}, 21703)],
)
def test_a_service_has_rules_of_its_own(play: Play, change: dict[str, Any], code: int) -> None:
    exchange = play()
    exchange.add_number(OFFICER, voice=f"{URL}/x")
    service = exchange.texting.add_service(OFFICER)
    with pytest.raises(Refused, match=str(code)):
        send(exchange, messaging_service_sid=service, **change)


def test_files_that_go_along_are_fetched(play: Play) -> None:
    ours = count()
    exchange = play(told="", whatsapp="", picture=lambda: f"{next(ours)}")
    exchange.send_in(CITIZEN, WHATSAPP, "Halo", channel="whatsapp")
    made = write(exchange, media_url=[f"{URL}/picture"])
    assert (made.num_media, made.sid[:2]) == ("1", "MM")
    exchange.advance(10)
    assert (next(ours), statuses(exchange)) == (1, ["sent", "delivered"])
    exchange.tolerates = True
    write(exchange, media_url=[f"{URL}/nowhere"])
    exchange.advance(10)
    assert asked(exchange, "told")[-1]["ErrorCode"] == "63019"

"""Messages we send by SMS: what is refused, the way they go, what is told of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from twilio.request_validator import RequestValidator

from tests.phone.phone import Clock
from tests.twilio.booth import ACCOUNT, CITIZEN, NUMBER, OFFICER, TOKEN, URL, Play, asked
from tests.twilio.message import Fate
from tests.twilio.refusals import Refused
from tests.twilio.segments import segments
from tests.twilio.sending import OURS, THEIRS, answer, client, send, statuses
from tests.twilio.twiml import BeyondStandInError

LANDLINE = "+622345550199"


def test_a_message_is_queued_sent_and_delivered(play: Play, clock: Clock) -> None:
    exchange = play(told="")
    made = send(exchange)
    assert (made.status, made.direction, made.num_segments, made.date_sent) == (
        "queued",
        "outbound-api",
        "1",
        None,
    )
    assert exchange.inbox(CITIZEN) == []
    exchange.advance(0.5)
    assert client(exchange).messages(made.sid).fetch().status == "sending"
    exchange.advance(60)
    (got,) = exchange.inbox(CITIZEN)
    assert (got.sid, got.received, got.from_) == (made.sid, "Aduan 123", NUMBER)
    kept = client(exchange).messages(made.sid).fetch()
    assert (kept.status, kept.error_code, kept.date_sent) == (
        "delivered",
        None,
        clock() - timedelta(seconds=59.5),
    )


def test_each_change_but_the_first_is_told(play: Play) -> None:
    exchange = play(told="")
    made = send(exchange)
    exchange.advance(10)
    sent, delivered = asked(exchange, "told")
    assert sent == {
        "MessageSid": made.sid,
        "SmsSid": made.sid,
        "AccountSid": ACCOUNT,
        "From": NUMBER,
        "To": CITIZEN,
        "ApiVersion": "2010-04-01",
        "MessageStatus": "sent",
        "SmsStatus": "sent",
    }
    assert delivered["MessageStatus"] == "delivered"
    assert delivered["RawDlrDoneDate"] == "2602020500"
    for one in exchange.site.asked:
        assert one.method == "POST"
        assert RequestValidator(TOKEN).validate(one.url, dict(one.params), one.headers["X-Twilio-Signature"])


@pytest.mark.parametrize(
    ("fate", "told", "code"),
    [
        (Fate("undelivered", 30003), ["sent", "undelivered"], "30003"),
        (Fate("failed", 30008), ["failed"], "30008"),
        (Fate("sent"), ["sent"], None),
    ],
)
def test_it_can_end_otherwise(play: Play, fate: Fate, told: list[str], code: str | None) -> None:
    exchange = play(told="")
    exchange.texting.fates[CITIZEN] = fate
    made = send(exchange)
    exchange.advance(10)
    assert statuses(exchange) == told
    assert asked(exchange, "told")[-1].get("ErrorCode") == code
    kept = client(exchange).messages(made.sid).fetch()
    assert (kept.status, kept.error_code) == (told[-1], int(code) if code else None)
    assert len(exchange.inbox(CITIZEN)) == (0 if code else 1)


def test_callbacks_come_late_twice_and_out_of_order(play: Play) -> None:
    exchange = play(told="")
    delays = iter([30.0, 1.0])
    exchange.late = lambda url: next(delays)
    exchange.duplicates = True
    send(exchange)
    exchange.advance(60)
    assert statuses(exchange) == ["delivered", "delivered", "sent", "sent"]


def test_a_callback_that_finds_nobody_is_lost(play: Play) -> None:
    exchange = play(told="")
    exchange.down = True
    send(exchange)
    exchange.advance(60)
    assert exchange.lost == [f"{URL}/told"] * 2


def test_a_sender_sends_one_segment_a_second(play: Play) -> None:
    exchange = play(told="")
    send(exchange, body="é" * 161)
    send(exchange, to=OFFICER)
    exchange.advance(2.9)
    assert statuses(exchange) == ["sent"]
    exchange.advance(0.1)
    assert statuses(exchange) == ["sent", "delivered", "sent"]


def test_what_waits_too_long_fails(play: Play) -> None:
    exchange = play(told="")
    send(exchange, body="a" * 1600)
    send(exchange, validity_period=5)
    exchange.advance(60)
    assert sorted(one.get("ErrorCode", "") for one in asked(exchange, "told")) == ["", "", "30036"]


def test_a_full_queue_takes_no_more(play: Play) -> None:
    exchange = play(told="")
    exchange.texting.seconds_a_segment = 36_001
    send(exchange)
    assert answer(lambda: send(exchange)) == (429, 21611)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "0812"}, 21211),
        ({"to": "+62112"}, 21211),
        ({"to": "+9990812"}, 21211),
        ({"from_": None}, 21603),
        ({"from_": "+622345550999"}, 21659),
        ({"from_": "ICETA"}, 21606),
        ({"body": ""}, 21602),
        ({"body": None}, 21602),
        ({"body": "a" * 1601}, 21617),
        ({"status_callback": "/told"}, 21609),
        ({"status_callback": "https://my_host.test/told"}, 21609),
        ({"status_callback": f"{URL}/{'a' * 4000}"}, 21609),
        ({"validity_period": 36_001}, 20001),
        ({"media_url": [f"{URL}/a.jpg"]}, 21621),
        ({"content_variables": "{}"}, 21654),
        ({"content_sid": "HX" + "0" * 32, "body": None}, 21655),
        ({"messaging_service_sid": "MG" + "0" * 32}, 21701),
        ({"messaging_service_sid": "MG1"}, 21705),
        ({"to": THEIRS}, 21910),
        ({"from_": OURS}, 21910),
        ({"to": "whatsapp:0812", "from_": OURS}, 63003),
        ({"to": THEIRS, "from_": "whatsapp:+622345550999"}, 63007),
        ({"to": OURS, "from_": OURS}, 63031),
    ],
)
def test_a_wrong_message_is_refused(play: Play, change: dict[str, str], code: int) -> None:
    exchange = play(told="")
    with pytest.raises(Refused) as refused:
        send(exchange, **change)
    assert (refused.value.code, exchange.texting.messages) == (code, {})


def test_a_number_without_messages_sends_none(play: Play) -> None:
    exchange = play()
    exchange.numbers[NUMBER].sms_capable = False
    with pytest.raises(Refused, match="21661"):
        send(exchange)


def test_parameters_are_known_or_refused(play: Play) -> None:
    exchange = play()
    with pytest.raises(BeyondStandInError, match="SmartEncoded"):
        send(exchange, smart_encoded=True)
    url = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    told = {"To": CITIZEN, "From": NUMBER, "Body": "x", "Tag": "x"}
    with pytest.raises(Refused, match="Tag"):
        exchange.http.request("POST", url, data=told, auth=(ACCOUNT, TOKEN))


@pytest.mark.parametrize(
    ("to", "code"), [(LANDLINE, 21635), (OFFICER, 21614)], ids=["a landline", "no mobile"]
)
def test_a_recipient_who_cannot_be_reached_is_answered(play: Play, to: str, code: int) -> None:
    exchange = play()
    exchange.texting.refusing[OFFICER] = 21614
    assert answer(lambda: send(exchange, to=to)) == (400, code)
    assert exchange.errors == []


def test_documentation_knows_two_codes_for_a_landline(play: Play) -> None:
    exchange = play(told="")
    exchange.texting.landline_code = 21614
    assert answer(lambda: send(exchange, to=LANDLINE)) == (400, 21614)
    exchange.add_number(LANDLINE, voice=f"{URL}/x")
    assert send(exchange, to=LANDLINE).status == "queued"


def test_faults_are_like_those_of_calls(play: Play) -> None:
    exchange = play()
    exchange.faults.fail("POST", r"/Messages\.json$", 429, 20429)
    assert answer(lambda: send(exchange)) == (429, 20429)
    exchange.faults.time_out("POST", r"/Messages\.json$", after=True)
    with pytest.raises(Exception, match="Messages"):
        send(exchange)
    assert [one.body for one in exchange.texting.messages.values()] == ["Aduan 123"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [("", 1), ("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 81, 2), ("✓" * 70, 1), ("✓" * 71, 2)],
)
def test_a_text_takes_so_many_segments(text: str, parts: int) -> None:
    assert segments(text) == parts

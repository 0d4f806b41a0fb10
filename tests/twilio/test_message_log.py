"""The messages and files that Twilio keeps: listed, redacted, deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from tests.phone.phone import Clock
from tests.twilio.booth import ACCOUNT, CITIZEN, NUMBER, OFFICER, TOKEN, Play, asked
from tests.twilio.message import Attachment
from tests.twilio.refusals import Refused
from tests.twilio.sending import answer, client, send

PHOTO = Attachment(b"\xff\xd8\xff" + b"\0" * 1000, "image/jpeg")
VOICE = Attachment(b"OggS" + b"\0" * 500, "audio/ogg")


def test_messages_are_listed_newest_first_and_by_page(play: Play, clock: Clock) -> None:
    exchange = play(told="", sms="")
    start = clock()
    for number in range(3):
        send(exchange, body=str(number))
        exchange.advance(60)
    exchange.send_in(CITIZEN, NUMBER, "masuk")
    send(exchange, to=OFFICER, body="waits")
    messages = client(exchange).messages
    assert [one.body for one in messages.list(page_size=2)] == ["waits", "masuk", "2", "1", "0"]
    assert [one.direction for one in messages.list(to=NUMBER)] == ["inbound"]
    assert [one.body for one in messages.list(from_=NUMBER, to=CITIZEN)] == ["2", "1", "0"]
    assert [one.body for one in messages.list(date_sent_after=start + timedelta(seconds=90))] == [
        "masuk",
        "2",
    ]
    assert [one.body for one in messages.list(date_sent_before=start + timedelta(seconds=30))] == ["0"]
    assert len(messages.list(date_sent=start)) == 4


def test_a_body_is_redacted(play: Play) -> None:
    exchange = play(told="")
    made = send(exchange)
    exchange.advance(10)
    assert client(exchange).messages(made.sid).update(body="").body == ""
    assert client(exchange).messages(made.sid).fetch().body == ""
    assert exchange.inbox(CITIZEN)[0].received == "Aduan 123"
    with pytest.raises(Refused, match="30400"):
        client(exchange).messages(made.sid).update(body="other")
    assert answer(client(exchange).messages("SM1").fetch) == (404, 20404)


def test_only_what_is_over_is_deleted(play: Play) -> None:
    exchange = play(told="")
    exchange.texting.deletable_after = 60
    made = client(exchange).messages(send(exchange).sid)
    assert answer(made.delete) == (409, 20009)
    exchange.advance(30)
    assert answer(made.delete) == (409, 20009)
    exchange.advance(60)
    assert made.delete()
    assert answer(made.delete) == (404, 20404)


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

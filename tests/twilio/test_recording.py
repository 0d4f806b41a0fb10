"""What is recorded, by a message and in a conversation, and how it is fetched."""

from __future__ import annotations

import io
import wave
from datetime import timedelta

import numpy as np
import pytest
import requests

from tests.phone.phone import Clock
from tests.twilio.booth import ACCOUNT, CITIZEN, NUMBER, TOKEN, Play, asked
from tests.twilio.call import Call
from tests.twilio.exchange import Exchange

MESSAGE = (
    '<Record action="/recorded" maxLength="60" timeout="4" finishOnKey="#" trim="do-not-trim" '
    'recordingStatusCallback="/kept"/><Say>nothing</Say>'
)


def recorded(play: Play, **pages: str) -> tuple[Exchange, Call]:
    exchange = play(voice=MESSAGE, recorded="<Hangup/>", kept="", status="", **pages)
    return exchange, exchange.call(CITIZEN, NUMBER)


def media(exchange: Exchange, url: str, **params: int) -> requests.Response:
    session = requests.Session()
    session.mount("https://api.twilio.com", exchange.adapter)
    return session.get(f"{url}.wav", params=params, auth=(ACCOUNT, TOKEN), stream=True)


def test_a_message_is_reported_and_its_file_comes_later(play: Play, clock: Clock) -> None:
    exchange, call = recorded(play)
    exchange.late = lambda url: 20 if url.endswith("/kept") else 0
    start = clock()
    call.speak(8.4)
    assert clock() - start == timedelta(seconds=8.4)
    (action,) = asked(exchange, "recorded")
    assert (action["RecordingDuration"], action["Digits"]) == ("9", "#")
    assert (call.over, asked(exchange, "kept")) == (True, [])
    assert media(exchange, action["RecordingUrl"]).status_code == 404
    exchange.advance(20)
    (kept,) = asked(exchange, "kept")
    assert (kept["RecordingStatus"], kept["RecordingChannels"], kept["RecordingSource"]) == (
        "completed",
        "1",
        "RecordVerb",
    )
    assert (kept["RecordingSid"], kept["CallSid"]) == (action["RecordingSid"], call.sid)
    with wave.open(io.BytesIO(media(exchange, kept["RecordingUrl"]).content)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (1, 8000, 67200)


def test_a_message_ended_by_hanging_up_is_reported_once(play: Play) -> None:
    exchange, call = recorded(play)
    call.speak(5, "hangup")
    (action,) = asked(exchange, "recorded")
    assert (action["Digits"], action["CallStatus"]) == ("hangup", "completed")
    assert (call.over, call.heard) == (True, [])
    pages = [one.url.rsplit("/", 1)[1] for one in exchange.site.asked]
    assert sorted(pages[1:]) == ["kept", "recorded", "status"]
    assert pages[1] == "recorded"


def test_a_message_ended_by_silence_holds_the_silence(play: Play) -> None:
    exchange, call = recorded(play)
    call.speak(5, "silence")
    (action,) = asked(exchange, "recorded")
    assert action["RecordingDuration"] == "9"
    assert "Digits" not in action


def test_a_message_ends_at_its_limit(play: Play) -> None:
    exchange, call = recorded(play)
    call.speak(100, "limit")
    assert asked(exchange, "recorded")[0]["RecordingDuration"] == "60"


@pytest.mark.parametrize("nothing", ["silence", "key", "hangup"])
def test_a_message_of_nothing_asks_no_action(play: Play, nothing: str) -> None:
    exchange, call = recorded(play)
    {"silence": call.stay_silent, "key": lambda: call.press("#"), "hangup": call.hang_up}[nothing]()
    assert asked(exchange, "recorded") == []
    assert asked(exchange, "kept") == []
    assert call.heard == ([] if nothing == "hangup" else ["say:en-US:nothing"])


def test_no_file_can_be_told_when_asked_for(play: Play) -> None:
    voice = '<Record recordingStatusCallback="/kept" recordingStatusCallbackEvent="completed absent"/>'
    exchange = play(voice=voice, kept="")
    exchange.call(CITIZEN, NUMBER).stay_silent()
    assert asked(exchange, "kept")[0]["RecordingStatus"] == "absent"


def test_a_deleted_recording_is_gone(play: Play) -> None:
    exchange, call = recorded(play)
    call.speak(3)
    (kept,) = asked(exchange, "kept")
    session = requests.Session()
    session.mount("https://api.twilio.com", exchange.adapter)
    url = f"{kept['RecordingUrl']}.json"
    assert session.get(url, auth=(ACCOUNT, TOKEN)).json()["duration"] == "3"
    assert session.delete(url, auth=(ACCOUNT, TOKEN)).status_code == 204
    assert session.delete(url, auth=(ACCOUNT, TOKEN)).json()["code"] == 20404
    assert media(exchange, kept["RecordingUrl"]).status_code == 404


def test_a_file_can_break_off(play: Play) -> None:
    exchange, call = recorded(play)
    call.speak(3)
    exchange.adapter.cut_off = 1000
    answer = media(exchange, asked(exchange, "kept")[0]["RecordingUrl"])
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        assert answer.content
    assert int(answer.headers["Content-Length"]) == 48044


def test_each_side_of_a_conversation_has_its_channel(play: Play) -> None:
    dial = '<Dial record="record-from-answer-dual" recordingStatusCallback="/kept"><Queue>q</Queue></Dial>'
    pages = iter(["<Enqueue waitUrl=''>q</Enqueue>", dial])
    exchange = play(voice=lambda: next(pages), kept="")
    exchange.call(CITIZEN, NUMBER)
    officer = exchange.call(CITIZEN, NUMBER)
    exchange.advance(4)
    officer.hang_up()
    (kept,) = asked(exchange, "kept")
    assert (kept["CallSid"], kept["RecordingChannels"], kept["RecordingSource"]) == (
        officer.sid,
        "2",
        "DialVerb",
    )
    with wave.open(io.BytesIO(media(exchange, kept["RecordingUrl"], RequestedChannels=2).content)) as file:
        sides = np.frombuffer(file.readframes(8000), "<i2").reshape(-1, 2)
    assert [int(np.argmax(np.abs(np.fft.rfft(side)))) for side in sides.T] == [440, 660]


def test_a_call_ended_by_us_keeps_what_was_said(play: Play) -> None:
    exchange, call = recorded(play)
    exchange.timers.after(3, lambda: call.finish("completed"))
    call.speak(10)
    (action,) = asked(exchange, "recorded")
    assert (action["RecordingDuration"], action["Digits"], action["CallStatus"]) == (
        "3",
        "hangup",
        "completed",
    )
    assert len(asked(exchange, "kept")) == 1

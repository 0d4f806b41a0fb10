from __future__ import annotations

import http.server
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from twilio.http.response import Response

from ivr.twilio.client import Client
from ivr.twilio.errors import TwilioError
from ivr.twilio.media import MediaError, RequestsMedia
from tests.unit.ivr.twilio.account import NOW, SID, TOKEN, Account, SilenceError, Sound, refused

CALL = "CA" + "1" * 32
RECORDING = "RE" + "b" * 32
WORDS, STATUS = "https://wadul.example/twilio/officer/1", "https://wadul.example/twilio/officer/1/status"
OFFICER, LINE = "+6281234567890", "+622345550101"


@pytest.fixture
def account() -> Account:
    return Account()


def test_an_officer_is_called(account: Account) -> None:
    sid = account.client().place(OFFICER, LINE, WORDS, STATUS, 15)
    asked = account.calls[sid]["asked"]
    assert (asked["To"], asked["From"], asked["Url"], asked["Timeout"]) == (OFFICER, LINE, WORDS, 15)
    assert asked["StatusCallback"] == STATUS
    assert asked["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]


def test_a_call_whose_answer_was_lost_is_found_again(account: Account) -> None:
    client = account.client()
    account.add_call("CA-old", NOW - timedelta(hours=9), to=OFFICER, direction="outbound-api")
    account.add_call("CA-by-the-officer", to=OFFICER)
    account.add_call("CA-rings", to=OFFICER, direction="outbound-api", status="ringing")
    account.add_call("CA-else", to="+62811", direction="outbound-api")
    waiting = client.place(OFFICER, LINE, WORDS, STATUS, 15)
    found = client.placed(OFFICER, NOW + timedelta(microseconds=5))
    assert sorted(found) == sorted([("CA-rings", "ringing"), (waiting, "queued")])


@pytest.mark.parametrize("status", ["queued", "ringing", "in-progress"])
def test_a_call_is_ended_and_ending_it_again_is_fine(account: Account, status: str) -> None:
    account.add_call(CALL, status=status)
    for _ in range(2):
        account.client().hang_up(CALL)
    assert account.calls[CALL]["status"] == "completed"
    account.client().hang_up("CA-never-was")


def test_a_call_goes_elsewhere_while_it_is_up(account: Account) -> None:
    account.add_call(CALL)
    account.client().redirect(CALL, WORDS)
    assert account.calls[CALL]["Url"] == WORDS
    account.client().hang_up(CALL)
    with pytest.raises(TwilioError) as error:
        account.client().redirect(CALL, WORDS)
    assert (error.value.is_over, error.value.permanent) == (True, True)


@pytest.mark.parametrize(("told", "seconds"), [("17", 17), ("-1", 0), (None, 0)])
def test_a_recording_is_described(account: Account, told: str | None, seconds: int) -> None:
    account.add_recording(RECORDING, duration=told, channels=2, call_sid=CALL)
    facts = account.client().fetch_recording(RECORDING)
    assert (facts.call, facts.status, facts.seconds, facts.channels) == (CALL, "completed", seconds, 2)
    assert facts.created_at == NOW


@pytest.mark.parametrize(("channels", "query"), [(1, ""), (2, "?RequestedChannels=2")])
def test_a_recording_is_downloaded(account: Account, channels: int, query: str) -> None:
    sound, file = Sound(account), io.BytesIO()
    account.add_recording(RECORDING, b"sound" * 1000)
    client = Client(SID, TOKEN, http_client=account, media=sound)
    assert client.download(RECORDING, file, 5000, channels) == 5000
    assert file.getvalue() == b"sound" * 1000
    assert sound.asked == [f"/Recordings/{RECORDING}.wav{query}"]


@pytest.mark.parametrize(
    ("facts", "limit", "permanent"),
    [
        ({"breaks_after": 2000}, 10_000, False),
        ({"told": 6000}, 10_000, False),
        ({"content_type": "text/html"}, 10_000, False),
        ({}, 4999, True),
        ({"told": 4000}, 4500, True),
    ],
)
def test_half_a_download_is_none(
    account: Account, facts: dict[str, object], limit: int, permanent: bool
) -> None:
    account.add_recording(RECORDING, b"sound" * 1000)
    client = Client(SID, TOKEN, http_client=account, media=Sound(account, **facts))  # type: ignore[arg-type]
    file = io.BytesIO()
    with pytest.raises(TwilioError) as error:
        client.download(RECORDING, file, limit)
    assert error.value.permanent is permanent
    assert len(file.getvalue()) <= limit


def test_nothing_but_a_recording_is_downloaded(account: Account) -> None:
    with pytest.raises(TwilioError, match="no recording's SID"):
        account.client().download("../../Calls", io.BytesIO(), 10)
    with pytest.raises(TwilioError) as error:
        account.client().download(RECORDING, io.BytesIO(), 10)
    assert (error.value.is_absent, error.value.permanent) == (True, True)


def test_what_is_deleted_stays_deleted(account: Account) -> None:
    account.add_recording(RECORDING)
    account.queues = {
        f"QU{number}": {"sid": f"QU{number}", "friendly_name": name}
        for number, name in enumerate(["CA-a", "CA-b", "CA-c"])
    }
    for _ in range(2):
        account.client().delete_recording(RECORDING)
        account.client().delete_queue("CA-c")
    assert account.recordings == {}
    assert list(account.queues) == ["QU0", "QU1"]


def test_a_queue_in_which_somebody_waits_is_not_deleted(account: Account) -> None:
    account.queues["QU0"] = {"sid": "QU0", "friendly_name": CALL, "current_size": 1}
    with pytest.raises(TwilioError):
        account.client().delete_queue(CALL)


def test_a_message_is_sent(account: Account) -> None:
    assert account.client().messages.send(OFFICER, LINE, "Jaga pukul 7").startswith("SM")
    assert account.messages == [{"To": OFFICER, "From": LINE, "Body": "Jaga pukul 7"}]


def test_what_there_is_since_then_is_listed_page_by_page(account: Account) -> None:
    for number, age in enumerate([0, 1, 2, 9, 40]):
        account.add_call(f"CA{number}", NOW - timedelta(hours=age))
        account.add_recording(f"RE{number}", at=NOW - timedelta(hours=age))
    since = NOW - timedelta(hours=3)
    assert [call.sid for call in account.client().calls(since)] == ["CA0", "CA1", "CA2"]
    assert [found.sid for found in account.client().recordings(since)] == ["RE0", "RE1", "RE2"]
    assert account.client().calls(since)[0].from_ == "+628121"


def asks(client: Client) -> list[Callable[[], object]]:
    return [
        lambda: client.place(OFFICER, LINE, WORDS, STATUS, 15),
        lambda: client.placed(OFFICER, NOW),
        lambda: client.hang_up(CALL),
        lambda: client.fetch_recording(RECORDING),
        lambda: client.delete_recording(RECORDING),
        lambda: client.delete_queue("CA-a"),
        lambda: client.messages.send(OFFICER, LINE, "x"),
        lambda: client.recordings(NOW),
        lambda: client.calls(NOW),
    ]


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [(401, 20003, False), (429, 20429, False), (503, 20503, False), (500, 99999, False), (400, 99999, True)],
)
@pytest.mark.parametrize("number", range(9))
def test_every_refusal_is_told_alike(
    account: Account, number: int, status: int, code: int, permanent: bool
) -> None:
    account.then = lambda _method, _path: refused(status, code)
    with pytest.raises(TwilioError) as error:
        asks(account.client())[number]()
    assert (error.value.status, error.value.code, error.value.permanent) == (status, code, permanent)
    assert "+628121" not in str(error.value)
    assert len(account.asked) == 1


@pytest.mark.parametrize("number", range(9))
def test_no_answer_may_be_tried_again(account: Account, number: int) -> None:
    def be_silent(_method: str, _path: str) -> Response:
        raise SilenceError

    account.then = be_silent
    with pytest.raises(TwilioError) as error:
        asks(account.client())[number]()
    assert (error.value.status, error.value.permanent) == (0, False)


@pytest.mark.parametrize("text", ["", "<html>", "[]", "null", '{"sid": 1}'])
@pytest.mark.parametrize("number", [1, 3, 7, 8])
def test_an_answer_that_is_none_of_twilios_is_no_crash(account: Account, number: int, text: str) -> None:
    account.then = lambda _method, _path: Response(200, text)
    with suppress(TwilioError):
        asks(account.client())[number]()


class Page(http.server.BaseHTTPRequestHandler):
    """Gives half of what it tells where the path says so."""

    def do_GET(self) -> None:
        self.send_response(200 if self.headers["Authorization"] else 401)
        self.send_header("Content-Type", "audio/x-wav; charset=binary")
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(bytes(500 if "half" in self.path else 1000))

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_sound_comes_over_http(site: str) -> None:
    with RequestsMedia().get(f"{site}/whole", (SID, TOKEN), 5) as media:
        assert (media.status, media.content_type, media.size) == (200, "audio/x-wav", 1000)
        assert b"".join(media.chunks) == bytes(1000)
    with RequestsMedia().get(f"{site}/half", (SID, TOKEN), 5) as media, pytest.raises(MediaError):
        b"".join(media.chunks)


def test_a_site_that_is_away_is_told(site: str) -> None:
    with (
        pytest.raises(MediaError, match="ConnectionError"),
        RequestsMedia().get("http://127.0.0.1:1/", (SID, TOKEN), 5),
    ):
        pass

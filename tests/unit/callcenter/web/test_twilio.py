"""The door for Twilio: what is not signed changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from callcenter.app import create_app
from callcenter.db import Database
from callcenter.models import Agency, Call, CallEvent, Line, TextMessage
from callcenter.services.residency import Residency
from callcenter.settings import Settings
from ivr.damm import check_digit
from tests.unit.callcenter.web.conftest import Place

SITES = ("https://hotline.example", "https://second.example/behind")
TOKEN = "a token of the tests"
SID = "CA" + "1" * 32
OFFER = {"CallSid": SID, "From": "+6281200000001", "To": "+62234555123", "CallStatus": "ringing"}

Post = Callable[..., TestResponse]


@pytest.fixture
def post(place: Place, settings: Settings) -> Post:
    """Post as Twilio does, to a site with an account and a line."""
    ours = replace(settings, twilio_account="AC1", twilio_token=TOKEN, twilio_urls=SITES)
    client = create_app(ours, place.database, place.store, place.clock).test_client()
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "dinsos")).one()
        since = date(2020, 1, 1)
        line = Line(agency_id=agency.id, number=OFFER["To"], provider="twilio", active_from=since)
        session.add(line)
        session.flush()
        Residency(session).decide(line, on=True, reason="SK 12", account_id=None, now=place.clock())
    prompts = ours.prompts_dir / "id"
    prompts.mkdir(parents=True)
    (prompts / "greeting.wav").write_bytes(b"RIFF")

    def send(path: str, form: dict[str, str], site: str = SITES[0], token: str = TOKEN) -> TestResponse:
        signature = RequestValidator(token).compute_signature(f"{site}/twilio{path}", form)
        return client.post(f"/twilio{path}", data=form, headers={"X-Twilio-Signature": signature})

    send.client = client  # type: ignore[attr-defined]
    return send


def calls(place: Place) -> int:
    with place.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Call)) or 0


def texts(place: Place) -> list[TextMessage]:
    with place.database.reading() as session:
        return list(session.scalars(select(TextMessage).order_by(TextMessage.id)))


PATHS = [
    "/voice",
    "/turn/1",
    "/wait/4",
    "/status",
    "/check",
    "/fallback",
    "/fallback/kept",
    f"/officer/{SID}-4-1-0",
    f"/officer/{SID}-4-1-0/key",
    f"/officer/{SID}-4-1-0/connected",
    f"/officer/{SID}-4-1-0/done",
    f"/officer/{SID}-4-1-0/status",
    f"/recording/{SID}__m__4",
    "/message",
    "/message/1/status",
]
TEXT = {"MessageSid": "SM" + "1" * 32, "From": OFFER["From"], "To": OFFER["To"], "Body": "Lampu mati"}


@pytest.mark.parametrize("path", PATHS)
def test_what_is_not_signed_is_refused_and_changes_nothing(place: Place, post: Post, path: str) -> None:
    client = post.client  # type: ignore[attr-defined]
    assert client.post(f"/twilio{path}", data=OFFER).status_code == 403
    assert post(path, OFFER, token="somebody else's").status_code == 403
    assert post(path, OFFER, site="https://evil.example").status_code == 403
    forged = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(f"{SITES[0]}/twilio{path}", {})}
    assert client.post(f"/twilio{path}", data=OFFER, headers=forged).status_code == 403
    assert client.post(f"/twilio{path}", data=TEXT).status_code == 403
    assert calls(place) == 0
    assert texts(place) == []


@pytest.mark.parametrize("site", SITES)
def test_a_call_is_taken_at_each_of_our_addresses(place: Place, post: Post, site: str) -> None:
    answer = post("/voice", OFFER, site=site)
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert f"{SITES[0]}/twilio/prompts/id/greeting.wav" in answer.text
    assert calls(place) == 1


def test_a_line_that_is_off_is_not_served_and_its_caller_is_owed_a_call(place: Place, post: Post) -> None:
    with place.database.transaction() as session:
        line = session.scalars(select(Line).where(Line.number == OFFER["To"])).one()
        Residency(session).decide(line, on=False, reason="Selesai", account_id=None, now=place.clock())
    assert "unknown_number" in post("/voice", OFFER).text
    post("/status", {**OFFER, "CallStatus": "completed"})
    with place.database.reading() as session:
        call = session.scalars(select(Call)).one()
        whys = session.scalars(select(CallEvent.data).where(CallEvent.kind == "degraded")).all()
        assert whys == [{"why": "line_off"}]
        assert (call.disposition, call.disposition_reason) == ("call_back", "line_off")


def test_a_request_that_comes_twice_is_given_the_same_turn(place: Place, post: Post) -> None:
    assert post("/voice", OFFER).data == post("/voice", OFFER).data
    first = post("/turn/1", {**OFFER, "Digits": "9"})
    with place.database.reading() as session:
        before = session.scalar(select(func.count()).select_from(CallEvent))
    assert post("/turn/1", {**OFFER, "Digits": "9"}).data == first.data
    assert post("/turn/1", {**OFFER, "Digits": "2"}).data == first.data
    assert post("/voice", OFFER).data == first.data
    with place.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CallEvent)) == before
    assert calls(place) == 1


def test_after_the_end_nothing_is_done(place: Place, post: Post) -> None:
    post("/voice", OFFER)
    ended = {**OFFER, "CallStatus": "completed"}
    assert post("/status", ended).status_code == 200
    assert post("/status", ended).status_code == 200
    assert "<Response />" in post("/turn/1", {**OFFER, "Digits": "1"}).text
    assert "<Response />" in post("/voice", OFFER).text
    with place.database.reading() as session:
        call = session.scalars(select(Call)).one()
        assert (call.provider, call.hangup_side, call.disposition) == ("twilio", "caller", "call_back")


@pytest.mark.parametrize("form", [{}, {"CallSid": "CA1"}, {"CallSid": f"{SID}\n"}, {"CallSid": "../etc"}])
def test_a_signed_request_that_is_none_of_twilio_s_is_refused(
    place: Place, post: Post, form: dict[str, str]
) -> None:
    assert post("/voice", {**OFFER, "CallSid": "", **form}).status_code == 400
    assert post("/officer/nonsense/key", OFFER).status_code == 400
    assert calls(place) == 0


def test_a_turn_of_an_unknown_call_ends_it_politely(place: Place, post: Post) -> None:
    assert "<Response />" in post("/turn/3", OFFER).text
    assert "<Leave" in post("/wait/3", OFFER).text
    assert calls(place) == 0


def test_who_accepts_too_late_is_told_so(post: Post) -> None:
    assert "officer_too_late" in post(f"/officer/{SID}-4-1-0", OFFER).text
    assert "officer_too_late" in post(f"/officer/{SID}-4-1-0/key", {**OFFER, "Digits": "1"}).text


def test_prompts_are_given_to_everybody_and_nothing_else(post: Post) -> None:
    client = post.client  # type: ignore[attr-defined]
    prompt = client.get("/twilio/prompts/id/greeting.wav")
    assert (prompt.status_code, prompt.mimetype, prompt.data) == (200, "audio/wav", b"RIFF")
    for path in ("id/nothing.wav", "../greeting.wav", "id/../../secrets/web.wav", "id/%2e%2e/x.wav"):
        assert client.get(f"/twilio/prompts/{path}").status_code == 404


def test_without_an_account_there_is_no_door(place: Place) -> None:
    client = place.app.test_client()
    assert client.post("/twilio/voice", data=OFFER).status_code == 404
    assert client.get("/twilio/prompts/id/greeting.wav").status_code == 404


def test_without_a_database_a_citizen_is_heard_and_given_a_number(
    place: Place, settings: Settings, post: Post
) -> None:
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    ours = replace(settings, twilio_account="AC1", twilio_token=TOKEN, twilio_urls=SITES)
    client = create_app(ours, away, place.store, place.clock).test_client()

    def send(path: str, **told: str) -> TestResponse:
        form = {**OFFER, **told}
        signature = RequestValidator(TOKEN).compute_signature(f"{SITES[0]}/twilio{path}", form)
        return client.post(f"/twilio{path}", data=form, headers={"X-Twilio-Signature": signature})

    assert "<Record" in send("/voice").text
    assert send("/voice").data == send("/turn/3").data == send("/fallback").data
    assert "/notice_alone.wav" in send("/voice").text
    assert "/notice.wav" not in send("/voice").text  # it offers keys, and nobody listens to them here
    assert "<Pause" in send("/wait/4").text
    recording = "https://api.twilio.com/recording"
    told = send("/fallback/kept", RecordingUrl=recording)
    digits = re.findall(r"digits/(\d)\.wav", told.text)
    number = "".join(digits[:8])
    assert (len(digits), number[0], check_digit(number[:7])) == (24, "9", number[7])
    assert send("/fallback/kept", RecordingUrl=recording).data == told.data
    assert "digits/" not in send("/fallback/kept").text  # nothing was said: nobody could find the number


def test_a_text_is_taken_once_and_answered_apart(place: Place, post: Post) -> None:
    for _ in range(2):
        answer = post("/message", TEXT)
        assert (answer.status_code, answer.mimetype) == (200, "text/xml")
        assert answer.text.endswith("<Response />")
    came, reply = texts(place)
    assert (came.disposition, came.body, reply.wording) == ("opened", "Lampu mati", "opened")


def test_how_a_text_fares_is_taken_and_what_is_not_ours_is_refused(place: Place, post: Post) -> None:
    post("/message", TEXT)
    came, reply = texts(place)
    told = {"MessageSid": "SM" + "2" * 32, "MessageStatus": "undelivered", "ErrorCode": "30003"}
    assert post(f"/message/{reply.id}/status", told).status_code == 200
    assert [text.state for text in texts(place)] == [None, "failed"]
    assert post(f"/message/{came.id}/status", told).status_code == 400
    assert post(f"/message/{reply.id}/status", {**told, "MessageSid": "SM" + "3" * 32}).status_code == 400
    assert post(f"/message/{10**30}/status", told).status_code == 400
    assert post(f"/message/{reply.id}/status", {**told, "MessageSid": "x"}).status_code == 400


@pytest.mark.parametrize("form", [{"MessageSid": ""}, {"MessageSid": "CA" + "1" * 32}])
def test_a_text_without_a_key_is_refused(place: Place, post: Post, form: dict[str, str]) -> None:
    assert post("/message", {**TEXT, **form}).status_code == 400
    assert texts(place) == []

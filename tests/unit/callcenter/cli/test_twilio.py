"""``callcenter twilio``: the account is set up, and seen to work."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import date

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from callcenter.app import create_app
from callcenter.cli import main
from callcenter.db import Database
from callcenter.models import AccessLog, Line, LineDecision, Outbox
from callcenter.services.remote_recordings import RemoteRecordings
from callcenter.settings import load
from ivr.twilio.client import Client
from recordings.store import LocalStore
from tests import factories
from tests.fixtures.children import free_port
from tests.phone.phone import Clock
from tests.twilio.exchange import Exchange
from tests.twilio.twiml import document

ACCOUNT, TOKEN, NUMBER = "AC" + "0" * 31 + "1", "a token of the tests", "+62234271234"


class Desk:
    """A terminal, an account at Twilio, and this site as the world reaches it."""

    def __init__(self, exchange: Exchange, database: Database) -> None:
        self.exchange = exchange
        self.database = database

    def run(self, *words: str) -> Result:
        client = Client(ACCOUNT, TOKEN, self.exchange.http)
        return CliRunner().invoke(main, ["twilio", *words], obj=client)

    @property
    def url(self) -> str:
        return f"{self.exchange.url}/twilio"


@pytest.fixture
def desk(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    twilio = {"ACCOUNT": ACCOUNT, "TOKEN": TOKEN, "URLS": site}
    for name, value in (environment | {f"CALLCENTER_TWILIO_{key}": it for key, it in twilio.items()}).items():
        monkeypatch.setenv(name, value)
    settings = load()
    database = Database(settings.database_url)
    with database.transaction() as session:
        agency = factories.agency(session)
        since = date(2020, 1, 1)
        session.add(Line(agency_id=agency.id, number=NUMBER, provider="twilio", active_from=since))
    app = create_app(settings, database, LocalStore(settings.home / "store"))
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Desk(
        Exchange(Flask("none"), Clock(factories.NOW), url=site, account=ACCOUNT, token=TOKEN), database
    )
    server.shutdown()
    thread.join()
    database.dispose()


def test_a_plan_is_shown_and_nothing_is_changed(desk: Desk) -> None:
    desk.exchange.add_number(NUMBER, voice="https://elsewhere.example/voice")
    shown = desk.run("setup")
    assert shown.exit_code == 0, shown.output
    assert f"voice_url: https://elsewhere.example/voice -> {desk.url}/voice" in shown.output
    assert desk.exchange.numbers[NUMBER].voice == "https://elsewhere.example/voice"


def test_what_was_planned_is_done_and_then_nothing_is_left(desk: Desk) -> None:
    desk.exchange.add_number(NUMBER, voice="")
    assert desk.run("setup", "--do").exit_code == 0
    number = desk.exchange.numbers[NUMBER]
    assert (number.voice, number.fallback, number.status) == (
        f"{desk.url}/voice",
        f"{desk.url}/fallback",
        f"{desk.url}/status",
    )
    again = desk.run("setup", "--do")
    assert "0 of 1 numbers" in again.output
    assert "->" not in again.output


def test_a_number_that_the_account_does_not_have_is_named(desk: Desk) -> None:
    answer = desk.run("setup", "--do")
    assert answer.exit_code == 1
    assert f"{NUMBER}: the account does not have this number" in answer.output


def test_a_site_that_works_is_found_good(desk: Desk) -> None:
    desk.exchange.add_number(NUMBER, voice="")
    assert desk.run("check").exit_code == 1
    desk.run("setup", "--do")
    answer = desk.run("check")
    assert answer.exit_code == 0, answer.output
    assert f"good  {desk.exchange.url} answers, and refuses what is forged" in answer.output
    assert f"good  {NUMBER} leads here" in answer.output
    assert f"off   {NUMBER}" in answer.output
    desk.run("line", "on", NUMBER, "--reason", "Surat 5")
    assert "off " not in desk.run("check").output


def test_an_address_that_is_not_ours_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("CALLCENTER_TWILIO_URLS", f"{desk.exchange.url} {desk.exchange.url}/behind {nowhere}")
    answer = desk.run("check")
    assert answer.exit_code == 1
    assert re.search(f"bad   {desk.exchange.url}/behind answers 404, not 200", answer.output)
    assert f"{nowhere} does not answer" in answer.output


def test_a_line_is_switched_on_and_off_with_a_reason(desk: Desk) -> None:
    assert desk.run("line", "on", NUMBER, "--reason", " ").exit_code == 1
    assert desk.run("line", "on", "+62234000000", "--reason", "SK 12").exit_code == 1
    assert desk.run("line", "on", NUMBER, "--reason", "SK 12").exit_code == 0
    assert desk.run("line", "off", "0234 271234", "--reason", "Selesai").exit_code == 0
    with desk.database.reading() as session:
        kept = session.scalars(select(LineDecision).order_by(LineDecision.id)).all()
        assert [(one.on, one.reason) for one in kept] == [(True, "SK 12"), (False, "Selesai")]
        log = session.execute(select(AccessLog.action, AccessLog.account_id, AccessLog.address)).all()
        assert [(action, by, at[:9]) for action, by, at in log] == [
            ("line_on", None, "terminal:"),
            ("line_off", None, "terminal:"),
        ]


def test_the_document_for_a_bin_is_one_that_twilio_takes(desk: Desk) -> None:
    printed = desk.run("bin").output
    verbs = document(printed.encode(), "text/xml", "https://handler.twilio.com/twiml/EH1")
    assert [one.tag for one in verbs] == ["Say", "Record", "Say"]


def test_a_second_bin_takes_leave_after_the_message(desk: Desk) -> None:
    place = "https://handler.twilio.com/twiml/EH2"
    first = document(desk.run("bin", "--then", place).output.encode(), "text/xml", place)
    assert first[1].url("action") == place
    second = document(desk.run("bin", "--end").output.encode(), "text/xml", place)
    assert [one.tag for one in second] == ["Say", "Hangup"]


def test_without_an_account_it_is_told_what_to_set(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCOUNT", "TOKEN", "URLS"):
        monkeypatch.delenv(f"CALLCENTER_TWILIO_{name}")
    answer = desk.run("check")
    assert answer.exit_code == 1
    assert "CALLCENTER_TWILIO_ACCOUNT" in answer.output


def test_half_an_account_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALLCENTER_TWILIO_TOKEN")
    with pytest.raises(ValueError, match="belong together"):
        load()


def test_a_doubtful_recording_is_decided_on(desk: Desk) -> None:
    call, sid = "CA" + "1" * 32, "RE" + "b" * 32
    with desk.database.transaction() as session:
        line = session.scalars(select(Line)).one()
        factories.call(session, line.agency, provider="twilio", key=call, node="twilio")
        told = ("completed", 3, 1, False, factories.NOW)
        RemoteRecordings(session).told(call, f"{call}__m__3", sid, *told)
    assert desk.run("recording", "fetch", sid).output == f"{sid} will be fetched again\n"
    assert desk.run("recording", "discard", sid).output == f"{sid} will be deleted at Twilio\n"
    with desk.database.reading() as session:
        owed = session.scalars(select(Outbox.kind).order_by(Outbox.id)).all()
        assert owed == ["fetch_recording", "fetch_recording", "delete_recording"]
    unknown = desk.run("recording", "discard", "RE1")
    assert (unknown.exit_code, "nothing was changed" in unknown.output) == (1, True)

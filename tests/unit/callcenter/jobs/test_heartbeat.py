"""Silence outside means that something is stuck inside."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.db import Database
from callcenter.jobs import PERIODIC
from callcenter.jobs.kinds import Tools
from callcenter.models import Alarm, Dispatch
from callcenter.senders import Sender
from callcenter.services.outbox import Work
from callcenter.settings import load
from tests import factories
from tests.factories import NOW


class Outside(BaseHTTPRequestHandler):
    """Who watches from outside."""

    heard = 0
    answer = 200

    def do_GET(self) -> None:
        type(self).heard += 1
        self.send_response(self.answer)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture
def tools(database: Database, tmp_path: Path) -> Iterator[Tools]:
    Outside.heard, Outside.answer = 0, 200
    server = HTTPServer(("127.0.0.1", 0), Outside)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}/ping"
    settings = replace(load({}), home=tmp_path, heartbeat_url=url)
    yield Tools(database, Sender("", tmp_path), settings, lambda _: None)
    server.shutdown()
    server.server_close()
    thread.join()


def beat(tools: Tools, minutes: float = 0) -> int:
    before = Outside.heard
    PERIODIC["heartbeat"].run(tools, NOW + timedelta(minutes=minutes))
    return Outside.heard - before


def test_while_all_is_well_it_is_heard(tools: Tools) -> None:
    assert beat(tools) == 1


def test_a_dispatch_that_is_stuck_is_silence_and_an_alarm(tools: Tools) -> None:
    with tools.database.transaction() as session:
        ticket = factories.ticket(session, factories.agency(session))
        row = Dispatch(ticket_id=ticket.id, urgent=False, next_at=NOW, opened_at=NOW)
        session.add(row)
    assert beat(tools, 4) == 1
    assert beat(tools, 6) == 0
    with tools.database.transaction() as session:
        assert session.scalars(select(Alarm.kind)).all() == ["dispatch-stuck"]
        session.scalars(select(Dispatch)).one().next_at = None
    assert beat(tools, 7) == 1
    with tools.database.reading() as session:
        assert session.scalars(select(Alarm.cleared_at)).one() is not None


def test_work_that_nobody_does_is_silence(tools: Tools) -> None:
    with tools.database.transaction() as session:
        Work(session).owe("notify_ticket", "x", {}, NOW)
    assert beat(tools, 6) == 0


def test_who_does_not_listen_outside_is_no_trouble_here(tools: Tools) -> None:
    Outside.answer = 500
    assert beat(tools) == 1
    closed = replace(tools, settings=replace(tools.settings, heartbeat_url="http://127.0.0.1:1/"))
    PERIODIC["heartbeat"].run(closed, NOW)

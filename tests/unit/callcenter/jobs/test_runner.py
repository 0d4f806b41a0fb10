from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from callcenter.db import Database
from callcenter.jobs.kinds import Job, Tools
from callcenter.jobs.runner import Runner
from callcenter.models import Outbox
from callcenter.senders import Sender
from callcenter.services.outbox import Ledger, Work
from callcenter.settings import Settings, load

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Killed(BaseException):
    """The worker died here."""


class Desk:
    """A runner whose job notes what it was given, and then does as it is told."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self.database = tools.database
        self.now = NOW
        self.done: list[dict[str, Any]] = []
        self.then: Callable[[], None] = lambda: None
        self.runner = Runner(tools, {"greet": Job(self._greet, 30)}, lambda: self.now)

    def _greet(self, _tools: Tools, payload: dict[str, Any], _now: datetime) -> None:
        self.done.append(payload)
        self.then()

    def owe(self, kind: str = "greet") -> int:
        with self.database.transaction() as session:
            Work(session).owe(kind, f"{kind}:1", {"who": "Sari"}, NOW)
            ((row_id, _),) = Ledger(session).claim(10, NOW)
        return row_id

    def row(self, row_id: int) -> Outbox:
        with self.database.reading() as session:
            row = session.get(Outbox, row_id)
            assert row is not None
            return row


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    settings: Settings = replace(load({}), home=tmp_path)
    return Desk(Tools(database, Sender("", tmp_path / "mail"), settings, lambda _: None))


def test_a_job_is_done_once(desk: Desk) -> None:
    row_id = desk.owe()
    assert desk.runner.run(row_id)
    assert not desk.runner.run(row_id)
    assert desk.done == [{"who": "Sari"}]
    assert desk.row(row_id).done_at == NOW


def test_a_job_that_raises_is_put_off(desk: Desk) -> None:
    row_id = desk.owe()
    desk.then = lambda: 1 / 0  # type: ignore[assignment]
    assert not desk.runner.run(row_id)
    row = desk.row(row_id)
    assert row.error == "ZeroDivisionError: division by zero"
    assert (row.done_at, row.due_at) == (None, NOW + timedelta(seconds=10))
    desk.then, desk.now = (lambda: None), row.due_at
    assert desk.runner.run(row_id)
    assert desk.row(row_id).error is None


def test_a_killed_workers_job_is_done_again_when_its_time_is_over(desk: Desk) -> None:
    def die() -> None:
        raise Killed

    row_id = desk.owe()
    desk.then = die
    with pytest.raises(Killed):
        desk.runner.run(row_id)
    desk.then = lambda: None
    desk.now = NOW + timedelta(seconds=40)
    assert not desk.runner.run(row_id)
    desk.now = NOW + timedelta(seconds=75)
    assert desk.runner.run(row_id)
    assert len(desk.done) == 2


def test_an_unknown_kind_is_kept_and_says_why(desk: Desk) -> None:
    row_id = desk.owe("dance")
    assert not desk.runner.run(row_id)
    assert "no job is called 'dance'" in (desk.row(row_id).error or "")


def test_a_row_that_is_gone_is_nothing_to_do(desk: Desk) -> None:
    assert not desk.runner.run(4711)

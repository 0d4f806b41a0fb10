"""The spool as a process, killed and stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from callcenter.db import Database
from callcenter.models import Call, Recording
from recordings.audio import header

SECONDS = 30.0
COMMAND = [sys.executable, "-c", "from callcenter.cli import main; main()", "spool"]
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def database(environment: dict[str, str]) -> Iterator[Database]:
    database = Database(environment["CALLCENTER_DATABASE_URL"])
    with database.transaction() as session:
        session.add(
            Call(
                provider="asterisk",
                key="node1-1.2",
                node="node1",
                channel="PJSIP/t-1",
                dialled="+62234000001",
                caller_kind="e164",
                flow="hotline",
                cursor={},
                turn={},
                offered_at=NOW,
                ended_at=NOW,
            )
        )
    yield database
    database.dispose()


def start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(COMMAND, env={**os.environ, **environment})


def kept(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Recording)) or 0


def test_killed_in_the_middle_of_its_work_it_loses_and_doubles_nothing(
    database: Database, environment: dict[str, str]
) -> None:
    home = Path(environment["CALLCENTER_HOME"])
    ready = home / "spool" / "ready"
    ready.mkdir(parents=True)
    for turn in range(60):
        (ready / f"node1-1.2__m__{turn}.wav").write_bytes(
            header(1, 8000, 2000) + turn.to_bytes(2, "big") * 1000
        )
    for wanted in (15, 30, 45):
        process = start(environment)
        deadline = time.monotonic() + SECONDS
        while kept(database) < wanted and time.monotonic() < deadline:
            time.sleep(0.002)
        process.kill()
        process.wait()
    process = start(environment)
    deadline = time.monotonic() + SECONDS
    while any(ready.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert process.wait(SECONDS) == 0
    with database.reading() as session:
        rows = session.scalars(select(Recording).order_by(Recording.part)).all()
    assert [row.part for row in rows] == list(range(1, 61))
    assert len({row.sha256 for row in rows}) == 60
    assert {str(path.relative_to(home / "store")) for path in (home / "store").rglob("*.wav")} == {
        row.store_key for row in rows
    }
    assert not list(ready.iterdir())

"""``callcenter reconcile``: what it prints, and what it keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from callcenter.cli import main
from callcenter.db import Database
from callcenter.models import Call, Difference, ReconciliationRun
from tests import factories

BEGAN = datetime.now(UTC) - timedelta(minutes=30)
KEY = f"node1-{int(BEGAN.timestamp())}.0"


@pytest.fixture(autouse=True)
def database(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    database = Database(environment["CALLCENTER_DATABASE_URL"])
    with database.transaction() as session:
        factories.line(session, factories.agency(session), "70001")
    yield database
    database.dispose()


@pytest.fixture
def logs(environment: dict[str, str]) -> Path:
    folder = Path(environment["CALLCENTER_HOME"]) / "asterisk/log"
    for name in ("cel-custom", "cdr-custom"):
        (folder / name).mkdir(parents=True)
    return folder


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["reconcile", *words])


def channel_record(event: str, at: datetime, extra: str = "") -> str:
    values = (
        event,
        f"{at.timestamp():.6f}",
        KEY,
        KEY,
        "PJSIP/trunk-1",
        "conversation",
        "s",
        "081234567890",
        "70001",
    )
    return ",".join(f'"{value}"' for value in (*values, extra.replace('"', '""'))) + "\n"


def write_call(logs: Path, cause: int = 16) -> None:
    end = BEGAN + timedelta(seconds=9)
    told = json.dumps({"hangupcause": cause, "hangupsource": "PJSIP/trunk-1", "dialstatus": ""})
    lines = channel_record("CHAN_START", BEGAN) + channel_record("HANGUP", end, told)
    (logs / "cel-custom" / "cel.csv").write_text(lines)
    times = (f"{BEGAN.timestamp():.6f}", "0.000000", f"{end.timestamp():.6f}")
    values = (KEY, KEY, "PJSIP/trunk-1", "conversation", "081234567890", "s", *times, "ANSWERED", "0")
    (logs / "cdr-custom" / "cdr.csv").write_text(",".join(f'"{value}"' for value in values) + "\n")


def test_a_call_nobody_logged_is_created_and_told(logs: Path, database: Database) -> None:
    write_call(logs)
    told = json.loads(run("--format", "json").output)
    assert (told["node"], told["offered"], told["logged"], told["created"]) == ("node1", 1, 1, 1)
    assert (told["created_now"], told["differences"]) == (1, [])
    again = json.loads(run("--format", "json").output)
    assert (again["created"], again["created_now"]) == (1, 0)
    with database.reading() as session:
        assert [row.kind for row in session.scalars(select(ReconciliationRun))] == ["asked", "asked"]


def test_a_difference_is_told_with_its_reason_and_kept(logs: Path, database: Database) -> None:
    write_call(logs)
    run()
    with database.transaction() as session:
        session.scalars(select(Call)).one().hangup_cause = 17
    result = run("--since", (BEGAN - timedelta(hours=1)).isoformat())
    assert result.exit_code == 0
    assert "the log has hang-up cause 17, the exchange 16" in result.output
    assert KEY in result.output
    with database.reading() as session:
        assert session.scalars(select(Difference)).one().kind == "cause"


def test_without_records_nothing_is_compared() -> None:
    result = run()
    assert result.exit_code == 1
    assert "nothing was compared" in result.output


@pytest.mark.parametrize("since", ["yesterday", "2999-01-01"])
def test_a_time_that_is_none_or_not_yet_is_refused(since: str) -> None:
    assert run("--since", since).exit_code == 2


def test_every_kind_has_its_reason() -> None:
    from callcenter.cli.reconcile import REASONS
    from callcenter.services.comparison import Kind

    assert set(REASONS) == set(Kind)

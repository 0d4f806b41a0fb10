"""``callcenter prompts``: built, checked, agencies' names included."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callcenter.cli import main
from callcenter.db import Base, Database
from callcenter.models import Agency, Tier


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CALLCENTER_HOME", str(tmp_path))
    monkeypatch.delenv("CALLCENTER_DATABASE_URL", raising=False)
    return tmp_path


def run(command: str) -> Result:
    return CliRunner().invoke(main, ["prompts", command])


def test_without_prompts_the_check_fails_and_says_what_to_do(home: Path) -> None:
    result = run("check")

    assert result.exit_code == 1
    assert f"{home}/prompts/id/greeting.wav: missing" in result.output
    assert "callcenter prompts build" in result.output


def test_prompts_are_built_before_there_is_a_database(home: Path) -> None:
    result = run("build")

    assert result.exit_code == 0
    assert "database is not ready" in result.output
    assert (home / "prompts/id/greeting.wav").is_file()
    assert run("check").exit_code == 0


def test_agencies_of_the_database_are_spoken(home: Path) -> None:
    database = Database(f"sqlite:///{home}/callcenter.db")
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        session.add(Agency(code="dinsos", name="Dinas Sosial", tier=Tier.DINAS, active_from=date(2020, 1, 1)))
    database.dispose()

    result = run("build")

    assert "agencies' names: 2 made, 0 up to date" in result.output
    assert (home / "prompts/id/agency/dinsos.wav16").is_file()
    assert "agencies' names: 0 made, 2 up to date" in run("build").output

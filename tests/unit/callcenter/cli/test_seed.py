"""``callcenter seed demo``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callcenter.cli import main


@pytest.fixture(autouse=True)
def home(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Path(environment["CALLCENTER_HOME"])


def demo() -> Result:
    return CliRunner().invoke(main, ["seed", "demo"])


def test_a_second_time_keeps_the_logins_and_says_them_again(home: Path) -> None:
    first = demo()
    logins = (home / "secrets/demo-logins.txt").read_text()
    second = demo()
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "43 agencies, 43 of them new" in first.output
    assert "43 agencies, 0 of them new" in second.output
    assert first.output.split("\n\n", 1)[1] == second.output.split("\n\n", 1)[1]
    assert (home / "secrets/demo-logins.txt").read_text() == logins
    for line in logins.splitlines():
        assert line.split("\t")[1] in second.output


def test_an_account_whose_password_cannot_be_kept_does_not_come_into_being(home: Path) -> None:
    (home / "secrets").write_text("in the way")
    assert demo().exit_code != 0
    (home / "secrets").unlink()
    assert "admin" in demo().output
    assert (home / "secrets/demo-logins.txt").exists()

"""``callcenter lines test`` where nothing can be called."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from callcenter.cli import main
from callcenter.db import Database
from callcenter.models import LineCheck
from tests import factories

NUMBER = "+622345550101"


@pytest.fixture
def house(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Database:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    database = Database(environment["CALLCENTER_DATABASE_URL"])
    with database.transaction() as session:
        factories.line(session, factories.agency(session), NUMBER)
    return database


def lines_test(*words: str) -> Result:
    return CliRunner().invoke(main, ["lines", "test", *words])


def test_an_exchange_that_is_away_is_told_and_no_line_is_blamed(house: Database) -> None:
    for words in ([NUMBER], ["--all"]):
        result = lines_test(*words)
        assert result.exit_code == 1
        assert "the exchange cannot be asked" in result.output
        assert "callcenter asterisk serve" in result.output
    with house.reading() as session:
        assert session.scalars(select(LineCheck)).all() == []


def test_a_number_that_is_no_line_s_is_told(house: Database) -> None:
    result = lines_test(NUMBER, "70009", "x'; drop")
    assert result.exit_code == 1
    assert "no active line has the number 70009, x'; drop; nothing was called" in result.output


@pytest.mark.parametrize("words", [(), (NUMBER, "--all")])
def test_some_lines_or_all_are_to_be_named(house: Database, words: tuple[str, ...]) -> None:
    result = lines_test(*words)
    assert result.exit_code == 2
    assert "--all" in result.output

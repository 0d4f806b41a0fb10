"""``callcenter duty propose``: the proposal at the terminal, as a file or as data, and published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from callcenter.cli import main
from callcenter.db import Database
from callcenter.models import RosterVersion
from tests import factories

NEXT = f"{datetime.now(UTC).year + 1}-01"


def propose(*words: str) -> Result:
    return CliRunner().invoke(main, ["duty", "propose", *words])


@pytest.fixture(autouse=True)
def database(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    database = Database(environment["CALLCENTER_DATABASE_URL"])
    with database.transaction() as session:
        dinsos = factories.agency(session)
        for name in ("Ani", "Budi", "Cici"):
            factories.officer(session, dinsos, name)
        factories.officer(session, factories.agency(session, "desa", "Desa"), "Dewi")
    yield database
    database.dispose()


def versions(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(RosterVersion.reason)))


def test_it_is_written_as_an_import_takes_it(database: Database) -> None:
    lines = propose("dinsos", NEXT).output.splitlines()
    assert lines[0] == "tanggal;mulai;selesai;petugas;peran"
    assert lines[1].startswith(f"{NEXT}-01;00:00;06:00;")
    assert versions(database) == []


def test_it_is_told_as_data(database: Database) -> None:
    result = propose("desa", NEXT, "--format", "json")
    told = json.loads(result.stdout)
    assert (told["agency"], told["month"]) == ("desa", NEXT)
    assert [share["name"] for share in told["shares"]] == ["Dewi"]
    assert {"too_long": ["Dewi"]} in [turn["refusals"] for turn in told["turns"]]
    assert "places that nobody can take" in result.stderr


def test_it_is_published_with_a_reason(database: Database) -> None:
    for words in (("dinsos", NEXT, "--publish"), ("desa", NEXT, "--publish", "--reason", "Rapat")):
        result = propose(*words)
        assert result.exit_code == 1
        assert "Nothing was changed." in result.output
    assert versions(database) == []
    assert propose("dinsos", NEXT, "--publish", "--reason", "Rapat").exit_code == 0
    assert propose("desa", NEXT, "--publish", "--with-gaps", "--reason", "Satu orang").exit_code == 0
    assert versions(database) == ["Rapat", "Satu orang"]


@pytest.mark.parametrize(("words", "told"), [(("nix", NEXT), "no agency"), (("dinsos", "x"), "bad_month")])
def test_what_cannot_be_proposed_is_told(words: tuple[str, str], told: str) -> None:
    result = propose(*words)
    assert (result.exit_code, told in result.output) == (1, True)

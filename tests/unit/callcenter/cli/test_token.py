"""``callcenter token``: made, listed and revoked at the machine's own terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from callcenter.cli import main
from callcenter.db import Database
from callcenter.models import AccessLog, Account, ApiToken, Role
from callcenter.services.api_tokens import ApiTokens
from tests import factories


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["token", *words])


@pytest.fixture(autouse=True)
def database(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    database = Database(environment["CALLCENTER_DATABASE_URL"])
    with database.transaction() as session:
        factories.account(session, "pengawas", Role.SUPERVISOR)
        factories.account(session, "mantan", Role.SUPERVISOR).active = False
    yield database
    database.dispose()


def outcome(database: Database, secret: str) -> str:
    with database.reading() as session:
        token = session.scalars(select(ApiToken)).one()
        return ApiTokens(session).check(secret, address="test", now=token.at).outcome


def test_a_token_is_printed_listed_and_revoked(database: Database) -> None:
    made = run("make", " Pengawas ", "--label", "Papan", "--days", "90")
    secret = made.stdout.strip()
    assert outcome(database, secret) == "welcome"
    listed = run("list", "--format", "json").stdout
    assert secret not in listed
    (row,) = json.loads(listed)
    assert (row["username"], row["label"], row["last_used_at"]) == ("pengawas", "Papan", None)
    assert row["expires_at"] > row["at"]
    assert run("revoke", str(row["id"])).exit_code == 0
    assert outcome(database, secret) == "wrong"
    assert json.loads(run("list", "--format", "json").stdout) == []
    with database.reading() as session:
        log = [(one.action, one.address.split(":")[0]) for one in session.scalars(select(AccessLog))]
    assert log == [("token_made", "terminal"), ("token_revoked", "terminal")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("make", "siapa", "--label", "x"), "no active account 'siapa'"),
        (("make", "mantan", "--label", "x"), "no active account 'mantan'"),
        (("make", "pengawas", "--label", " "), "label: empty"),
        (("make", "pengawas"), "--label"),
        (("make", "pengawas", "--label", "x", "--days", "0"), "--days"),
        (("revoke", "7"), "there is no token 7"),
        (("revoke", str(2**70)), "there is no token"),
        (("revoke", "x"), "TOKEN_ID"),
    ],
)
def test_what_cannot_be_done_is_said(database: Database, words: tuple[str, ...], said: str) -> None:
    result = run(*words)
    assert result.exit_code != 0
    assert said in result.output
    with database.reading() as session:
        assert session.scalars(select(ApiToken)).all() == []
        assert len(session.scalars(select(Account)).all()) == 2

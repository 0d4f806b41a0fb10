"""Whose address counts when a reverse proxy stands before the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from callcenter import settings as environment
from callcenter.app import create_app
from callcenter.db import Database
from callcenter.models import AccessLog
from callcenter.services.accounts import MOST_BY_PAIR
from callcenter.settings import Settings
from recordings.store import LocalStore
from tests import factories

RIGHT = {"username": "petugas", "password": factories.PASSWORD}
WRONG = {"username": "petugas", "password": "bukan-kata-sandi"}
Behind = Callable[[int], Flask]


@pytest.fixture
def behind(settings: Settings) -> Iterator[Behind]:
    """Build the application for a number of proxies."""
    database = Database(settings.database_url)
    with database.transaction() as session:
        factories.account(session, "petugas")

    def build(proxies: int) -> Flask:
        store = LocalStore(settings.home / "store")
        app = create_app(replace(settings, trusted_proxies=proxies), database, store)
        app.config["WTF_CSRF_ENABLED"] = False
        return app

    yield build
    database.dispose()


def log_in(app: Flask, words: dict[str, str], forwarded: str) -> int:
    return app.test_client().post("/login", data=words, headers={"X-Forwarded-For": forwarded}).status_code


def guess(app: Flask, forwarded: Callable[[int], str]) -> None:
    """Guess the password as often as one address may."""
    assert [log_in(app, WRONG, forwarded(number)) for number in range(MOST_BY_PAIR)] == [401] * MOST_BY_PAIR


def addresses(app: Flask) -> set[str]:
    with app.extensions["callcenter"].database.reading() as session:
        return set(session.scalars(select(AccessLog.address)))


def test_without_proxies_a_forged_address_changes_nothing(behind: Behind) -> None:
    app = behind(0)
    guess(app, lambda number: f"10.0.0.{number}")
    assert log_in(app, RIGHT, "10.0.1.1") == 429
    assert addresses(app) == {"127.0.0.1"}


def test_behind_a_proxy_each_viewer_has_an_address(behind: Behind) -> None:
    app = behind(1)
    guess(app, lambda _: "10.0.0.1")
    assert log_in(app, RIGHT, "10.0.0.1") == 429
    assert log_in(app, RIGHT, "10.0.0.2") == 303


def test_only_what_the_proxies_added_is_believed(behind: Behind) -> None:
    app = behind(2)
    guess(app, lambda number: f"192.0.2.{number}, 10.0.0.1, 172.16.0.1")
    assert log_in(app, RIGHT, "192.0.2.99, 10.0.0.1, 172.16.0.1") == 429
    assert addresses(app) == {"10.0.0.1"}


@pytest.mark.parametrize("proxies", [0, 1])
def test_a_proxy_tells_whether_the_way_is_encrypted(behind: Behind, proxies: int) -> None:
    answer = behind(proxies).test_client().get("/login", headers={"X-Forwarded-Proto": "https"})
    assert ("Strict-Transport-Security" in answer.headers) == bool(proxies)


@pytest.mark.parametrize("text", ["-1", "one", ""])
def test_a_senseless_number_of_proxies_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="CALLCENTER_TRUSTED_PROXIES"):
        environment.load({"CALLCENTER_TRUSTED_PROXIES": text})

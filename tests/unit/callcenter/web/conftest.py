"""An application over a temporary database, and browsers that are logged in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from callcenter.app import create_app
from callcenter.db import Database
from callcenter.models import Role
from callcenter.settings import Settings
from recordings.store import LocalStore
from tests import factories


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    time: datetime = field(default=factories.NOW)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **length: float) -> None:
        self.time += timedelta(**length)


@dataclass(frozen=True)
class Place:
    """An application and what it works with."""

    app: Flask
    database: Database
    store: LocalStore
    clock: Clock


LogIn = Callable[[str], FlaskClient]


@pytest.fixture
def place(settings: Settings) -> Iterator[Place]:
    """An application with the accounts admin, pengawas and petugas (of dinsos)."""
    database = Database(settings.database_url)
    store, clock = LocalStore(settings.home / "store"), Clock()
    app = create_app(settings, database, store, clock)
    app.config.update(WTF_CSRF_ENABLED=False, BOARD_TICK=0.01, BOARD_LIFETIME=0.1)
    with database.transaction() as session:
        dinsos = factories.agency(session)
        factories.agency(session, "dinkes", "Dinas Kesehatan")
        factories.account(session, "admin", Role.ADMIN)
        factories.account(session, "pengawas", Role.SUPERVISOR)
        factories.account(session, "petugas", Role.OFFICER, dinsos)
    yield Place(app, database, store, clock)
    database.dispose()


@pytest.fixture
def log_in(place: Place) -> LogIn:
    """Give a browser that is logged in."""

    def enter(username: str) -> FlaskClient:
        client = place.app.test_client()
        answer = client.post("/login", data={"username": username, "password": factories.PASSWORD})
        assert answer.status_code == 303
        return client

    return enter

"""An application whose API is asked by programs, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from callcenter.app import create_app
from callcenter.db import Database
from callcenter.models import Account, Role
from callcenter.services.api_tokens import ApiTokens
from callcenter.settings import Settings
from recordings.store import LocalStore
from tests import factories


@dataclass
class Program:
    """A program with a token, or without."""

    app: Flask
    token: str | None
    more: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **query: str) -> TestResponse:
        return self._client().get(f"/api/v1{path}", query_string=query, headers=self._headers())

    def post(self, path: str, body: object = None, *, key: str | None = None) -> TestResponse:
        headers = self._headers() | ({"Idempotency-Key": key} if key is not None else {})
        return self._client().post(f"/api/v1{path}", json=body if body is not None else {}, headers=headers)

    def send(self, path: str, data: bytes, kind: str = "application/json") -> TestResponse:
        return self._client().post(f"/api/v1{path}", data=data, content_type=kind, headers=self._headers())

    def _client(self) -> Any:
        return self.app.test_client()

    def _headers(self) -> dict[str, str]:
        return ({"Authorization": f"Bearer {self.token}"} if self.token else {}) | self.more


@dataclass
class Town:
    """An application, its people by name, and a clock that stands until it is moved."""

    app: Flask
    database: Database
    people: dict[str, int]
    now: datetime = factories.NOW

    def token(self, username: str, days: int | None = None) -> str:
        with self.database.transaction() as session:
            account = session.scalars(select(Account).where(Account.username == username)).one()
            return ApiTokens(session).make(account.id, "uji", days, by=None, address="test", now=self.now)

    def program(self, username: str) -> Program:
        return Program(self.app, self.token(username))

    def advance(self, **length: float) -> None:
        self.now += timedelta(**length)


@pytest.fixture
def town(settings: Settings, database: Database) -> Town:
    """Ani by day, Budi by night, Cici free at dinsos; Dewi always at dinkes; the village has nobody."""
    store = LocalStore(settings.home / "store")
    clock: list[Callable[[], datetime]] = []
    app = create_app(settings, database, store, lambda: clock[0]())
    people: dict[str, int] = {}
    with database.transaction() as session:
        dinsos = factories.agency(session)
        dinkes = factories.agency(session, "dinkes", "Dinas Kesehatan")
        village = factories.agency(session, "desa-a", "Desa A", tier="desa", parent_id=dinkes.id)
        for number, agency in enumerate((dinsos, dinkes, village)):
            factories.line(session, agency, f"+62234555010{number}")
        for name, agency, hours in (
            ("ani", dinsos, (7, 19)),
            ("budi", dinsos, (19, 7)),
            ("cici", dinsos, None),
            ("dewi", dinkes, (0, 0)),
        ):
            officer = factories.officer(session, agency, name.title(), mobile="+6281234567890")
            for day in range(7) if hours else ():
                factories.shift(session, officer, day, starts=time(hours[0]), ends=time(hours[1]))
            factories.account(session, name, Role.OFFICER, agency, officer)
            people[name] = officer.id
        factories.account(session, "pengawas", Role.SUPERVISOR)
    town = Town(app, database, people)
    clock.append(lambda: town.now)
    return town


@pytest.fixture
def supervisor(town: Town) -> Program:
    return town.program("pengawas")

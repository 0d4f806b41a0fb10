"""A site that is served for real, and Chromium to look at it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import make_server

from callcenter.app import create_app
from callcenter.db import Database
from callcenter.models import Role
from callcenter.settings import Settings
from recordings.store import LocalStore
from tests import factories
from tests.fixtures.browser import Shoot, artefacts, chromium, log_in, page, playwright, shoot

__all__ = ["Shoot", "Site", "artefacts", "chromium", "page", "playwright", "shoot", "site"]


@dataclass(frozen=True)
class Site:
    """A served application with its database and store."""

    app: Flask
    address: str
    database: Database
    store: LocalStore
    settings: Settings

    def log_in(self, page: Page, username: str = "pengawas") -> None:
        """Log in through the form."""
        log_in(page, self.address, username, factories.PASSWORD)


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    """A site with three accounts, served on a free port."""
    database = Database(settings.database_url)
    store = LocalStore(settings.home / "store")
    app = create_app(settings, database, store)
    app.config.update(BOARD_TICK=0.1, BOARD_LIFETIME=60)
    with database.transaction() as session:
        dinsos = factories.agency(session)
        factories.account(session, "admin", Role.ADMIN)
        factories.account(session, "pengawas", Role.SUPERVISOR)
        factories.account(session, "petugas", Role.OFFICER, dinsos)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(app, f"http://127.0.0.1:{server.port}", database, store, settings)
    server.shutdown()
    thread.join()
    database.dispose()

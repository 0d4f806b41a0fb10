"""A site that is served for real, and Chromium to look at it."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from werkzeug.serving import make_server

from callcenter.app import create_app
from callcenter.db import Database
from callcenter.models import Role
from callcenter.settings import Settings
from recordings.store import LocalStore
from tests import factories

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
WIDTHS = {"wide": 1280, "phone": 360}
Shoot = Callable[[Page, str], None]


@dataclass(frozen=True)
class Site:
    """A served application with its database and store."""

    app: Flask
    address: str
    database: Database
    store: LocalStore

    def log_in(self, page: Page, username: str = "pengawas") -> None:
        """Log in through the form."""
        page.goto(f"{self.address}/login")
        page.get_by_label("Nama pengguna").fill(username)
        page.get_by_label("Kata sandi").fill(factories.PASSWORD)
        page.get_by_role("button", name="Masuk").click()
        page.wait_for_url(lambda url: "/login" not in url)


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
    yield Site(app, f"http://127.0.0.1:{server.port}", database, store)
    server.shutdown()
    thread.join()
    database.dispose()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of browsers."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        raise FileNotFoundError("chromium is missing: `make test` installs it")
    browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh browser profile in Indonesian; an error in a page's console fails the test."""
    context = chromium.new_context(locale="id-ID", timezone_id="Asia/Jakarta", viewport=_size("wide"))
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if _is_refusal(line.text) else None)
    yield page
    context.close()
    assert problems == []


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures are kept: never inside the repository."""
    chosen = os.environ.get("CALLCENTER_ARTEFACTS")
    folder = Path(chosen) / "browser" if chosen else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def shoot(artefacts: Path) -> Shoot:
    """Take a picture at both widths; nothing may stick out to the side."""

    def take(page: Page, name: str) -> None:
        for label in ("phone", "wide"):
            page.set_viewport_size(_size(label))
            page.screenshot(path=artefacts / f"{name}-{label}.png", full_page=True)
            spread = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert spread <= 0, f"{name} is {spread} px too wide for a {label}"

    return take


def _size(label: str) -> dict[str, int]:
    return {"width": WIDTHS[label], "height": 800}


def _is_refusal(line: str) -> bool:
    return "Content Security Policy" in line or "Refused to" in line

"""Logging in and out, and who is let in where."""

from __future__ import annotations

import stat

import pytest
from sqlalchemy import select

from callcenter.models import AccessLog, Account
from callcenter.services.accounts import MOST_BY_PAIR, Accounts
from callcenter.settings import Settings
from callcenter.web.auth import safe_target
from callcenter.web.security import session_key
from tests import factories
from tests.unit.callcenter.web.conftest import LogIn, Place

RIGHT = {"username": "petugas", "password": factories.PASSWORD}
WRONG = {"username": "petugas", "password": "bukan-kata-sandi"}


def logged(place: Place) -> list[tuple[str, str]]:
    with place.database.reading() as session:
        rows = session.scalars(select(AccessLog).order_by(AccessLog.id))
        return [(row.action, row.subject) for row in rows]


@pytest.mark.parametrize(
    "path", ["/", "/board", "/board/stream", "/calls", "/tickets/1", "/recordings/1/audio"]
)
def test_everything_asks_for_a_login(place: Place, path: str) -> None:
    answer = place.app.test_client().get(path)
    assert (answer.status_code, answer.location) == (303, f"/login?next={path}")


def test_a_login_leads_back_to_where_one_was(place: Place) -> None:
    answer = place.app.test_client().post("/login", data={**RIGHT, "next": "/tickets?status=new"})
    assert (answer.status_code, answer.location) == (303, "/tickets?status=new")
    assert logged(place) == [("login", "petugas")]


@pytest.mark.parametrize(
    ("username", "home"), [("petugas", "/calls"), ("pengawas", "/board"), (" ADMIN ", "/board")]
)
def test_each_role_begins_where_it_works(place: Place, username: str, home: str) -> None:
    answer = place.app.test_client().post("/login", data={**RIGHT, "username": username})
    assert answer.location == home


def test_the_session_s_cookie_is_guarded(place: Place) -> None:
    cookie = place.app.test_client().post("/login", data=RIGHT).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_wrong_password_is_refused_and_logged(place: Place) -> None:
    answer = place.app.test_client().post("/login", data=WRONG)
    assert answer.status_code == 401
    assert "salah" in answer.text
    assert logged(place) == [("login_failed", "petugas")]


def test_guessing_is_stopped_and_time_heals(place: Place) -> None:
    client = place.app.test_client()
    for _attempt in range(MOST_BY_PAIR):
        assert client.post("/login", data=WRONG).status_code == 401
    assert client.post("/login", data=RIGHT).status_code == 429
    elsewhere = client.post("/login", data=RIGHT, environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert elsewhere.status_code == 303
    place.clock.advance(minutes=16)
    assert place.app.test_client().post("/login", data=RIGHT).status_code == 303


def test_nothing_of_the_former_session_survives_a_login(place: Place) -> None:
    client = place.app.test_client()
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    client.post("/login", data=RIGHT)
    with client.session_transaction() as session:
        assert "planted" not in session


def test_logging_out_takes_a_post_and_ends_the_session(log_in: LogIn) -> None:
    client = log_in("petugas")
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").location == "/login"
    assert client.get("/calls").status_code == 303


def test_a_new_password_or_a_closed_account_ends_open_sessions(place: Place, log_in: LogIn) -> None:
    client, other = log_in("petugas"), log_in("pengawas")
    with place.database.transaction() as session:
        accounts = {row.username: row for row in session.scalars(select(Account))}
        Accounts(session).set_password(accounts["petugas"], "kata-sandi-baru")
        accounts["pengawas"].active = False
    assert client.get("/calls").location.startswith("/login")
    assert other.get("/calls").location.startswith("/login")


def test_a_form_without_its_token_changes_nothing(place: Place) -> None:
    place.app.config["WTF_CSRF_ENABLED"] = True
    answer = place.app.test_client().post("/login", data=RIGHT)
    assert answer.status_code == 400
    assert "kedaluwarsa" in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "",
        "/a\nb",
        "calls",
    ],
)
def test_a_login_never_leads_elsewhere(target: str) -> None:
    assert safe_target(target) is None


def test_the_language_is_remembered_for_the_account(place: Place, log_in: LogIn) -> None:
    client = log_in("petugas")
    assert client.post("/language", data={"language": "en", "next": "/tickets"}).location == "/tickets"
    assert '<html lang="en">' in client.get("/calls").text
    assert '<html lang="en">' in log_in("petugas").get("/calls").text


def test_the_key_is_made_once_and_for_its_owner_only(settings: Settings) -> None:
    key = session_key(settings.secrets_dir)
    assert session_key(settings.secrets_dir) == key
    assert len(key) == 32
    assert stat.S_IMODE((settings.secrets_dir / "web").stat().st_mode) == 0o600


def test_only_some_roles_reach_the_settings(log_in: LogIn) -> None:
    assert log_in("petugas").get("/admin/").status_code == 403
    assert log_in("admin").get("/admin/").status_code == 303


def test_pages_are_strict_with_browsers(place: Place) -> None:
    headers = place.app.test_client().get("/login").headers
    assert "script-src 'self';" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store"


def test_health_needs_no_login(place: Place) -> None:
    answer = place.app.test_client().get("/health")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "database": "ok"})

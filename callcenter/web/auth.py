"""Logging in and out, and the language of the pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from callcenter.models import Account
from callcenter.services.access import Viewer, viewer_of
from callcenter.services.accounts import Accounts, Check, session_stamp
from callcenter.web.context import address, house, now, viewer
from callcenter.web.guard import public

pages = Blueprint("auth", __name__)


class Person(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """The one who is logged in, as flask-login wants it."""

    def __init__(self, account: Account) -> None:
        """Keep what a request needs of an account."""
        self.viewer: Viewer = viewer_of(account)
        self._id = f"{account.id}:{session_stamp(account)}"

    def get_id(self) -> str:
        """Name the account and its password's mark: a new password ends the session."""
        return self._id


def load(identity: str) -> Person | None:
    """Find the person a session belongs to."""
    number, _colon, _stamp = identity.partition(":")
    if not number.isdigit():
        return None
    with house().database.reading() as db:
        account = Accounts(db).find(int(number))
        person = Person(account) if account else None
    return person if person is not None and person.get_id() == identity else None


@pages.get("/")
def home() -> Response:
    """Go to where this person works."""
    return redirect(_home(viewer()), 303)


@pages.get("/login")
@public
def login() -> str | Response:
    """Show the login form."""
    if current_user.is_authenticated:
        return redirect(_home(viewer()), 303)
    return render_template("auth/login.html", next=request.args.get("next", ""), username="")


@pages.post("/login")
@public
def enter() -> Response | tuple[str, int]:
    """Check a login; after it nothing of the former session is left."""
    check = _attempt()
    if check.account is None:
        return _refused(check)
    session.clear()
    session.permanent = True
    person = Person(check.account)
    login_user(person)
    return redirect(safe_target(request.form.get("next", "")) or _home(person.viewer), 303)


@pages.post("/logout")
def logout() -> Response:
    """End the session."""
    logout_user()
    session.clear()
    flash(_("Anda sudah keluar."), "note")
    return redirect(url_for("auth.login"), 303)


@pages.post("/language")
@public
def language() -> Response:
    """Change the language of the pages."""
    chosen = "en" if request.form.get("language") == "en" else "id"
    if current_user.is_authenticated:
        with house().database.transaction() as db:
            Accounts(db).set_language(viewer().account_id, chosen)
    response = redirect(safe_target(request.form.get("next", "")) or url_for("auth.home"), 303)
    secure = house().settings.secure_cookies
    response.set_cookie("language", chosen, max_age=31536000, samesite="Lax", httponly=True, secure=secure)
    return response


def safe_target(target: str) -> str | None:
    """Keep a path on this site; anything that could lead elsewhere is ``None``."""
    if not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(letter) < 33 or ord(letter) == 127 for letter in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def _attempt() -> Check:
    """Check without a lock (hashing is slow), then note how it ended."""
    username, password = request.form.get("username", ""), request.form.get("password", "")
    with house().database.reading() as db:
        check = Accounts(db).check(username, password, address=address(), now=now())
    with house().database.transaction() as db:
        Accounts(db).note(check, address=address(), now=now())
    return check


def _refused(check: Check) -> tuple[str, int]:
    if check.outcome == "limited":
        text, status = _("Terlalu banyak percobaan. Tunggu 15 menit, lalu coba lagi."), 429
    else:
        text, status = _("Nama pengguna atau kata sandi salah. Periksa lalu coba lagi."), 401
    page = render_template(
        "auth/login.html", next=request.form.get("next", ""), username=check.username, problem=text
    )
    return page, status


def _home(person: Viewer) -> str:
    """Supervisors and admins watch the board, officers their calls."""
    endpoint = "board.board" if person.sees_all else "calls.calls"
    return url_for(endpoint)

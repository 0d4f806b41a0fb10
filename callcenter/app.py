"""The web application, built from what it is given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask, request
from flask_babel import Babel
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from callcenter import api, bootstrap
from callcenter import settings as environment
from callcenter.db import Database
from callcenter.settings import Settings
from callcenter.web import auth, blueprints, context, errors, guard, metrics, security, twilio, words
from recordings.store import Store

MOST_UPLOAD_BYTES = 4 * 1024 * 1024
LANGUAGES = ("id", "en")


def create_app(
    settings: Settings,
    database: Database,
    store: Store,
    clock: Callable[[], datetime] = context.wall_clock,
) -> Flask:
    """Build the application; nothing of it lives in module globals."""
    app = Flask(__name__)
    app.config.update(_config(settings))
    app.extensions["callcenter"] = context.House(settings, database, store, clock)
    metrics.token(settings)
    app.extensions["twilio"] = bootstrap.twilio_line(settings, database, clock)
    csrf = CSRFProtect(app)
    for door in (api.pages, twilio.pages):  # programs bring a token or a signature, never a cookie
        csrf.exempt(door)
    Babel(app, locale_selector=language)
    _add_login(app)
    _trust_proxies(app, settings.trusted_proxies)
    app.before_request(guard.check)
    app.after_request(security.add_headers)
    errors.register(app)
    words.register(app)
    for blueprint in blueprints.all_blueprints():
        app.register_blueprint(blueprint)
    app.register_blueprint(api.pages)
    return app


def from_environment() -> Flask:
    """Build the application for a WSGI server, from ``CALLCENTER_*``."""
    settings = environment.load()
    return create_app(settings, bootstrap.database(settings), bootstrap.store(settings))


def language() -> str:
    """Choose the page's language: the viewer's, else the one chosen here, else Indonesian."""
    if current_user and current_user.is_authenticated:
        return str(current_user.viewer.language)
    chosen = request.cookies.get("language", "id")
    return chosen if chosen in LANGUAGES else "id"


def _config(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": security.session_key(settings.secrets_dir),
        "SESSION_COOKIE_NAME": "callcenter",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "MAX_CONTENT_LENGTH": MOST_UPLOAD_BYTES,
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a form may stay open a whole shift
        "BABEL_DEFAULT_LOCALE": "id",
        "BABEL_DEFAULT_TIMEZONE": settings.time_zone,
    }


def _add_login(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # a phone changes its address while it is carried about
    manager.user_loader(auth.load)


def _trust_proxies(app: Flask, number: int) -> None:
    """Believe what so many proxies add of the viewer's address and scheme, and nothing before it.

    Without any, the headers are the browser's own words: a guesser of
    passwords would choose a new address for each guess. ``Host`` is taken as
    it comes; a proxy passes it through.
    """
    if number:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=number, x_proto=number, x_host=0)  # type: ignore[method-assign]

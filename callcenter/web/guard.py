"""The door of every view: closed unless the view says otherwise.

Without a mark a view needs a login. ``@public`` opens it to everybody;
``@needs(Role.ADMIN)`` opens it to these roles only (403 for others). The
marks only label the function; ``check`` runs before each request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import abort, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from callcenter.models import Role
from callcenter.web.context import viewer

OTHER_DOORS = frozenset({"api", "twilio"})
"""Blueprints that let in by themselves, without a session."""
View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Open a view to people who are not logged in."""
    view.__dict__["public"] = True
    return view


def needs(*roles: Role) -> Callable[[View], View]:
    """Open a view to some roles only."""

    def mark(view: View) -> View:
        view.__dict__["roles"] = frozenset(roles)
        return view

    return mark


def check() -> Response | None:
    """Let the request through, send it to the login, or refuse it."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint == "static" or getattr(view, "public", False):
        return None
    if request.blueprint in OTHER_DOORS:
        return None
    if not current_user.is_authenticated:
        return _to_login()
    if not admits(request.endpoint or "", viewer().role):
        abort(403)
    return None


def admits(endpoint: str, role: Role) -> bool:
    """Tell whether a view is open to a role (also what the navigation asks)."""
    roles = getattr(current_app.view_functions.get(endpoint), "roles", None)
    return roles is None or role in roles


def _to_login() -> Response:
    """Ask for a login, and come back after it where that makes sense."""
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Redirect": url_for("auth.login")})
    if request.method != "GET":
        return redirect(url_for("auth.login"), 303)
    return redirect(url_for("auth.login", next=request.full_path.rstrip("?")), 303)

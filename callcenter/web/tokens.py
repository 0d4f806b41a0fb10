"""Keys for the viewer's own programs: made, shown once, revoked."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from callcenter.services.api_tokens import ApiTokens
from callcenter.services.fields import FieldError
from callcenter.web.context import address, house, now, viewer
from callcenter.web.filters import number
from callcenter.web.forms import typed
from callcenter.web.problems import problem

pages = Blueprint("tokens", __name__)

LIFETIMES = (90, 30, 365, 0)
"""Days among which the page lets choose; 0 is until it is revoked."""


@pages.get("/tokens")
def tokens() -> str:
    """List the viewer's keys that work."""
    return _shown("", {})


@pages.post("/tokens")
def make() -> Response | tuple[str, int]:
    """Make a key, and show it once."""
    label = typed("label")
    try:
        with house().database.transaction() as session:
            secret = ApiTokens(session).make(
                viewer().account_id,
                label,
                _lifetime(typed("days")),
                by=viewer().account_id,
                address=address(),
                now=now(),
            )
    except FieldError as error:
        return _shown(label, {error.field: problem(error.code)}), 422
    flash(_("Kunci API, salin sekarang karena tidak ditampilkan lagi:"), "good")
    flash(secret, "note")
    return redirect(url_for("tokens.tokens"), 303)


@pages.post("/tokens/<int:token_id>/revoke")
def revoke(token_id: int) -> Response:
    """Let a key work no more."""
    with house().database.transaction() as session:
        ApiTokens(session).revoke_own(viewer(), token_id, address(), now())
    flash(_("Kunci API dicabut."), "good")
    return redirect(url_for("tokens.tokens"), 303)


def _lifetime(text: str) -> int | None:
    days = number(text)
    if days not in LIFETIMES:
        raise FieldError("days", "bad_days", text)
    return days or None


def _shown(label: str, errors: dict[str, str]) -> str:
    with house().database.reading() as session:
        found = ApiTokens(session).working(viewer().account_id, now())
    return render_template("tokens.html", found=found, label=label, errors=errors, lifetimes=LIFETIMES)

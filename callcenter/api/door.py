"""The door of the API: every request brings a token, none a cookie; and how it is told what went wrong."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from callcenter import problem
from callcenter.api.words import NOT_FOUND, refusal
from callcenter.house import address, house, now
from callcenter.services.access import NotVisibleError, Viewer
from callcenter.services.accounts import WINDOW
from callcenter.services.api_tokens import ApiTokens
from callcenter.services.fields import FieldError

pages = Blueprint("api", __name__, url_prefix=f"{problem.PATHS}v1")

MOST_BYTES = 64 * 1024
OPEN = frozenset({"api.openapi"})
"""What needs no token: it tells nothing of this instance."""


def viewer() -> Viewer:
    """Tell whose token the request brought."""
    return cast(Viewer, g.api_viewer)


@pages.before_request
def let_in() -> Response | None:
    """Let a request with a good token through."""
    request.max_content_length = MOST_BYTES
    if request.endpoint in OPEN:
        return None
    secret = _bearer(request.headers.get("Authorization", ""))
    if secret is None:
        return _unauthorized("Bearer", "Send a token in the header Authorization: Bearer TOKEN.")
    with house().database.reading() as session:
        check = ApiTokens(session).check(secret, address=address(), now=now())
    if check.to_be_noted(now()):
        with house().database.transaction() as session:
            ApiTokens(session).note(check, address=address(), now=now())
    if check.outcome == "limited":
        wait = {"Retry-After": str(int(WINDOW.total_seconds()))}
        return problem.response(429, "Too many wrong tokens came from this address. Wait 15 minutes.", wait)
    if check.viewer is None:
        return _unauthorized('Bearer error="invalid_token"', "The token is unknown, revoked or expired.")
    g.api_viewer = check.viewer
    return None


def _bearer(header: str) -> str | None:
    scheme, _space, secret = header.partition(" ")
    return secret.strip() or None if scheme.lower() == "bearer" else None


def _unauthorized(challenge: str, detail: str) -> Response:
    return problem.response(401, detail, {"WWW-Authenticate": challenge})


@pages.errorhandler(FieldError)
def _refused(error: FieldError) -> Response:
    return problem.answer(refusal(error))


@pages.errorhandler(NotVisibleError)
def _not_found(_error: NotVisibleError) -> Response:
    return problem.response(404, NOT_FOUND)


@pages.errorhandler(HTTPException)
def _http(error: HTTPException) -> Response:
    return problem.of_http(error)


@pages.errorhandler(500)
def _broken(_error: Exception) -> Response:
    return problem.response(500, "Something failed on our side. Nothing was changed; ask again later.")

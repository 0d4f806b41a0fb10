"""Answers to programs about what went wrong, as RFC 9457 wants them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response

PATHS = "/api/"
"""Below this path programs ask."""
MIMETYPE = "application/problem+json"


def document(status: int, detail: str, errors: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """Write what went wrong; ``errors`` tells it of single fields."""
    facts = {"type": "about:blank", "title": HTTP_STATUS_CODES[status], "status": status, "detail": detail}
    return {**facts, "errors": list(errors)} if errors else facts


def answer(facts: Mapping[str, Any]) -> Response:
    """Answer with a document, under its own status."""
    return Response(json.dumps(facts), facts["status"], mimetype=MIMETYPE)


def response(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Answer what went wrong."""
    said = answer(document(status, detail))
    said.headers.update(headers or {})
    return said


def of_http(error: HTTPException) -> Response:
    """Say an HTTP error, keeping the headers it carries (Allow)."""
    said: Response = error.get_response()
    if error.response is None:
        said.set_data(json.dumps(document(error.code or 500, error.description or "")))
        said.content_type = MIMETYPE
    return said

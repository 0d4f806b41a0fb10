"""Requests that change something: each in one transaction, with its answer kept under the request's key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from callcenter import problem
from callcenter.api.door import viewer
from callcenter.api.words import NOT_FOUND, refusal
from callcenter.house import house, now
from callcenter.services.access import NotVisibleError
from callcenter.services.api_answers import HEADER, ApiAnswers
from callcenter.services.fields import FieldError

Deed = Callable[[Session], Mapping[str, Any]]
"""What is done, and the facts of the answer; ``FieldError`` and ``NotVisibleError`` leave nothing done."""


def once(deed: Deed, status: int = 200) -> Response:
    """Do something, unless it was done under this request's key: then the answer is the one of then."""
    key = request.headers.get(HEADER)
    with house().database.transaction() as session:
        if key is None:
            return _said(*_done(session, deed, status))
        kept = ApiAnswers(session, viewer().account_id).claim(key, _request_hash(), now())
        if kept.status is None:
            kept.status, kept.body = _done(session, deed, status)
        return _said(kept.status, kept.body or "")


def _done(session: Session, deed: Deed, status: int) -> tuple[int, str]:
    """Carry out a request; what is refused is undone, and its answer is one as well."""
    try:
        with session.begin_nested():
            return status, json.dumps(deed(session))
    except FieldError as error:
        return 422, json.dumps(refusal(error))
    except NotVisibleError:
        return 404, json.dumps(problem.document(404, NOT_FOUND))


def _said(status: int, body: str) -> Response:
    return Response(body, status, mimetype="application/json" if status < 400 else problem.MIMETYPE)


def _request_hash() -> str:
    asked = f"{request.method} {request.path}\n".encode() + request.get_data()
    return hashlib.sha256(asked).hexdigest()

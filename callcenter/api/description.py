"""The OpenAPI 3.1 document, made of what stands beside each route."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from flask import current_app
from werkzeug.routing import Rule

from callcenter import problem
from callcenter.api.door import OPEN, pages
from callcenter.api.schemas import NUMBER, SCHEMAS, TEXT, Schema, ref
from callcenter.services.api_answers import HEADER, LONGEST_KEY

View = TypeVar("View", bound=Callable[..., Any])
_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
_KEY: Schema = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "The same key and request give the same answer for 7 days and change nothing more.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What a route takes and gives; schemas by name."""

    summary: str
    answer: str
    query: Sequence[Schema]
    body: str | None
    status: int


def described(
    summary: str, answer: str, *, query: Sequence[Schema] = (), body: str | None = None, status: int = 200
) -> Callable[[View], View]:
    """Describe a view for the document; schemas by name."""

    def mark(view: View) -> View:
        view.__dict__["operation"] = Operation(summary, answer, query, body, status)
        return view

    return mark


@pages.get("/openapi.json")
def openapi() -> dict[str, Any]:
    """Describe the API; needs no token."""
    paths: dict[str, dict[str, Any]] = {}
    for rule in current_app.url_map.iter_rules():
        if rule.endpoint.startswith(f"{pages.name}.") and rule.endpoint not in OPEN:
            path = _ARGUMENT.sub(r"{\1}", rule.rule).removeprefix(str(pages.url_prefix))
            method = "post" if "POST" in (rule.methods or ()) else "get"
            paths.setdefault(path, {})[method] = _operation(rule)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Duty", "version": "1"},
        "servers": [{"url": pages.url_prefix}],
        "security": [{"token": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {name: _problem(text) for name, text in _PROBLEMS.items()},
            "schemas": SCHEMAS,
        },
    }


_PROBLEMS = {
    "400": "The body is not a JSON object.",
    "401": "The token is missing, unknown, revoked or expired.",
    "404": "There is no such thing, or it is not for this account.",
    "413": "The body is too large.",
    "415": "The body is not sent as application/json.",
    "422": "A value is wrong: see errors.",
    "429": "Too many wrong tokens came from this address.",
}
_OF_BODIES = frozenset({"400", "413", "415"})


def _operation(rule: Rule) -> dict[str, Any]:
    told: Operation = current_app.view_functions[rule.endpoint].__dict__["operation"]
    in_path = [_in_path(name, rule) for name in sorted(rule.arguments)]
    answers = {name: {"$ref": f"#/components/responses/{name}"} for name in _PROBLEMS}
    if told.body is None:
        answers = {name: answer for name, answer in answers.items() if name not in _OF_BODIES}
    content = {"application/json": {"schema": ref(told.answer)}}
    good = {"description": HTTPStatus(told.status).phrase, "content": content}
    facts: dict[str, Any] = {
        "operationId": rule.endpoint.removeprefix(f"{pages.name}."),
        "summary": told.summary,
        "parameters": [*in_path, *told.query, *([_KEY] if told.body else [])],
        "responses": {str(told.status): good, **answers},
    }
    if told.body:
        facts["requestBody"] = {"content": {"application/json": {"schema": ref(told.body)}}}
    return facts


def _in_path(name: str, rule: Rule) -> Schema:
    schema = NUMBER if f"<int:{name}>" in rule.rule else TEXT
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _problem(text: str) -> Schema:
    return {"description": text, "content": {problem.MIMETYPE: {"schema": ref("Problem")}}}

"""The OpenAPI document tells of every route, and what is answered is as it says."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from callcenter.api.words import CODES
from callcenter.models import DutyWarning, WarningKind
from tests.unit.callcenter.api.conftest import Program, Town
from tests.unit.callcenter.api.schema import check, target
from tests.unit.callcenter.api.test_changes import DAY, override

WEEK = {"from": "2026-11-23T00:00:00+07:00", "to": "2026-11-30T00:00:00+07:00"}


@pytest.fixture
def document(town: Town) -> dict[str, Any]:
    answer = town.app.test_client().get("/api/v1/openapi.json")
    assert answer.json is not None
    return dict(answer.json)


def conforms(document: dict[str, Any], path: str, method: str, answer: TestResponse) -> None:
    told = document["paths"][path][method]["responses"][str(answer.status_code)]
    told = target(told["$ref"], document) if "$ref" in told else told
    check(answer.json, told["content"][answer.mimetype]["schema"], document)


def test_every_route_is_described(town: Town, document: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule).removeprefix("/api/v1"), method.lower())
        for rule in town.app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}
        if rule.rule.startswith("/api/") and rule.rule != "/api/v1/openapi.json"
    }
    assert routes == {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert len(routes) == 10
    assert document["openapi"].startswith("3.1.")


def test_every_pointer_leads_somewhere(document: dict[str, Any]) -> None:
    pointers = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)))
    assert pointers
    for pointer in pointers:
        assert target(pointer, document)


def test_each_argument_of_a_path_is_described(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for facts in methods.values():
            told = {one["name"] for one in facts["parameters"] if one["in"] == "path"}
            assert told == set(re.findall(r"{(\w+)}", path))


def test_what_is_read_is_as_described(town: Town, supervisor: Program, document: dict[str, Any]) -> None:
    with town.database.transaction() as session:
        facts = {"kind": WarningKind.NOBODY, "agency_id": 1, "subject": "x", "found_at": town.now}
        session.add(DutyWarning(starts=town.now, ends=town.now.replace(hour=9), **facts))
    supervisor.post("/agencies/dinsos/changes", override(town))
    for path, query in (
        ("/duty/now", {}),
        ("/duty/now", {"at": "x"}),
        ("/duty/gaps", {"days": "3"}),
        ("/duty/warnings", {}),
        ("/agencies/{code}/duty", WEEK),
        ("/agencies/{code}/duty", {}),
        ("/agencies/{code}/changes", WEEK),
    ):
        answer = supervisor.get(path.replace("{code}", "dinsos"), **query)
        conforms(document, path, "get", answer)
        filled = [value for value in answer.json.values() if isinstance(value, list)] if answer.json else []
        assert all(filled), path
    conforms(document, "/duty/now", "get", Program(town.app, None).get("/duty/now"))
    conforms(document, "/duty/now", "get", supervisor.get("/duty/now", agency="x"))


def test_what_is_changed_is_as_described(town: Town, supervisor: Program, document: dict[str, Any]) -> None:
    path, body = "/agencies/{code}/changes", {**DAY, "kind": "ask", "goes": town.people["ani"]}
    check(body, target("#/components/schemas/NewChange", document), document)
    ask = supervisor.post("/agencies/dinsos/changes", body)
    conforms(document, path, "post", ask)
    conforms(document, path, "post", supervisor.post("/agencies/dinsos/changes"))
    conforms(document, path, "post", supervisor.send("/agencies/dinsos/changes", b"["))
    conforms(document, path, "post", supervisor.send("/agencies/dinsos/changes", b"[", "text/plain"))
    assert ask.json is not None
    taking = {**DAY, "comes": town.people["cici"]}
    check(taking, target("#/components/schemas/Taking", document), document)
    swap = supervisor.post(f"/changes/{ask.json['id']}/take", taking)
    conforms(document, "/changes/{change_id}/take", "post", swap)
    assert swap.json is not None
    for deed, number in (
        ("approve", swap.json["id"]),
        ("undo", swap.json["id"]),
        ("refuse", swap.json["id"]),
    ):
        answer = supervisor.post(f"/changes/{number}/{deed}", {"decision": "Ya"})
        conforms(document, f"/changes/{{change_id}}/{deed}", "post", answer)


def test_unknown_paths_and_methods_are_problems_too(town: Town, supervisor: Program) -> None:
    unknown, wrong = supervisor.get("/nothing"), supervisor.post("/duty/now")
    assert (unknown.status_code, unknown.mimetype) == (404, "application/problem+json")
    assert (wrong.status_code, wrong.mimetype) == (405, "application/problem+json")
    assert "GET" in wrong.headers["Allow"]
    assert town.app.test_client().get("/nothing").mimetype == "text/html"


def test_words_say_what_is_wrong() -> None:
    assert all(text.endswith(".") for text in CODES.values())

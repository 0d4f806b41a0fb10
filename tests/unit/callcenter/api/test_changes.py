"""Programs change duty: under people's rules, once a key, and wrong requests leave nothing behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from callcenter.models import ApiAnswer, DutyChange, Outbox
from tests.unit.callcenter.api.conftest import Program, Town

NIGHT = {"starts": "2026-11-23T20:00:00+07:00", "ends": "2026-11-23T21:00:00Z", "reason": "Rapat"}
DAY = {"starts": "2026-11-24T07:00:00+07:00", "ends": "2026-11-24T19:00:00+07:00", "reason": "Anak sakit"}
PATH = "/agencies/dinsos/changes"


def changes(town: Town) -> list[DutyChange]:
    with town.database.reading() as session:
        return list(session.scalars(select(DutyChange).order_by(DutyChange.id)))


def rows(town: Town, model: type[Any]) -> int:
    with town.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def override(town: Town) -> dict[str, Any]:
    return {**NIGHT, "kind": "replace", "comes": town.people["cici"], "goes": town.people["budi"]}


def on_duty(program: Program, at: str) -> list[str]:
    told = program.get("/duty/now", agency="dinsos", at=at).json
    assert told is not None
    return [one["name"] for one in told["agencies"][0]["on_duty"]]


def test_somebody_is_replaced_and_it_is_undone(town: Town, supervisor: Program) -> None:
    answer = supervisor.post(PATH, override(town))
    assert answer.status_code == 201
    assert answer.json is not None
    assert (answer.json["starts"], answer.json["ends"]) == (NIGHT["starts"], "2026-11-24T04:00:00+07:00")
    assert (answer.json["comes"][0]["name"], answer.json["by"]) == ("Cici", "pengawas")
    assert on_duty(supervisor, "2026-11-24T03:59:59+07:00") == ["Cici"]
    assert on_duty(supervisor, "2026-11-24T04:00:00+07:00") == ["Budi"]
    listed = supervisor.get(
        PATH, **{"from": "2026-11-23T00:00:00+07:00", "to": "2026-11-25T00:00:00+07:00"}
    ).json
    assert listed == {"changes": [answer.json]}
    undone = supervisor.post(f"/changes/{answer.json['id']}/undo", {"decision": "Batal"})
    assert undone.json is not None
    assert (undone.status_code, undone.json["status"], undone.json["decision"]) == (200, "undone", "Batal")
    assert on_duty(supervisor, "2026-11-24T03:59:59+07:00") == ["Budi"]


def test_a_leave_needs_its_letter_and_nothing_of_a_refused_one_is_left(
    town: Town, supervisor: Program
) -> None:
    leave = {**DAY, "kind": "leave", "goes": town.people["ani"], "comes": town.people["cici"]}
    refused = supervisor.post(PATH, leave)
    assert refused.json is not None
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "decree")
    assert (changes(town), rows(town, Outbox)) == ([], 0)
    granted = supervisor.post(PATH, {**leave, "decree": "SK 12", "approver": "Kepala Dinas"})
    assert granted.status_code == 201
    assert on_duty(supervisor, "2026-11-24T08:00:00+07:00") == ["Cici"]


def test_an_officer_asks_a_colleague_takes_a_part_a_supervisor_decides(
    town: Town, supervisor: Program
) -> None:
    ani, cici, dewi = (town.program(name) for name in ("ani", "cici", "dewi"))
    ask = ani.post(PATH, {**DAY, "kind": "ask"}).json
    assert ask is not None
    assert (ask["status"], ask["left"]) == ("open", [{"starts": DAY["starts"], "ends": DAY["ends"]}])
    half = {"starts": DAY["starts"], "ends": "2026-11-24T13:00:00+07:00"}
    assert dewi.post(f"/changes/{ask['id']}/take", half).status_code == 404
    swap = cici.post(f"/changes/{ask['id']}/take", half)
    assert swap.status_code == 201
    assert swap.json is not None
    assert (swap.json["comes"][0]["name"], swap.json["ask_id"]) == ("Cici", ask["id"])
    again = cici.post(f"/changes/{ask['id']}/take", half).json
    assert again is not None
    assert again["errors"][0]["code"] == "not_asked"
    for program in (ani, cici):
        assert program.post(f"/changes/{swap.json['id']}/approve").status_code == 404
    assert on_duty(supervisor, "2026-11-24T08:00:00+07:00") == ["Ani"]
    assert supervisor.post(f"/changes/{swap.json['id']}/approve").status_code == 200
    assert on_duty(supervisor, "2026-11-24T08:00:00+07:00") == ["Cici"]
    refused = supervisor.post(f"/changes/{ask['id']}/refuse", {"decision": "Cukup"}).json
    assert refused is not None
    assert (refused["status"], refused["left"]) == ("refused", [])


def test_an_officer_s_program_does_not_override(town: Town) -> None:
    assert town.program("ani").post(PATH, override(town)).status_code == 404
    assert town.program("dewi").post(PATH, {**DAY, "kind": "ask"}).status_code == 404
    assert changes(town) == []


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"kind": "swap"}, "kind", "unknown_change"),
        ({"kind": None}, "kind", "unknown_change"),
        ({"kind": 1}, "kind", "bad_type"),
        ({"starts": "2026-11-23T20:00"}, "starts", "bad_moment"),
        ({"starts": "\ud800"}, "starts", "bad_moment"),
        ({"ends": ""}, "ends", "empty"),
        ({"ends": "2026-11-23T01:00:00Z"}, "ends", "before_start"),
        ({"comes": "3"}, "comes", "bad_type"),
        ({"comes": True}, "comes", "bad_type"),
        ({"comes": 10**40}, "comes", "unknown_officer"),
        ({"comes": -1}, "comes", "unknown_officer"),
        ({"goes": None}, "goes", "empty"),
        ({"reason": "=1+1"}, "reason", "formula"),
        ({"reason": "a\0b"}, "reason", "unprintable"),
        ({"reason": "\ud800"}, "reason", "unprintable"),
        ({"reason": "a" * 301}, "reason", "too_long"),
        ({"role": "admin"}, "role", "unknown_field"),
    ],
)
def test_wrong_values_are_told_by_field_and_change_nothing(
    town: Town, supervisor: Program, wrong: dict[str, Any], field: str, code: str
) -> None:
    for key in (None, "kunci"):
        answer = supervisor.post(PATH, {**override(town), **wrong}, key=key)
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
        assert answer.json is not None
        assert [(one["field"], one["code"]) for one in answer.json["errors"]] == [(field, code)]
    assert (changes(town), rows(town, Outbox)) == ([], 0)


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b'{"rung": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"x" * 70_000, "application/json", 413),
    ],
)
def test_bodies_that_are_no_object_are_refused(
    supervisor: Program, data: bytes, kind: str, status: int
) -> None:
    answer = supervisor.send(PATH, data, kind)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_ids_that_are_none_are_not_found(supervisor: Program) -> None:
    for change_id in ("0", str(2**70), "-1", "x"):
        for deed in ("take", "approve", "refuse", "undo"):
            assert supervisor.post(f"/changes/{change_id}/{deed}", DAY).status_code in (404, 422)
    assert supervisor.post(f"/changes/{2**70}/undo", {"decision": "x"}).status_code == 404


def test_a_request_under_a_key_is_carried_out_once(town: Town, supervisor: Program) -> None:
    first = supervisor.post(PATH, override(town), key="k1")
    town.advance(hours=1)
    again = supervisor.post(PATH, override(town), key="k1")
    assert (again.status_code, again.data, again.mimetype) == (first.status_code, first.data, first.mimetype)
    assert len(changes(town)) == 1
    more = {**NIGHT, "kind": "add", "comes": town.people["ani"], "rung": 1}
    assert [supervisor.post(PATH, more, key=key).status_code for key in ("k2", "k3")] == [201, 201]
    assert len(changes(town)) == 3


def test_the_same_request_at_the_same_time_is_carried_out_once(town: Town, supervisor: Program) -> None:
    more = {**NIGHT, "kind": "add", "comes": town.people["ani"]}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _one: supervisor.post(PATH, more, key="k"), range(6)))
    assert {(answer.status_code, answer.data) for answer in answers} == {(201, answers[0].data)}
    assert len(changes(town)) == 1


def test_a_refusal_under_a_key_is_repeated(town: Town, supervisor: Program) -> None:
    first = supervisor.post("/changes/1/undo", {"decision": "x"}, key="k")
    assert first.status_code == 404
    supervisor.post(PATH, override(town))
    again = supervisor.post("/changes/1/undo", {"decision": "x"}, key="k")
    assert (again.status_code, again.data) == (404, first.data)
    assert changes(town)[0].status == "in_force"


def test_another_request_under_the_key_is_refused(town: Town, supervisor: Program) -> None:
    supervisor.post(PATH, override(town), key="k")
    for path, body in ((PATH, {**override(town), "reason": "Lain"}), ("/changes/1/undo", override(town))):
        answer = supervisor.post(path, body, key="k")
        assert answer.json is not None
        assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "used_key")
    assert [one.status for one in changes(town)] == ["in_force"]


def test_keys_are_each_account_s_own_and_forgotten_after_a_week(town: Town, supervisor: Program) -> None:
    asked = {**DAY, "kind": "ask"}
    assert town.program("ani").post(PATH, asked, key="k").status_code == 201
    assert supervisor.post(PATH, override(town), key="k").status_code == 201
    assert rows(town, ApiAnswer) == 2
    town.advance(days=7, seconds=1)
    supervisor.post("/changes/1/undo", {"decision": "x"}, key="k")
    with town.database.reading() as session:
        assert session.scalar(select(func.count()).where(ApiAnswer.at < town.now)) == 1


@pytest.mark.parametrize("key", ["", "a" * 201, "\u00e9"])
def test_keys_that_are_none_are_refused(town: Town, supervisor: Program, key: str) -> None:
    answer = supervisor.post(PATH, override(town), key=key)
    assert answer.json is not None
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "bad_key")
    assert changes(town) == []

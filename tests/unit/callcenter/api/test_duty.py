"""What programs read of duty: who is there when, as far as the token's account may see."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.models import DutyWarning, WarningKind
from tests.unit.callcenter.api.conftest import Program, Town

WEEK = {"from": "2026-11-23T00:00:00+07:00", "to": "2026-11-24T00:00:00+07:00"}


def names(people: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in people]


def test_who_is_on_duty_everywhere_and_who_covers(supervisor: Program) -> None:
    told = supervisor.get("/duty/now").json
    assert told is not None
    assert told["at"] == "2026-11-23T14:00:00+07:00"
    by_code = {one["agency"]["code"]: one for one in told["agencies"]}
    assert list(by_code) == ["desa-a", "dinkes", "dinsos"]
    assert by_code["dinsos"]["on_duty"][0] | {"officer_id": 0} == {
        "officer_id": 0,
        "name": "Ani",
        "rung": 0,
        "reachable": True,
    }
    assert by_code["desa-a"]["on_duty"] == []
    assert by_code["desa-a"]["covered_by"]["agency"]["code"] == "dinkes"
    assert names(by_code["desa-a"]["covered_by"]["on_duty"]) == ["Dewi"]


@pytest.mark.parametrize(
    ("at", "name"),
    [
        ("2026-11-23T18:59:59+07:00", "Ani"),
        ("2026-11-23T19:00:00+07:00", "Budi"),
        ("2026-11-23T12:00:00Z", "Budi"),
        ("2026-11-23T19:00:00 07:00", "Budi"),
    ],
)
def test_another_time_and_one_agency(supervisor: Program, at: str, name: str) -> None:
    told = supervisor.get("/duty/now", agency="dinsos", at=at).json
    assert told is not None
    assert [names(one["on_duty"]) for one in told["agencies"]] == [[name]]


def test_an_interval_is_cut_where_duty_changes(supervisor: Program) -> None:
    told = supervisor.get("/agencies/dinsos/duty", **WEEK).json
    assert told is not None
    assert [(one["starts"][11:16], one["ends"][11:16], names(one["on_duty"])) for one in told["spans"]] == [
        ("00:00", "07:00", ["Budi"]),
        ("07:00", "19:00", ["Ani"]),
        ("19:00", "00:00", ["Budi"]),
    ]


def test_gaps_and_warnings_are_told(town: Town, supervisor: Program) -> None:
    gaps = supervisor.get("/duty/gaps", days="2").json
    assert gaps is not None
    assert [(one["agency"]["code"], one["hours"]) for one in gaps["gaps"]] == [("desa-a", 48.0)]
    with town.database.transaction() as session:
        facts = {"kind": WarningKind.NO_PHONE, "agency_id": 1, "officer_id": town.people["ani"]}
        session.add(
            DutyWarning(
                subject="x", starts=town.now, ends=town.now.replace(hour=9), found_at=town.now, **facts
            )
        )
    told = supervisor.get("/duty/warnings").json
    assert told is not None
    assert [(one["kind"], one["officer"]["name"], one["told"]) for one in told["warnings"]] == [
        ("no_phone", "Ani", None)
    ]


def test_an_officer_s_program_sees_the_own_agency_only(town: Town) -> None:
    dewi = town.program("dewi")
    told = dewi.get("/duty/now").json
    assert told is not None
    assert [one["agency"]["code"] for one in told["agencies"]] == ["dinkes"]
    assert dewi.get("/duty/now", agency="dinsos").status_code == 404
    for path in ("/agencies/dinsos/duty", "/agencies/dinsos/changes"):
        assert dewi.get(path, **WEEK).status_code == 404
        assert dewi.get(path.replace("dinsos", "dinkes"), **WEEK).status_code == 200
    assert dewi.get("/duty/gaps").json == {"gaps": []}


def test_no_telephone_and_no_secret_is_given(town: Town, supervisor: Program) -> None:
    for path in ("/duty/now", "/agencies/dinsos/duty", "/agencies/dinsos/changes", "/duty/warnings"):
        text = supervisor.get(path, **WEEK).text
        assert "+62" not in text
        assert "rahasia" not in text
        assert "officer-" not in text


@pytest.mark.parametrize("code", ["x", "%00", "..", "DINSOS", "dinsos'--", "a" * 500, "\u00e9"])
def test_codes_that_are_none_are_not_found(supervisor: Program, code: str) -> None:
    assert supervisor.get(f"/agencies/{code}/duty", **WEEK).status_code == 404
    assert supervisor.get("/duty/now", agency=code.replace("%00", "\0")).status_code == 404


@pytest.mark.parametrize(
    ("path", "query", "field", "code"),
    [
        ("/duty/now", {"at": "kemarin"}, "at", "bad_moment"),
        ("/duty/now", {"at": "2026-11-23T19:00"}, "at", "bad_moment"),
        ("/duty/now", {"at": ""}, "at", "empty"),
        ("/duty/now", {"at": "0001-01-01T00:00:00+14:00"}, "at", "bad_moment"),
        ("/duty/now", {"at": "9999-12-31T23:59:59-14:00"}, "at", "bad_moment"),
        ("/duty/gaps", {"days": "0"}, "days", "bad_days"),
        ("/duty/gaps", {"days": "93"}, "days", "bad_days"),
        ("/duty/gaps", {"days": "\u00b2"}, "days", "bad_days"),
        ("/agencies/dinsos/duty", {}, "from", "empty"),
        ("/agencies/dinsos/duty", {"from": WEEK["from"]}, "to", "empty"),
        ("/agencies/dinsos/duty", {"from": WEEK["to"], "to": WEEK["from"]}, "to", "before_start"),
        ("/agencies/dinsos/duty", {**WEEK, "to": "2027-12-30T00:00:00+07:00"}, "to", "too_far"),
        ("/agencies/dinsos/changes", {**WEEK, "to": "2199-12-30T00:00:00+07:00"}, "to", "too_far"),
    ],
)
def test_wrong_questions_are_answered_with_the_field(
    supervisor: Program, path: str, query: dict[str, str], field: str, code: str
) -> None:
    answer = supervisor.get(path, **query)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json is not None
    assert [(one["field"], one["code"]) for one in answer.json["errors"]] == [(field, code)]
    assert answer.json["errors"][0]["detail"] != code

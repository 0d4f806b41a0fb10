"""``callcenter calls``, ``tickets`` and ``duty``: tables for people, JSON for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from callcenter.cli import main
from callcenter.db import Database
from callcenter.models import AccessLog, DutyWarning
from tests import factories

NOW = factories.NOW


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def parsed(*words: str) -> Any:
    result = run(*words, "--format", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


@pytest.fixture(autouse=True)
def database(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    database = Database(environment["CALLCENTER_DATABASE_URL"])
    yield database
    database.dispose()


@pytest.fixture
def two_calls(database: Database) -> None:
    with database.transaction() as db:
        dinsos, dlh = factories.agency(db), factories.agency(db, "dlh", "Lingkungan Hidup")
        officer = factories.officer(db, dinsos)
        first = factories.call(
            db, dinsos, key="node1-1.1", caller_name="Budi\u00e9 <b>", disposition="answered"
        )
        factories.event(db, first, "offered", 0, dialled="70001")
        factories.leg(db, first, officer, key="leg-1")
        factories.ticket(db, dinsos, first, number="10000009")
        factories.call(db, dlh, key="node1-2.1", offered_at=NOW + timedelta(hours=1))


@pytest.mark.usefixtures("two_calls")
def test_calls_are_listed_newest_first() -> None:
    calls = parsed("calls", "list")
    assert [call["key"] for call in calls] == ["node1-2.1", "node1-1.1"]
    assert [call["agency"] for call in calls] == ["dlh", "dinsos"]
    assert calls[1]["ticket"] == "10000009"
    assert calls[1]["offered_at"] == "2026-11-23T14:00:00.000+07:00"
    assert calls[1]["caller_name"] == "Budi\u00e9 <b>"


@pytest.mark.usefixtures("two_calls")
def test_lists_are_narrowed() -> None:
    assert [call["agency"] for call in parsed("calls", "list", "--agency", "dlh")] == ["dlh"]
    assert [call["agency"] for call in parsed("calls", "list", "--since", "2026-11-23T14:30")] == ["dlh"]
    assert [call["agency"] for call in parsed("calls", "list", "--limit", "1")] == ["dlh"]
    assert parsed("tickets", "list", "--agency", "dlh") == []


@pytest.mark.usefixtures("two_calls")
def test_one_call_is_found_by_key_and_by_id() -> None:
    call = parsed("calls", "show", "node1-1.1")
    assert call == parsed("calls", "show", str(call["id"]))
    assert [event["kind"] for event in call["events"]] == ["offered"]
    assert [leg["key"] for leg in call["legs"]] == ["leg-1"]
    assert (call["recordings"], call["obligation"]) == ([], None)


@pytest.mark.usefixtures("two_calls")
def test_tickets_are_shown_without_their_pin() -> None:
    (listed,) = parsed("tickets", "list")
    shown = parsed("tickets", "show", "10000009")
    assert listed.items() <= shown.items()
    assert (shown["agency"], shown["call"], shown["status"]) == ("dinsos", "node1-1.1", "new")
    assert not [key for key in shown if "pin" in key]


@pytest.mark.usefixtures("two_calls")
def test_tables_are_for_people() -> None:
    lines = run("calls", "list").output.splitlines()
    assert lines[0].split() == [
        "id",
        "offered_at",
        "agency",
        "caller",
        "emergency",
        "disposition",
        "ticket",
        "key",
    ]
    assert "dinsos" in lines[2]
    assert "events:" in run("calls", "show", "node1-1.1").output
    assert "10000009" in run("tickets", "show", "10000009").output


@pytest.mark.usefixtures("two_calls")
def test_looking_leaves_a_trace(database: Database) -> None:
    parsed("tickets", "show", "10000009")
    with database.reading() as db:
        (trace,) = db.scalars(select(AccessLog))
    assert (trace.action, trace.subject) == ("export", "tickets show 10000009")
    assert trace.address.startswith("terminal:")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("calls", "show", "nix"), "there is no call 'nix'"),
        (("calls", "show", "9" * 30), "there is no call"),
        (("tickets", "show", "' OR 1=1"), "there is no ticket"),
        (("duty", "nix"), "no agency with the code 'nix'"),
    ],
)
def test_what_is_not_there_is_told(command: tuple[str, ...], told: str) -> None:
    result = run(*command)
    assert result.exit_code == 1
    assert told in result.output


@pytest.mark.parametrize(
    "command", [("calls", "list", "--since", "tea time"), ("calls", "list", "--limit", "0")]
)
def test_wrong_options_are_told(command: tuple[str, ...]) -> None:
    assert run(*command).exit_code == 2


def test_empty_lists_are_lists() -> None:
    assert parsed("calls", "list") == parsed("tickets", "list") == []


def test_duty_is_told_at_any_time(database: Database) -> None:
    with database.transaction() as db:
        agency = factories.agency(db)
        officer = factories.officer(db, agency)
        factories.shift(db, officer, weekday=0)
    told = parsed("duty", "dinsos", "--at", "2026-11-23T08:00")
    way = f"PJSIP/officer-{officer.id}"
    assert told == [{"rung": 0, "officer_id": officer.id, "name": officer.name, "interface": way}]
    assert parsed("duty", "dinsos", "--at", "2026-11-24T00:00") == []
    assert parsed("duty", "dinsos", "--at", "2026-11-23T16:59:59Z") == told
    assert parsed("duty", "dinsos", "--at", "2026-11-23T17:00:00Z") == []
    assert way in run("duty", "dinsos", "--at", "2026-11-23T08:00").output
    assert run("duty", "dinsos").exit_code == 0


def test_duty_of_everybody_names_who_covers_for_whom(database: Database) -> None:
    with database.transaction() as db:
        district = factories.agency(db, "lohbener", "Kecamatan Lohbener", tier="kecamatan")
        officer = factories.officer(db, district)
        factories.shift(db, officer, weekday=0)
        factories.agency(db, "desa-langut", "Desa Langut", tier="desa", parent_id=district.id)
    told = {row["agency"]: row for row in parsed("duty", "--at", "2026-11-23T08:00")}
    assert (told["lohbener"]["name"], told["lohbener"]["covered_by"]) == (officer.name, None)
    assert (told["desa-langut"]["name"], told["desa-langut"]["covered_by"]) == (None, "lohbener")
    nobody = parsed("duty", "--at", "2026-11-24T08:00")
    assert [(row["name"], row["covered_by"]) for row in nobody] == [(None, None), (None, None)]
    assert "desa-langut" in run("duty", "--at", "2026-11-23T08:00").output


def test_warnings_are_listed_with_whom_was_told(database: Database) -> None:
    with database.transaction() as db:
        agency = factories.agency(db)
        times = {"starts": NOW, "ends": NOW + timedelta(hours=2), "found_at": NOW}
        db.add(DutyWarning(subject="x", kind="nobody", agency_id=agency.id, told_days=7, **times))
    (row,) = parsed("duty", "warnings")
    assert (row["agency"], row["kind"], row["told_days"], row["told"]) == ("dinsos", "nobody", 7, None)
    assert row["from"] == "2026-11-23T14:00:00+07:00"


@pytest.mark.parametrize("command", [("calls", "list"), ("tickets", "list"), ("duty", "x"), ("seed", "demo")])
def test_a_database_without_tables_is_told_in_a_sentence(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLCENTER_DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    result = run(*command)
    assert result.exit_code == 1
    assert "callcenter db upgrade" in result.output
    assert "Traceback" not in result.output


ROSTER = {
    "zone": "Asia/Jakarta",
    "layers": [
        {"rotation": {"unit": "day", "start": "2026-11-23T08:00", "groups": ["Ani", ["Budi", "Cici"]]}}
    ],
}


def test_a_roster_in_a_file_is_resolved_without_a_database(tmp_path: Path) -> None:
    path = tmp_path / "roster.json"
    path.write_text(json.dumps(ROSTER))
    words = (
        "duty",
        "spans",
        "--roster",
        str(path),
        "--from",
        "2026-11-23T00:00",
        "--to",
        "2026-11-24T03:00:00Z",
    )
    assert parsed(*words) == [
        {"from": "2026-11-23T00:00:00+07:00", "to": "2026-11-23T08:00:00+07:00", "on_duty": []},
        {
            "from": "2026-11-23T08:00:00+07:00",
            "to": "2026-11-24T08:00:00+07:00",
            "on_duty": [{"who": "Ani", "role": "primary"}],
        },
        {
            "from": "2026-11-24T08:00:00+07:00",
            "to": "2026-11-24T10:00:00+07:00",
            "on_duty": [{"who": "Budi", "role": "primary"}, {"who": "Cici", "role": "primary"}],
        },
    ]


@pytest.mark.parametrize(
    ("text", "until", "reason"),
    [
        ("{}", "2026-11-24", "roster.json: zone: is missing"),
        ('{"zone": "Asia/Jakarta"}', "2026-11-23", "--to must be after --from"),
        ('{"zone": "Asia/Jakarta"}', "2126-11-23", "--to must be after --from, by 3700 days at most"),
        ('{"zone": "Asia/Jakarta"}', "besok", "'besok' is not a time"),
        (None, "2026-11-24", "No such file"),
    ],
)
def test_a_roster_that_cannot_be_resolved_is_told(
    tmp_path: Path, text: str | None, until: str, reason: str
) -> None:
    path = tmp_path / "roster.json"
    if text is not None:
        path.write_text(text)
    result = run("duty", "spans", "--roster", str(path), "--from", "2026-11-23", "--to", until)
    assert result.exit_code
    assert reason in result.output


def test_an_agency_is_given_a_roster_and_gives_it_back(database: Database, tmp_path: Path) -> None:
    with database.transaction() as db:
        dinsos = factories.agency(db)
        factories.line(db, dinsos)
        for name in ("Ani", "Budi", "Cici"):
            factories.officer(db, dinsos, name)
    path = tmp_path / "roster.json"
    path.write_text(json.dumps(ROSTER))
    assert run("duty", "use", "dinsos", "--roster", str(path), "--reason", "Surat tugas 7").exit_code == 0
    told = parsed("duty", "dinsos", "--at", "2026-11-24T09:00")
    assert [person["name"] for person in told] == ["Budi", "Cici"]
    assert parsed("duty", "gaps", "--days", "2") == []
    assert run("duty", "withdraw", "dinsos", "--reason", "Salah unggah").exit_code == 0
    assert parsed("duty", "dinsos") == []
    assert [gap["hours"] for gap in parsed("duty", "gaps", "--days", "2")] == [48]
    kept = parsed("duty", "history", "dinsos")
    assert [(one["reason"], one["weekly"], one["roster"]) for one in kept] == [
        ("Salah unggah", True, None),
        ("Surat tugas 7", False, ROSTER),
    ]


def test_a_roster_of_strangers_is_refused_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    with database.transaction() as db:
        factories.agency(db)
    path = tmp_path / "roster.json"
    path.write_text(json.dumps(ROSTER))
    result = run("duty", "use", "dinsos", "--roster", str(path), "--reason", "Surat tugas 7")
    assert result.exit_code == 1
    assert "Ani: is no active officer of Dinas Sosial\nNothing was changed." in result.output
    assert parsed("duty", "history", "dinsos") == []


def test_a_plan_of_duty_is_imported_whole_or_not_at_all(database: Database, tmp_path: Path) -> None:
    with database.transaction() as db:
        factories.officer(db, factories.agency(db), "Ani")
    path = tmp_path / "plan.csv"
    words = ("duty", "import", "dinsos", str(path), "--from", "2031-12-01", "--to", "2031-12-31")
    head = "tanggal;mulai;selesai;petugas;peran\n"
    path.write_text(
        f"{head}2031-12-01;08:00;16:00;Ani;\n2031-12-02;08:00;16:00;Anni;\n2032-01-02;1:00;2:00;Ani;x\n"
    )
    refused = run(*words, "--reason", "Surat tugas 1")
    assert refused.exit_code == 1
    assert "row 3, petugas: unknown_officer: 'Anni'; near: Ani" in refused.output
    assert "row 4, peran: unknown_duty_role: 'x'" in refused.output
    path.write_text(f"{head}2031-12-01;08:00;16:00;Ani;\n")
    assert "1 turns of dinsos can be published" in run(*words, "--check").output
    assert parsed("duty", "dinsos", "--at", "2031-12-01T09:00") == []
    assert run(*words).exit_code == 1  # without a reason
    assert run(*words, "--reason", "Surat tugas 1").exit_code == 0
    assert [one["name"] for one in parsed("duty", "dinsos", "--at", "2031-12-01T09:00")] == ["Ani"]
    missing = (
        "duty",
        "import",
        "dinsos",
        str(tmp_path / "nix"),
        "--from",
        "2031-12-01",
        "--to",
        "2031-12-31",
    )
    assert "No such file" in run(*missing).output
    backwards = (*missing[:5], "2031-12-01", "--to", "2031-11-01")
    assert "before_start" in run(*backwards).output

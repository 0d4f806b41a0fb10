"""The audit finds each thing that could go wrong, and nothing where all is well."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.asterisk.stories import Sound, Story
from tests.faults.audit import audit, twice
from tests.faults.evidence import Evidence, Told
from tests.faults.spoken import Heard
from tests.faults.witness import Seen

AT = datetime(2026, 1, 1, tzinfo=UTC)
KEY, NUMBER, TICKET = "node1-1.1", "08407000000", "40718295"
SOUND = Sound(f"{KEY}__m__3", "message", 1, "hash", f"2026/01/01/{KEY}__m__3-hash.wav", 3.0, 1, False, None)
EVENTS: list[tuple[str, dict[str, Any]]] = [
    ("offered", {}),
    ("recorded", {"name": SOUND.name}),
    ("disposed", {}),
]
CALL = Story(
    id=1, key=KEY, dialled="70101", caller_kind="e164", caller_number="+628407000000", caller_name="Warga",
    language="id", emergency=False, unrecorded=False, notice_version="1", disposition="recorded",
    reason="message", hangup_side="citizen", offered_at=AT, ended_at=AT, ticket=TICKET, ticket_warning=None,
    obligation=None, owed=False, events=EVENTS, recordings=[SOUND],
)  # fmt: skip
WELL = Evidence(
    seen=[Seen(NUMBER, trying=1.0, answered=1.0, over=9.0), Seen("08407000001")],
    exchange={KEY: NUMBER},
    calls=[CALL],
    heard={KEY: Heard([TICKET])},
    tickets={TICKET: KEY},
    stored={SOUND.store_key: SOUND.sha256},
    told=[Told("ticket-opened:1:officer:1", TICKET, sent=True, again=False)],
    letters=[(f"Aduan baru {TICKET} - Dinas", "")],
)


def test_nothing_is_found_where_all_is_well() -> None:
    assert audit(WELL) == []


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        ("accepted_are_logged", {"seen": [*WELL.seen, Seen("08407000002", trying=1.0)]}),
        ("recorded_are_logged", {"exchange": {**WELL.exchange, "node1-2.2": "08407000001"}}),
        ("logged_were_placed", {"seen": []}),
        ("logged_were_placed", {"calls": [CALL, replace(CALL, id=2, key="node1-3.3")]}),
        ("one_outcome_each", {"calls": [replace(CALL, disposition=None)]}),
        ("one_outcome_each", {"calls": [replace(CALL, events=[*EVENTS, ("disposed", {})])]}),
        ("one_outcome_each", {"calls": [replace(CALL, ticket=None)]}),
        ("one_outcome_each", {"calls": [replace(CALL, obligation="abandoned", owed=True)]}),
        ("spoken_tickets_exist", {"heard": {KEY: Heard([TICKET, "11111111"])}}),
        ("spoken_tickets_exist", {"heard": {"node1-9.9": Heard([TICKET])}}),
        ("spoken_tickets_exist", {"provisional": ["91200014"], "given": ["91200014", "91200026"]}),
        ("sounds_are_kept", {"stored": {SOUND.store_key: "other"}}),
        ("sounds_are_kept", {"calls": [replace(CALL, recordings=[])]}),
        ("sounds_are_kept", {"stored": {**WELL.stored, "2026/01/01/stray-hash.wav": "hash"}}),
        ("sounds_are_kept", {"spool": ["left.wav"]}),
        ("no_job_is_stuck", {"open_jobs": ["notify_ticket for ticket-opened:1: None"]}),
        ("members_are_right", {"wrong_members": ["QueueAdd officer"]}),
        ("officers_were_told_once", {"letters": []}),
        ("officers_were_told_once", {"letters": WELL.letters * 2}),
        ("officers_were_told_once", {"letters": [*WELL.letters, ("Telepon balik - Dinas", "")]}),
    ],
)
def test_each_trouble_is_found(check: str, changes: dict[str, Any]) -> None:
    assert check in {one.check for one in audit(replace(WELL, **changes))}


def test_files_that_hold_the_same_need_one_row() -> None:
    twin = f"2026/01/01/{KEY}__m__3.1-hash.wav"
    both = replace(CALL, events=[*EVENTS, ("recorded", {"name": f"{KEY}__m__3.1"})])
    assert audit(replace(WELL, calls=[both], stored={**WELL.stored, twin: SOUND.sha256})) == []
    assert audit(replace(WELL, calls=[both], stored={**WELL.stored, twin: "other"}))


def test_a_second_message_is_right_where_its_row_says_so() -> None:
    again = replace(WELL.told[0], again=True)
    doubled = replace(WELL, told=[again], letters=WELL.letters * 2)
    assert audit(doubled) == []
    assert twice(doubled) == 1


def test_a_caller_who_dialled_twice_counts_twice_when_the_exchange_says_so() -> None:
    second = replace(CALL, id=2, key="node1-3.3", recordings=[], events=[("disposed", {})])
    known = {**WELL.exchange, second.key: NUMBER}
    assert not [
        one for one in audit(replace(WELL, calls=[CALL, second], exchange=known)) if "placed" in one.check
    ]

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from callcenter.db import Database
from callcenter.models import Agency, Call, CallEvent, Recording, Ticket
from callcenter.services.recordings import WARNINGS, KeptAudio, Recordings, UnknownCallError

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

AUDIO = KeptAudio(
    call="node1-1.2",
    provider_key="node1-1.2__m__3",
    turn_key="node1-1.2__m__3",
    kind="message",
    store_key="2026/03/02/node1-1.2__m__3-aa.wav",
    sha256="aa" * 32,
    size=16_044,
    duration_ms=1000,
    format="wav",
    channels=1,
    silent=False,
    problem=None,
)


@pytest.fixture(autouse=True)
def call(database: Database) -> int:
    """A call on an agency's line, with its ticket open."""
    with database.transaction() as session:
        agency = Agency(code="dinsos", name="Dinas Sosial", tier="dinas", active_from=NOW.date())
        call = Call(
            provider="asterisk",
            key="node1-1.2",
            node="node1",
            channel="PJSIP/trunk-1",
            dialled="+62234000001",
            agency=agency,
            caller_kind="e164",
            flow="hotline",
            cursor={},
            turn={},
            offered_at=NOW,
        )
        session.add(call)
        session.flush()
        session.add(
            Ticket(
                number="12345678",
                pin_hash="x",
                agency_id=agency.id,
                call_id=call.id,
                language="id",
                opened_at=NOW,
                verify_by=NOW,
            )
        )
        return call.id


def keep(database: Database, audio: KeptAudio) -> Recording:
    with database.transaction() as session:
        return Recordings(session).keep(audio, NOW)


def warning(database: Database) -> str | None:
    with database.reading() as session:
        return session.scalars(select(Ticket.warning)).one()


def test_a_recording_is_part_of_its_call_and_of_its_timeline(database: Database, call: int) -> None:
    recording = keep(database, AUDIO)
    assert (recording.call_id, recording.part, recording.kind) == (call, 1, "message")
    with database.reading() as session:
        event = session.scalars(select(CallEvent)).one()
    assert (event.key, event.kind, event.at) == ("recording:node1-1.2__m__3", "recording_kept", NOW)
    assert event.data == {"recording_id": recording.id, "part": 1, "kind": "message", "seconds": 1.0}
    assert warning(database) is None


def test_the_same_audio_twice_is_one_recording(database: Database) -> None:
    assert keep(database, AUDIO).id == keep(database, AUDIO).id
    with database.reading() as session:
        assert len(session.scalars(select(CallEvent)).all()) == 1


def test_a_second_recording_is_the_second_part(database: Database) -> None:
    keep(database, AUDIO)
    other = replace(AUDIO, provider_key="node1-1.2__c__5", turn_key="node1-1.2__c__5", sha256="bb" * 32)
    assert keep(database, other).part == 2


def test_a_name_used_again_for_other_audio_is_a_further_part(database: Database) -> None:
    keep(database, AUDIO)
    again = replace(AUDIO, sha256="bb" * 32, store_key="2026/03/02/b.wav")
    further = keep(database, again)
    assert (further.part, further.provider_key) == (2, "node1-1.2__m__3.1")
    assert keep(database, again).id == further.id
    third = keep(database, replace(AUDIO, provider_key="node1-1.2__m__3.1", sha256="cc" * 32))
    assert (third.part, third.provider_key) == (3, "node1-1.2__m__3.2")


def test_another_turns_recording_is_not_taken_for_this_one(database: Database) -> None:
    keep(database, AUDIO)
    other = replace(AUDIO, provider_key="node1-1.2__m__31", turn_key="node1-1.2__m__31")
    assert keep(database, other).part == 2


def test_a_call_that_is_not_known_yet_is_said_so(database: Database) -> None:
    with pytest.raises(UnknownCallError):
        keep(database, replace(AUDIO, call="node1-9.9"))
    with pytest.raises(UnknownCallError):
        keep(database, replace(AUDIO, provider="twilio"))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"problem": "empty", "silent": True}, "empty"),
        ({"problem": "broken_header"}, "broken_header"),
        ({"problem": "not_audio"}, "not_audio"),
        ({"silent": True}, "silent"),
    ],
)
def test_the_ticket_says_what_is_wrong(database: Database, changes: dict[str, object], problem: str) -> None:
    recording = keep(database, replace(AUDIO, **changes))  # type: ignore[arg-type]
    assert recording.problem == changes.get("problem")
    assert warning(database) == WARNINGS[problem]


def test_an_earlier_warning_stays(database: Database) -> None:
    keep(database, replace(AUDIO, problem="empty"))
    keep(database, replace(AUDIO, sha256="bb" * 32, problem="not_audio"))
    assert warning(database) == WARNINGS["empty"]


def test_a_ticket_opened_later_can_ask_what_is_wrong(database: Database, call: int) -> None:
    keep(database, AUDIO)
    keep(database, replace(AUDIO, sha256="bb" * 32, silent=True))
    with database.reading() as session:
        row = session.get(Call, call)
        assert row is not None
        assert Recordings(session).warning(row) == WARNINGS["silent"]


def test_known_calls_are_told_in_batches_with_whether_they_are_up(database: Database, call: int) -> None:
    keys = [f"node1-{n}.0" for n in range(1200)]
    with database.transaction() as session:
        assert Recordings(session).known([*keys, "node1-1.2"]) == {"node1-1.2": True}
        ended = session.get(Call, call)
        assert ended is not None
        ended.ended_at = NOW + timedelta(minutes=1)
        session.flush()
        assert Recordings(session).known(["node1-1.2"]) == {"node1-1.2": False}

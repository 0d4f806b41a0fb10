from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Alarm, Call, CallEvent, Outbox
from callcenter.services.remote_recordings import RemoteRecording, RemoteRecordings
from callcenter.services.timeline import Timeline
from tests import factories
from tests.factories import NOW

CALL = "CA" + "1" * 32
MESSAGE, CONVERSATION = f"{CALL}__m__3", f"{CALL}__c__4"
SID = "RE" + "b" * 32


def tell(session: Session, call: str = CALL, **facts: Any) -> None:
    plain = {"name": MESSAGE, "sid": SID, "status": "completed", "seconds": 7, "channels": 1}
    RemoteRecordings(session).told(call, **{**plain, "officer_first": False, "now": NOW, **facts})


def open_call(session: Session) -> None:
    factories.call(session, factories.agency(session), provider="twilio", key=CALL, node="twilio")


def test_a_recording_is_owed_once_whatever_is_told_again(session: Session) -> None:
    open_call(session)
    tell(session, name=CONVERSATION, channels=2, officer_first=True)
    tell(session, name=CONVERSATION, channels=2, officer_first=True, now=NOW + timedelta(minutes=1))
    row = session.scalars(select(Outbox)).one()
    assert row.kind == "fetch_recording"
    read = RemoteRecording.read(row.payload)
    assert (str(read.name), read.sid, read.seconds, read.channels) == (CONVERSATION, SID, 7, 2)
    assert (read.officer_first, read.told_at) == (True, NOW)
    assert RemoteRecording.read(read.payload()) == read


def say(session: Session, name: str, seconds: float) -> None:
    """Let the citizen's turn tell of a message."""
    call = session.scalars(select(Call)).one()
    data = {"name": name, "seconds": seconds, "ended_by": "key"}
    Timeline(session).add(call, NOW, ("turn:3:recorded", "recorded", data))


@pytest.mark.parametrize("status", ["absent", "failed"])
@pytest.mark.parametrize(("name", "words"), [(MESSAGE, "kepada penelepon"), (CONVERSATION, "kepada petugas")])
def test_a_recording_that_was_not_made_is_told_once(
    session: Session, status: str, name: str, words: str
) -> None:
    open_call(session)
    say(session, name, 12)
    for _ in range(2):
        tell(session, status=status, name=name, seconds=-1)
    fact = session.scalars(select(CallEvent).where(CallEvent.kind == "recording_failed")).one()
    assert fact.data["name"] == name
    assert words in fact.data["problem"]
    alarm = session.scalars(select(Alarm)).one()
    assert (alarm.kind, alarm.subject) == ("recording-failed", "twilio")
    assert session.scalars(select(Outbox)).all() == []


@pytest.mark.parametrize("seconds", [None, 0])
def test_where_nothing_was_said_no_recording_is_missed(session: Session, seconds: float | None) -> None:
    open_call(session)
    if seconds is not None:
        say(session, MESSAGE, seconds)
    tell(session, status="absent", name=MESSAGE, seconds=-1)
    assert session.scalars(select(CallEvent).where(CallEvent.kind == "recording_failed")).all() == []
    assert session.scalars(select(Alarm)).all() == []


def test_what_is_not_finished_is_no_news(session: Session) -> None:
    open_call(session)
    tell(session, status="in-progress")
    assert session.scalars(select(Outbox)).all() == session.scalars(select(CallEvent)).all() == []


@pytest.mark.parametrize("status", ["completed", "absent"])
def test_an_unknown_call_is_logged(session: Session, status: str, caplog: pytest.LogCaptureFixture) -> None:
    tell(session, status=status)
    assert f"recording {SID} is of call {CALL}" in caplog.text
    assert session.scalars(select(Outbox)).all() == session.scalars(select(Alarm)).all() == []


def test_a_call_of_the_exchange_with_that_key_is_another_one(session: Session) -> None:
    factories.call(session, factories.agency(session), key=CALL)
    tell(session)
    assert session.scalars(select(Outbox)).all() == []


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "CA" + "2" * 32 + "__m__3"},
        {"name": "../../etc/passwd"},
        {"name": ""},
        {"sid": "RE1"},
        {"sid": SID + "/../x"},
    ],
)
def test_a_name_or_sid_that_is_none_is_refused(session: Session, facts: dict[str, str]) -> None:
    open_call(session)
    with pytest.raises(ValueError):
        tell(session, **facts)

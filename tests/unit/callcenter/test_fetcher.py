"""Twilio's recordings on their way into the store, killed at each point."""

from __future__ import annotations

import math
import os
from array import array
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from twilio.http.response import Response

from callcenter import bootstrap
from callcenter.custody import Custody
from callcenter.db import Database
from callcenter.jobs import JOBS
from callcenter.jobs.kinds import Tools
from callcenter.jobs.runner import Runner
from callcenter.models import AccessLog, Alarm, Call, CallEvent, Disposition, Outbox, Recording, Ticket
from callcenter.senders import Sender
from callcenter.services.calls import Policy
from callcenter.services.outbox import Ledger
from callcenter.services.remote_recordings import RemoteRecordings
from callcenter.settings import Settings, load
from recordings.audio import header
from recordings.store import LocalStore
from tests import factories
from tests.unit.ivr.twilio.account import NOW, Account, refused

POLICY = Policy(ZoneInfo("Asia/Jakarta"), b"secret", max_message_seconds=60, connect_seconds=40)
CALL = "CA" + "1" * 32
MESSAGE, CONVERSATION = f"{CALL}__m__3", f"{CALL}__c__4"
SID, OTHER = "RE" + "b" * 32, "RE" + "c" * 32
SECOND = timedelta(seconds=1)


class Killed(BaseException):
    """The worker died here; nothing gets to catch it."""


def tone(seconds: float, level: int = 8000) -> array[int]:
    return array("h", (int(level * math.sin(n / 3)) for n in range(int(8000 * seconds))))


def wav(*sides: array[int]) -> bytes:
    samples = array("h", bytes(2 * len(sides) * len(sides[0])))
    for number, side in enumerate(sides):
        samples[number :: len(sides)] = side
    return header(len(sides), 8000, 2 * len(samples)) + samples.tobytes()


WAV = wav(tone(3))


class FallibleStore(LocalStore):
    """A store in which somebody pulls the plug before or after an object is kept."""

    before: Callable[[], None] = staticmethod(lambda: None)
    after: Callable[[], None] = staticmethod(lambda: None)

    def put(self, key: str, chunks: Any) -> tuple[str, int]:
        self.before()
        result = super().put(key, chunks)
        self.after()
        return result


class House:
    """A worker with its store, its database, and an account at Twilio."""

    def __init__(self, database: Database, directory: Path) -> None:
        self.database = database
        self.now = NOW
        self.account = Account()
        self.root = directory / "store"
        self.store = FallibleStore(self.root)
        self.incoming = directory / "incoming"
        settings = replace(load({}), home=directory)
        self.tools = Tools(
            database,
            Sender("", directory / "mail"),
            settings,
            lambda _: None,
            twilio=self.account.client(),
            custody=Custody(POLICY, self.store),
        )

    def call(self, **facts: Any) -> None:
        with self.database.transaction() as session:
            agency = factories.agency(session)
            line = factories.line(session, agency)
            plain = {"provider": "twilio", "key": CALL, "node": "twilio", "line_id": line.id}
            factories.call(session, agency, **{**plain, "offered_at": NOW, **facts})

    def tell(self, name: str = MESSAGE, sid: str = SID, status: str = "completed", **facts: Any) -> None:
        plain = {"seconds": 3, "channels": 1, "officer_first": False}
        with self.database.transaction() as session:
            RemoteRecordings(session).told(CALL, name, sid, status, **{**plain, **facts}, now=self.now)

    def work(self, after: timedelta = timedelta()) -> list[str]:
        """Do what is due; gives the kinds of jobs that were tried."""
        self.now += after
        runner, tried = Runner(self.tools, JOBS, lambda: self.now), []
        while True:
            with self.database.transaction() as session:
                rows = Ledger(session).claim(1, self.now)
            if not rows:
                return tried
            tried.append(rows[0][1])
            runner.run(rows[0][0])

    def rows(self) -> list[Recording]:
        return self._all(select(Recording).order_by(Recording.part))

    def owed(self, kind: str) -> list[Outbox]:
        return self._all(select(Outbox).where(Outbox.kind == kind))

    def facts(self, kind: str) -> list[CallEvent]:
        return self._all(select(CallEvent).where(CallEvent.kind == kind))

    def alarms(self) -> list[str]:
        return self._all(select(Alarm.kind).where(Alarm.cleared_at.is_(None)))

    def _all(self, query: Any) -> list[Any]:
        with self.database.reading() as session:
            return list(session.scalars(query))

    def objects(self) -> list[bytes]:
        return [path.read_bytes() for path in self.root.rglob("*") if path.is_file()]

    def deletions(self) -> int:
        return sum(method == "DELETE" for method, _ in self.account.asked)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return House(database, tmp_path)


def test_a_message_comes_home_and_is_deleted_there(house: House) -> None:
    house.call()
    house.account.add_recording(SID, WAV)
    house.tell()
    assert house.work() == ["fetch_recording", "delete_recording"]
    (row,) = house.rows()
    assert (row.provider_key, row.kind, row.duration_ms, row.problem) == (MESSAGE, "message", 3000, None)
    assert row.store_key.startswith(f"2026/03/02/{MESSAGE}-")
    assert house.objects() == [WAV]
    assert house.account.recordings == {}
    assert list(house.incoming.iterdir()) == []
    assert len(house.facts("recording_kept")) == 1


def test_what_is_told_and_done_twice_happens_once(house: House) -> None:
    house.call()
    house.account.add_recording(SID, WAV)
    for _ in range(2):
        house.tell()
    (row,) = house.owed("fetch_recording")
    house.work()
    house.tell()
    for _ in range(2):
        JOBS["fetch_recording"].run(house.tools, row.payload, NOW)
        JOBS["delete_recording"].run(house.tools, {"sid": SID}, NOW)
    house.work()
    assert (len(house.rows()), len(house.objects()), len(house.owed("delete_recording"))) == (1, 1, 1)


def die(*_: object) -> None:
    raise Killed


def before_the_download(house: House) -> Callable[[], None]:
    return on_media(house, die)


def before_the_store(house: House) -> Callable[[], None]:
    house.store.before = die  # type: ignore[method-assign]
    return lambda: setattr(house.store, "before", lambda: None)


def after_the_store(house: House) -> Callable[[], None]:
    house.store.after = die  # type: ignore[method-assign]
    return lambda: setattr(house.store, "after", lambda: None)


def on_media(house: House, then: Callable[..., None]) -> Callable[[], None]:
    """Let something happen to the sound's connection."""
    real, house.account.sounds = house.account.sounds, Trap(house.account.sounds, then)
    return lambda: setattr(house.account, "sounds", real)


class Trap(dict[str, bytes]):
    """Sounds that end their reader."""

    def __init__(self, sounds: dict[str, bytes], then: Callable[..., None]) -> None:
        super().__init__(sounds)
        self.then = then

    def __getitem__(self, sid: str) -> bytes:
        self.then()
        return super().__getitem__(sid)


@pytest.mark.parametrize("arm", [before_the_download, before_the_store, after_the_store])
def test_a_death_at_any_point_neither_loses_nor_doubles(
    house: House, arm: Callable[[House], Callable[[], None]]
) -> None:
    house.call()
    house.account.add_recording(SID, WAV)
    house.tell()
    disarm = arm(house)
    with pytest.raises(Killed):
        house.work()
    disarm()
    assert (house.rows(), house.deletions()) == ([], 0)
    assert house.work(timedelta(minutes=11)) == ["fetch_recording", "delete_recording"]
    assert (len(house.rows()), len(house.objects()), house.deletions()) == (1, 1, 1)
    assert len(house.facts("recording_kept")) == 1


def test_a_death_after_the_commit_deletes_once(house: House) -> None:
    house.call()
    house.account.add_recording(SID, WAV)
    house.tell()
    (row,) = house.owed("fetch_recording")
    JOBS["fetch_recording"].run(house.tools, row.payload, NOW)  # nobody marked it as done
    assert house.work() == ["fetch_recording", "delete_recording"]
    assert (len(house.rows()), len(house.objects()), house.deletions()) == (1, 1, 1)


def test_a_death_before_midnight_leaves_no_second_object(house: House) -> None:
    house.now = NOW.replace(hour=23, minute=59)
    house.call()
    house.account.add_recording(SID, WAV)
    house.tell()
    disarm = after_the_store(house)
    with pytest.raises(Killed):
        house.work()
    disarm()
    house.work(timedelta(minutes=11))
    assert (len(house.rows()), len(house.objects())) == (1, 1)


def test_an_error_between_store_and_commit_is_tried_again(house: House) -> None:
    def fail() -> None:
        raise OSError("the connection to the database broke")

    house.call()
    house.account.add_recording(SID, WAV)
    house.tell()
    house.store.after = fail  # type: ignore[method-assign]
    assert house.work() == ["fetch_recording"]
    assert (house.rows(), house.deletions(), list(house.incoming.iterdir())) == ([], 0, [])
    house.store.after = lambda: None  # type: ignore[method-assign]
    house.work(10 * SECOND)
    assert (len(house.rows()), len(house.objects()), house.deletions()) == (1, 1, 1)


def test_a_deletion_whose_answer_was_lost_is_asked_again(house: House) -> None:
    def carry_out_and_be_silent(method: str, path: str) -> Response | None:
        if method == "DELETE":
            house.account.recordings.pop(SID)
            house.account.then = lambda _method, _path: None
            raise OSError("timed out")
        return None

    house.call()
    house.account.add_recording(SID, WAV)
    house.account.then = carry_out_and_be_silent
    house.tell()
    house.work()
    (deletion,) = house.owed("delete_recording")
    assert deletion.done_at is None
    assert house.work(10 * SECOND) == ["delete_recording"]
    (deletion,) = house.owed("delete_recording")
    assert deletion.done_at == house.now


def test_a_store_that_is_away_leaves_the_recording_at_twilio(house: House) -> None:
    house.call()
    house.account.add_recording(SID, WAV)
    house.root.write_text("in the way")
    house.tell()
    house.work()
    assert (list(house.account.recordings), house.owed("delete_recording")) == ([SID], [])
    assert list(house.incoming.iterdir()) == []
    house.root.unlink()
    house.work(10 * SECOND)
    assert (len(house.rows()), house.account.recordings) == (1, {})


def test_a_conversation_has_the_citizen_on_the_left(house: House) -> None:
    officer, citizen = tone(3, 9000), tone(3, 3000)
    house.call()
    for sid, turn in ((SID, 4), (OTHER, 5)):
        house.account.add_recording(sid, wav(officer, citizen), channels=2)
        house.tell(f"{CALL}__c__{turn}", sid, channels=2, officer_first=turn == 4)
    house.work()
    assert [(row.kind, row.channels) for row in house.rows()] == [("conversation", 2)] * 2
    assert set(house.objects()) == {wav(citizen, officer), wav(officer, citizen)}


def test_a_shorter_one_is_tried_again_and_then_kept_with_its_problem(house: House) -> None:
    house.call()
    house.account.add_recording(SID, wav(tone(1)))
    house.tell(seconds=3)
    house.work()
    assert (house.rows(), house.objects()) == ([], [])
    (row,) = house.owed("fetch_recording")
    assert row.error == "DoubtfulRecordingError: 1000 ms of 3 s came (shorter)"
    house.work(timedelta(minutes=10))
    (kept,) = house.rows()
    assert (kept.problem, kept.duration_ms) == ("shorter", 1000)
    assert house.alarms() == ["recording-doubtful"]
    assert (list(house.account.recordings), house.owed("delete_recording")) == ([SID], [])


def doubted(house: House, sound: bytes = wav(tone(1))) -> None:
    """Let a recording come shorter than told for longer than we wait for better."""
    house.call()
    house.account.add_recording(SID, sound)
    house.tell(seconds=3)
    house.work()
    house.work(timedelta(minutes=10))


def test_a_doubtful_one_is_fetched_once_more_and_then_left_to_a_person(house: House) -> None:
    doubted(house)
    assert house.work(timedelta(minutes=59)) == []
    assert house.work(timedelta(minutes=1)) == ["fetch_recording"]
    for _ in range(3):
        assert house.work(timedelta(hours=1)) == []
    assert (len(house.rows()), len(house.objects())) == (1, 1)
    assert (house.alarms(), house.deletions()) == (["recording-doubtful"], 0)


def test_one_that_is_whole_the_time_after_is_kept_beside_the_shorter(house: House) -> None:
    doubted(house)
    house.account.sounds[SID] = WAV
    assert house.work(timedelta(hours=1)) == ["fetch_recording", "delete_recording"]
    assert [(row.problem, row.duration_ms) for row in house.rows()] == [("shorter", 1000), (None, 3000)]
    assert (house.alarms(), house.account.recordings) == ([], {})


def test_a_doubtful_one_that_is_gone_the_time_after_is_no_longer_asked_about(house: House) -> None:
    doubted(house)
    house.account.recordings.clear()
    house.account.sounds.clear()
    house.work(timedelta(hours=1))
    assert (len(house.rows()), house.alarms(), house.facts("recording_failed")) == (1, [], [])


def test_a_death_after_a_doubtful_one_was_kept_changes_nothing(house: House) -> None:
    doubted(house)
    (first, _later) = house.owed("fetch_recording")
    JOBS["fetch_recording"].run(house.tools, first.payload, house.now)  # nobody marked it as done
    assert (len(house.rows()), len(house.owed("fetch_recording")), house.deletions()) == (1, 2, 0)


def test_a_person_discards_what_is_at_twilio(house: House) -> None:
    doubted(house)
    with house.database.transaction() as session:
        assert RemoteRecordings(session).discard(SID, "terminal:0", house.now)
    assert house.work() == ["delete_recording"]
    assert (len(house.rows()), house.alarms(), house.account.recordings) == (1, [], {})
    house.work(timedelta(hours=1))
    assert (len(house.rows()), house.alarms()) == (1, [])
    with house.database.reading() as session:
        log = session.scalars(select(AccessLog)).one()
        assert (log.action, log.subject) == ("recording_discarded", f"recording:{SID}:{MESSAGE}")


def test_a_person_has_it_fetched_again(house: House) -> None:
    doubted(house)
    house.work(timedelta(hours=1))
    house.account.sounds[SID] = WAV
    with house.database.transaction() as session:
        assert RemoteRecordings(session).ask_again(SID, house.now)
        assert not RemoteRecordings(session).ask_again(OTHER, house.now)
        assert not RemoteRecordings(session).discard(OTHER, "terminal:0", house.now)
    assert house.work() == ["fetch_recording", "delete_recording"]
    assert (len(house.rows()), house.alarms()) == (2, [])


def test_a_shorter_one_that_is_whole_the_next_time_has_no_problem(house: House) -> None:
    house.call()
    house.account.add_recording(SID, wav(tone(1)))
    house.tell(seconds=3)
    house.work()
    house.account.sounds[SID] = WAV
    house.work(10 * SECOND)
    (kept,) = house.rows()
    assert (kept.problem, house.objects()) == (None, [WAV])


@pytest.mark.parametrize(
    ("sound", "problem"),
    [
        (b"", "empty"),
        (b"<html>" * 99, "not_audio"),
        (WAV[:40] + bytes(4) + WAV[44:], "broken_header"),
    ],
)
def test_a_damaged_one_is_kept_with_its_problem(house: House, sound: bytes, problem: str) -> None:
    house.call()
    house.account.add_recording(SID, sound)
    house.tell()
    house.work()
    house.work(timedelta(minutes=10))
    (kept,) = house.rows()
    assert kept.problem == problem
    assert (house.alarms(), house.deletions()) == (["recording-doubtful"], 0)


def test_a_message_that_nobody_told_of_makes_a_ticket_of_the_call(house: House) -> None:
    house.call(ended_at=NOW, disposition=Disposition.CALL_BACK, disposition_reason="abandoned")
    house.account.add_recording(SID, WAV)
    house.tell()
    house.work()
    with house.database.reading() as session:
        call = session.scalars(select(Call)).one()
        assert (call.disposition, call.disposition_reason) == (Disposition.RECORDED, "message")
        assert session.scalars(select(Ticket)).one().call_id == call.id


def test_one_that_twilio_has_lost_is_told(house: House) -> None:
    house.call()
    house.tell()
    house.work()
    assert house.facts("recording_failed") == []
    house.work(timedelta(minutes=10))
    (fact,) = house.facts("recording_failed")
    assert fact.data["name"] == MESSAGE
    assert "recording-failed" in house.alarms()
    (row,) = house.owed("fetch_recording")
    assert row.done_at == house.now
    assert house.owed("delete_recording") == []


def test_one_that_is_still_being_made_is_waited_for(house: House) -> None:
    house.call()
    house.account.add_recording(SID, WAV, status="processing")
    sound = house.account.sounds.pop(SID)
    house.tell()
    house.work(timedelta(minutes=20))
    assert house.facts("recording_failed") == []
    house.account.sounds[SID] = sound
    house.work(timedelta(minutes=1))
    assert len(house.rows()) == 1


def test_a_wrong_token_is_tried_on_and_loses_nothing(house: House) -> None:
    house.call()
    house.account.add_recording(SID, WAV)
    house.account.token = "old"
    house.tools = replace(house.tools, twilio=house.account.client())
    house.tell()
    for _ in range(7):
        house.work(timedelta(hours=1))
    assert house.alarms() == ["job-failing"]
    house.account.token = "geheim-token"
    house.tools = replace(house.tools, twilio=house.account.client())
    house.work(timedelta(hours=1))
    assert (len(house.rows()), house.alarms()) == (1, [])


def test_what_a_killed_worker_left_is_removed_and_what_another_writes_is_not(house: House) -> None:
    house.call()
    house.incoming.mkdir()
    for sid, age in ((OTHER, timedelta(hours=1)), ("RE" + "d" * 32, SECOND), (SID, SECOND)):
        path = house.incoming / f"{sid}.wav"
        path.write_bytes(b"half a recording")
        os.utime(path, ((NOW - age).timestamp(),) * 2)
    house.account.add_recording(SID, WAV)
    house.tell()
    house.work()
    assert [path.stem for path in house.incoming.iterdir()] == ["RE" + "d" * 32]
    assert house.objects() == [WAV]


def test_two_recordings_of_one_turn_are_two_parts(house: House) -> None:
    house.call()
    house.account.add_recording(SID, WAV)
    house.account.add_recording(OTHER, wav(tone(3, 500)))
    house.tell()
    house.tell(sid=OTHER)
    house.work()
    assert [row.provider_key for row in house.rows()] == [MESSAGE, f"{MESSAGE}.1"]
    assert house.deletions() == 2


def test_without_an_account_the_job_says_so(house: House) -> None:
    house.call()
    house.account.add_recording(SID, WAV)
    house.tell()
    house.tools = replace(house.tools, twilio=None)
    house.work()
    (row,) = house.owed("fetch_recording")
    assert "CALLCENTER_TWILIO_ACCOUNT" in (row.error or "")


def test_a_refusal_for_now_is_put_off(house: House) -> None:
    house.call()
    house.account.add_recording(SID, WAV)
    house.account.then = lambda method, _path: refused(429, 20429) if method == "DELETE" else None
    house.tell()
    house.work()
    (deletion,) = house.owed("delete_recording")
    assert deletion.due_at > house.now


def test_a_worker_speaks_to_twilio_only_with_an_account(settings: Settings) -> None:
    without = bootstrap.tools(settings)
    assert (without.twilio, without.custody) == (None, None)
    account = {"twilio_account": "AC1", "twilio_token": "t", "twilio_urls": ("https://wadul.example",)}
    tools = bootstrap.tools(replace(settings, **account))  # type: ignore[arg-type]
    assert tools.twilio is not None
    assert tools.custody is not None

"""The spool's work with a real store and database, killed at each point."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from callcenter.carrier import Carrier
from callcenter.db import Database
from callcenter.models import Alarm, Call, CallEvent, Recording
from callcenter.services.calls import Policy
from callcenter.services.recordings import Recordings
from recordings.audio import header
from recordings.spool import Spool, SpoolFile
from recordings.store import LocalStore

POLICY = Policy(ZoneInfo("Asia/Jakarta"), b"secret", max_message_seconds=60, connect_seconds=40)
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SOUND = b"\x10\x20" * 8000
WAV = header(1, 8000, len(SOUND)) + SOUND


class Killed(BaseException):
    """The process died here; nothing gets to catch it."""


class House:
    """A node with its spool, its store and the database."""

    def __init__(self, database: Database, directory: Path) -> None:
        self.database = database
        self.spool = Spool(directory / "spool")
        self.root = directory / "store"
        self.carrier = Carrier(database, POLICY, LocalStore(self.root), self.spool, "node1", 1)

    def call(self, key: str = "node1-1.2", *, up: bool = False) -> None:
        ended_at = None if up else NOW
        with self.database.transaction() as session:
            session.add(
                Call(
                    provider="asterisk",
                    key=key,
                    node="node1",
                    channel="PJSIP/t-1",
                    dialled="+62234000001",
                    caller_kind="e164",
                    flow="hotline",
                    cursor={},
                    turn={},
                    offered_at=NOW,
                    ended_at=ended_at,
                )
            )

    def file(self, name: str, data: bytes = WAV, age: float = 1, folder: str = "ready") -> Path:
        path = self.spool.closed.parent / folder / name
        path.write_bytes(data)
        os.utime(path, (NOW.timestamp() - age,) * 2)
        return path

    def rows(self) -> list[Recording]:
        with self.database.reading() as session:
            return list(session.scalars(select(Recording).order_by(Recording.part)))

    def alarms(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.scalars(select(Alarm.kind).where(Alarm.cleared_at.is_(None))))

    def objects(self) -> list[Path]:
        return [path for path in self.root.rglob("*") if path.is_file()]

    def waiting(self) -> list[str]:
        return sorted(path.name for path in self.spool.closed.iterdir())


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return House(database, tmp_path)


def test_a_file_is_kept_and_then_leaves_the_spool(house: House) -> None:
    house.call()
    house.file("node1-1.2__m__3.wav")
    assert house.carrier.round(NOW).kept == 1
    (row,) = house.rows()
    (kept,) = house.objects()
    assert kept.read_bytes() == WAV
    assert str(kept.relative_to(house.root)) == row.store_key
    assert row.store_key.startswith("2026/03/02/node1-1.2__m__3-")
    assert (row.size, row.duration_ms, row.channels, row.format) == (len(WAV), 1000, 1, "wav")
    assert house.waiting() == []


def test_a_conversation_becomes_two_channels(house: House) -> None:
    house.call()
    house.file("node1-1.2__c__4.raw", SOUND * 2)
    house.carrier.round(NOW)
    (row,) = house.rows()
    assert (row.kind, row.channels, row.duration_ms, row.problem) == ("conversation", 2, 1000, None)


def kill_before(target: object, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(target, name, die)


def kill_after(target: object, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., object] = getattr(target, name)

    def work_and_die(*arguments: object) -> None:
        real(*arguments)
        raise Killed

    monkeypatch.setattr(target, name, work_and_die)


@pytest.mark.parametrize("kill", [kill_before, kill_after])
@pytest.mark.parametrize(
    ("target", "name"), [(LocalStore, "put"), (Recordings, "keep"), (Spool, "remove"), (Carrier, "_write")]
)
def test_a_death_at_any_point_neither_loses_nor_doubles(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    kill: Callable[[object, str, pytest.MonkeyPatch], None],
    target: type,
    name: str,
) -> None:
    house.call()
    house.file("node1-1.2__m__3.wav")
    with monkeypatch.context() as patched:
        kill(target, name, patched)
        with pytest.raises(Killed):
            house.carrier.round(NOW)
    for _ in range(2):
        house.carrier.round(NOW + timedelta(seconds=1))
    assert len(house.rows()) == len(house.objects()) == 1
    assert house.waiting() == []
    with house.database.reading() as session:
        assert len(session.scalars(select(CallEvent)).all()) == 1


def test_a_name_used_again_keeps_both_sounds(house: House) -> None:
    house.call()
    for data in (WAV, WAV[:-2000]):
        house.file("node1-1.2__m__3.wav", data)
        house.carrier.round(NOW)
    assert [row.provider_key for row in house.rows()] == ["node1-1.2__m__3", "node1-1.2__m__3.1"]
    assert len(house.objects()) == 2


def test_a_file_waits_for_its_call_and_tells_after_a_while(house: House) -> None:
    house.file("node1-7.7__m__1.wav", age=0)
    assert house.carrier.round(NOW + timedelta(minutes=4)).waiting == 1
    assert house.alarms() == []
    house.carrier.round(NOW + timedelta(minutes=5))
    assert house.alarms() == ["recording-without-call"]
    house.call("node1-7.7")
    assert house.carrier.round(NOW + timedelta(minutes=6)).kept == 1
    assert house.alarms() == []


def test_a_store_that_is_away_loses_nothing(house: House) -> None:
    house.call()
    house.file("node1-1.2__m__3.wav", age=2)
    house.file("node1-1.2__m__4.wav", WAV[:-2])
    house.root.write_text("in the way")
    result = house.carrier.round(NOW)
    assert result.trouble is not None
    assert (result.kept, result.waiting) == (0, 2)
    assert house.alarms() == ["recording-store"]
    house.root.unlink()
    assert house.carrier.round(NOW).kept == 2
    assert house.alarms() == []
    house.root.rename(house.root.with_name("away"))
    house.root.write_text("in the way again")
    house.file("node1-1.2__m__5.wav")
    house.carrier.round(NOW)
    assert house.alarms() == ["recording-store"]


def test_a_full_disk_is_told_and_cleared(house: House, database: Database) -> None:
    roomy = house.carrier
    tight = Carrier(database, POLICY, LocalStore(house.root), house.spool, "node1", 2**40)
    tight.check_disk(NOW)
    assert house.alarms() == ["disk-full"]
    roomy.check_disk(NOW)
    roomy.check_disk(NOW)
    assert house.alarms() == []


def test_garbage_is_kept_and_marked(house: House) -> None:
    house.call()
    house.file("node1-1.2__m__3.wav", b"<script>" * 100)
    house.file("node1-1.2__m__4.wav", b"")
    house.carrier.round(NOW)
    assert [(row.problem, row.format) for row in house.rows()] == [("not_audio", "bin"), ("empty", "wav")]
    assert b"<script>" * 100 in {path.read_bytes() for path in house.objects()}


def test_a_stranger_does_not_hold_the_others_up(house: House) -> None:
    house.call()
    house.file("a b.wav", age=9)
    house.file("node1-1.2__m__3.wav")
    assert house.carrier.round(NOW).kept == 1
    assert house.alarms() == ["spool-strange-file"]
    assert (house.spool.strange / "a b.wav").read_bytes() == WAV


def test_what_a_dead_writer_left_is_adopted_once_the_call_is_over(house: House) -> None:
    house.call("node1-1.2", up=True)
    house.call("node1-3.4")
    left = WAV[:40] + bytes(4) + SOUND
    house.file("node1-1.2__m__3.wav", left, age=90, folder="open")
    house.file("node1-3.4__m__3.wav", left, age=90, folder="open")
    house.file("node1-3.4__m__4.wav", left, age=10, folder="open")
    house.carrier.round(NOW)
    assert [(row.provider_key, row.problem) for row in house.rows()] == [("node1-3.4__m__3", "broken_header")]
    assert sorted(path.name for path in house.spool.open.iterdir()) == [
        "node1-1.2__m__3.wav",
        "node1-3.4__m__4.wav",
    ]


def test_an_unreadable_file_does_not_hold_the_others_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.call()
    house.file("node1-1.2__m__3.wav", age=9)
    house.file("node1-1.2__m__4.wav")
    files: list[SpoolFile] = list(house.spool.ready())
    monkeypatch.setattr(Spool, "ready", lambda _: iter(files))
    files[0].path.unlink()
    files[0].path.mkdir()
    assert house.carrier.round(NOW).kept == 1
    assert house.alarms() == ["recording-unreadable"]

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.spool import AudioName, Spool, SpoolFile

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def put(directory: Path, name: str, data: bytes = b"x", age: float = 0.0) -> Path:
    path = directory / name
    path.write_bytes(data)
    at = NOW.timestamp() - age
    os.utime(path, (at, at))
    return path


def test_a_name_tells_its_call_kind_turn_and_repetition() -> None:
    name = AudioName.parse("node1-1700000000.12__m__3.2")
    assert name == AudioName("node1-1700000000.12", "message", 3, 2)
    assert str(name.numbered(0)) == "node1-1700000000.12__m__3"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a__m",
        "a__x__1",
        "a__m__",
        "a__m__-1",
        "a__m__01",
        "a__m__1.0",
        "a__m__1.01",
        "../a__m__1",
        "a/b__m__1",
        ".a__m__1",
        "-a__m__1",
        "a__m__1\n",
        "a\0__m__1",
        "a__m__1 ",
        "é__m__1",
        "a__m__1٣",
        f"{'a' * 151}__m__1",
    ],
)
def test_any_other_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="audio object"):
        AudioName.parse(text)


@given(
    st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,149}", fullmatch=True),
    st.sampled_from(["message", "conversation"]),
    st.integers(0, 999_999_999),
    st.integers(0, 999_999_999),
)
def test_every_name_is_read_back(call: str, kind: str, turn: int, again: int) -> None:
    name = AudioName(call, kind, turn, again)  # type: ignore[arg-type]
    assert AudioName.parse(str(name)) == name


@given(st.text(max_size=60))
def test_what_is_read_has_no_path_in_it(text: str) -> None:
    try:
        name = AudioName.parse(text)
    except ValueError:
        return
    assert str(name) == text == os.path.basename(text)
    assert not text.startswith(".")


def test_closed_files_come_oldest_first_and_only_with_a_name(spool: Spool) -> None:
    put(spool.closed, "b__m__1.wav", age=5)
    put(spool.closed, "a__c__2.1.raw", age=9)
    put(spool.closed, "a__c__2.mp3")
    (spool.closed / "d__m__1.wav").mkdir()
    (spool.closed / "l__m__1.wav").symlink_to("/etc/passwd")
    assert [str(file.name) for file in spool.ready()] == ["a__c__2.1", "b__m__1"]


def test_a_file_is_stale_after_a_minute_without_growing(spool: Spool) -> None:
    put(spool.open, "a__m__1.wav", age=59)
    put(spool.open, "b__m__1.wav", age=60)
    assert [file.name.call for file in spool.stale(NOW)] == ["b"]
    assert [file.name.call for file in spool.stale(NOW + timedelta(seconds=1))] == ["b", "a"]


def adopted(spool: Spool) -> Path:
    (file,) = spool.stale(NOW)
    return spool.adopt(file)


def test_an_adopted_file_never_replaces_another(spool: Spool) -> None:
    put(spool.closed, "a__m__1.wav", b"first")
    put(spool.closed, "a__m__1.1.wav", b"second")
    put(spool.open, "a__m__1.wav", b"third", age=60)
    assert adopted(spool).name == "a__m__1.2.wav"
    assert sorted(path.read_bytes() for path in spool.closed.iterdir()) == [b"first", b"second", b"third"]
    assert not list(spool.open.iterdir())


def test_an_adoption_that_was_cut_short_is_finished(spool: Spool) -> None:
    left = put(spool.open, "a__m__1.wav", b"sound", age=60)
    os.link(left, spool.closed / "a__m__1.wav")
    assert adopted(spool).name == "a__m__1.wav"
    assert [path.name for path in spool.closed.iterdir()] == ["a__m__1.wav"]


def test_strangers_are_set_aside_and_never_lost(spool: Spool) -> None:
    put(spool.closed, "a__m__1.wav")
    for content in (b"one", b"two"):
        put(spool.closed, "core dump", content)
        assert spool.set_aside() == ["core dump"]
    assert {path.read_bytes() for path in spool.strange.iterdir()} == {b"one", b"two"}
    assert [path.name for path in spool.closed.iterdir()] == ["a__m__1.wav"]


def test_removing_twice_is_no_error(spool: Spool) -> None:
    put(spool.closed, "a__m__1.wav")
    (file,) = spool.ready()
    assert isinstance(file, SpoolFile)
    spool.remove(file)
    spool.remove(file)
    assert not list(spool.ready())

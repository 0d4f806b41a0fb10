from __future__ import annotations

import io
import math
import struct
import wave
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings import audio
from recordings.audio import Audio, header, inspect, swap_channels


def tone(seconds: float, level: int = 8000, channels: int = 1, side: int = 0) -> bytes:
    """Sound on one side only; the other sides are silent."""
    samples = array("h")
    for n in range(int(seconds * 8000)):
        value = int(level * math.sin(2 * math.pi * 440 * n / 8000))
        samples.extend(value if number == side else 0 for number in range(channels))
    return samples.tobytes()


def look(tmp_path: Path, data: bytes, extension: str = "wav") -> Audio:
    path = tmp_path / f"a__m__1.{extension}"
    path.write_bytes(data)
    return inspect(path, extension)


def played(found: Audio) -> wave.Wave_read:
    return wave.open(io.BytesIO(b"".join(found.chunks())))


def test_a_sound_message_is_kept_byte_for_byte(tmp_path: Path) -> None:
    data = header(1, 8000, 16000) + tone(1.0)
    found = look(tmp_path, data)
    assert (found.problem, found.silent, found.channels, found.duration_ms) == (None, False, 1, 1000)
    assert b"".join(found.chunks()) == data


def test_a_conversation_is_wrapped_into_two_channels(tmp_path: Path) -> None:
    data = tone(1.5, channels=2, side=1)
    found = look(tmp_path, data, "raw")
    assert (found.problem, found.silent, found.channels, found.duration_ms) == (None, False, 2, 1500)
    with played(found) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getnframes()) == (2, 8000, 12000)
        assert sound.readframes(12000) == data


@pytest.mark.parametrize("told", [0, 0xFFFFFFFF, 10**6, 400])
def test_a_header_that_lies_is_written_anew(tmp_path: Path, told: int) -> None:
    sound = tone(1.0)
    lie = header(1, 8000, 0)[:4] + bytes(4) + header(1, 8000, 0)[8:-4] + struct.pack("<I", told)
    found = look(tmp_path, lie + sound)
    assert (found.problem, found.silent, found.duration_ms) == (audio.BROKEN_HEADER, False, 1000)
    with played(found) as repaired:
        assert repaired.readframes(9000) == sound


def test_a_frame_cut_in_the_middle_is_completed(tmp_path: Path) -> None:
    found = look(tmp_path, tone(1.0, channels=2) + b"\x01\x02\x03", "raw")
    with played(found) as sound:
        assert sound.getnframes() == 8001
        assert sound.readframes(8001)[-4:] == b"\x01\x02\x03\x00"


def test_chunks_around_the_sound_are_no_problem(tmp_path: Path) -> None:
    sound = tone(0.5)
    note = struct.pack("<4sI", b"LIST", 5) + b"hello\0"
    body = header(1, 8000, len(sound))[12:36] + note + header(1, 8000, len(sound))[36:] + sound + note
    data = struct.pack("<4sI4s", b"RIFF", 4 + len(body), b"WAVE") + body
    found = look(tmp_path, data)
    assert (found.problem, found.duration_ms) == (None, 500)
    assert b"".join(found.chunks()) == data


@pytest.mark.parametrize(("data", "extension"), [(b"", "wav"), (b"", "raw"), (header(1, 8000, 0), "wav")])
def test_an_empty_file_is_kept_as_an_empty_recording(tmp_path: Path, data: bytes, extension: str) -> None:
    found = look(tmp_path, data, extension)
    assert (found.problem, found.silent, found.duration_ms) == (audio.EMPTY, True, 0)
    with played(found) as sound:
        assert sound.getnframes() == 0


@pytest.mark.parametrize(
    "data",
    [
        b"x",
        b"RIFF",
        b"not audio at all " * 100,
        header(1, 8000, 100)[:30],
        header(1, 8000, 4).replace(b"data", b"atad") + b"1234",
        header(1, 8000, 4)[:20] + b"\x07\0" + header(1, 8000, 4)[22:] + b"1234",
        header(9, 8000, 4) + b"1234",
        header(1, 0, 4) + b"1234",
        b"RIFF\xff\xff\xff\xffWAVE" + b"junk\xff\xff\xff\xff" * 50,
    ],
)
def test_what_is_not_audio_is_kept_as_it_is(tmp_path: Path, data: bytes) -> None:
    found = look(tmp_path, data)
    assert (found.problem, found.format) == (audio.NOT_AUDIO, "bin")
    assert b"".join(found.chunks()) == data


@pytest.mark.parametrize(
    ("data", "silent"),
    [
        (bytes(16000), True),
        (tone(1.0, level=100), True),
        (tone(0.2) + bytes(160000), True),
        (bytes(160000) + tone(0.5), False),
        (tone(1.0, level=600), False),
    ],
)
def test_silence_is_told_by_level_and_length(tmp_path: Path, data: bytes, silent: bool) -> None:
    assert look(tmp_path, header(1, 8000, len(data)) + data).silent is silent


@given(st.binary(max_size=300), st.sampled_from(["wav", "raw"]))
def test_no_bytes_break_it_and_none_are_lost(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, extension: str
) -> None:
    found = look(tmp_path_factory.mktemp("a"), data, extension)
    assert data[found.start :] in b"".join(found.chunks())


@given(st.binary(max_size=120), st.integers(0, 44))
def test_no_damaged_header_breaks_it(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, place: int
) -> None:
    whole = header(1, 8000, 200)
    data = whole[:place] + junk + whole[place + len(junk) :] + bytes(200)
    found = look(tmp_path_factory.mktemp("a"), data)
    assert data[found.start :] in b"".join(found.chunks())


@pytest.mark.parametrize("after", [b"", b"LIST\x04\x00\x00\x00abcd"])
def test_the_sides_of_a_conversation_are_exchanged(tmp_path: Path, after: bytes) -> None:
    left, right = tone(3.0, channels=2), tone(3.0, channels=2, side=1)
    head = header(2, 8000, len(left))
    head = head[:4] + struct.pack("<I", len(head + left + after) - 8) + head[8:]
    path = tmp_path / "a.wav"
    path.write_bytes(head + left + after)
    swap_channels(path)
    assert path.read_bytes() == head + right + after
    swap_channels(path)
    assert path.read_bytes() == head + left + after


def test_the_sides_are_exchanged_under_a_header_that_lies(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(header(2, 8000, 0) + tone(1.0, channels=2))
    swap_channels(path)
    with played(inspect(path, "wav")) as sound:
        assert sound.readframes(9000) == tone(1.0, channels=2, side=1)


@pytest.mark.parametrize("data", [b"", b"RIFF", header(1, 8000, 400) + tone(0.025), b"<html>" * 50])
def test_a_file_without_two_sides_stays_as_it_is(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    swap_channels(path)
    assert path.read_bytes() == data

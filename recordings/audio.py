"""What is in an audio file, and how to keep a damaged one playable.

Telephone audio here is PCM, 16 bit, 8 kHz: messages come as mono WAV,
conversations as headerless stereo (left the citizen, right the officer). A
process that was killed leaves a header that tells 0 bytes, or none at all.
Nothing is ever cut off: what cannot be understood is kept byte for byte.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from recordings.level import Level

RATE = 8000
CHUNK = 64 * 1024
LONGEST = 0xFFFFFFFF - 64
"""Bytes of sound a WAV header can tell (4 GiB less itself)."""

EMPTY, BROKEN_HEADER, NOT_AUDIO, TOO_LONG = "empty", "broken_header", "not_audio", "too_long"


@dataclass(frozen=True, slots=True)
class Audio:
    """A file as it will be kept: ``head``, then its own bytes from ``start``.

    ``problem`` is one of ``empty``, ``broken_header`` (repaired),
    ``not_audio`` and ``too_long`` (kept as they came); ``format`` is ``wav``,
    or ``bin`` for what cannot be played.
    """

    path: Path
    head: bytes
    start: int
    tail: bytes
    format: str
    channels: int
    duration_ms: int
    silent: bool
    problem: str | None

    def chunks(self) -> Iterator[bytes]:
        """Give the bytes to keep, piece by piece."""
        yield self.head
        with self.path.open("rb") as file:
            file.seek(self.start)
            while chunk := file.read(CHUNK):
                yield chunk
        yield self.tail


@dataclass(frozen=True, slots=True)
class _Sound:
    channels: int
    rate: int
    start: int
    told: int
    file_told: int


def inspect(path: Path, extension: str) -> Audio:
    """Look at a closed file; raises ``OSError`` only when it cannot be read."""
    size = path.stat().st_size
    if extension == "raw":
        return _wrapped(path, _Sound(2, RATE, 0, size, size), size, None)
    with path.open("rb") as file:
        sound = _find_sound(file, size)
    if size == 0:
        return _wrapped(path, _Sound(1, RATE, 0, 0, 0), size, EMPTY)
    if sound is None:
        return Audio(path, b"", 0, b"", "bin", 0, 0, False, NOT_AUDIO)
    if _header_is_true(sound, size):
        return _as_it_is(path, sound)
    return _wrapped(path, sound, size, BROKEN_HEADER)


def _header_is_true(sound: _Sound, size: int) -> bool:
    rest = size - sound.start
    if sound.told == 0 or sound.told > rest:
        return rest == 0
    return sound.told == rest or sound.file_told in (size, size - 1)  # other chunks may follow the sound


def _as_it_is(path: Path, sound: _Sound) -> Audio:
    problem = EMPTY if sound.told == 0 else None
    silent = _silent(path, sound, sound.told)
    return Audio(path, b"", 0, b"", "wav", sound.channels, _milliseconds(sound, sound.told), silent, problem)


def _wrapped(path: Path, sound: _Sound, size: int, problem: str | None) -> Audio:
    length = size - sound.start
    if length > LONGEST:
        return Audio(path, b"", 0, b"", "bin", 0, 0, False, TOO_LONG)
    tail = bytes(-length % (2 * sound.channels))  # complete the last frame rather than cut it off
    whole = length + len(tail)
    return Audio(
        path=path,
        head=header(sound.channels, sound.rate, whole),
        start=sound.start,
        tail=tail,
        format="wav",
        channels=sound.channels,
        duration_ms=_milliseconds(sound, whole),
        silent=_silent(path, sound, length),
        problem=problem if length else EMPTY,
    )


def swap_channels(path: Path) -> None:
    """Exchange left and right of a WAV file, in place; a file without two channels stays as it is.

    Not for a file that must survive a kill: half of it may be exchanged then.
    """
    size = path.stat().st_size
    with path.open("r+b") as file:
        sound = _find_sound(file, size)
        if sound is None or sound.channels != 2:
            return
        length = sound.told if sound.told and _header_is_true(sound, size) else size - sound.start
        end = sound.start + length // 4 * 4
        for start in range(sound.start, end, CHUNK):
            file.seek(start)
            samples = array("h", file.read(min(CHUNK, end - start)))
            samples[0::2], samples[1::2] = samples[1::2], samples[0::2]
            file.seek(start)
            file.write(samples.tobytes())


def header(channels: int, rate: int, length: int) -> bytes:
    """Write the header of a WAV file with ``length`` bytes of 16-bit sound."""
    frame = 2 * channels
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * frame, frame, 16)
    return struct.pack("<4sI4s", b"RIFF", 36 + length, b"WAVE") + form + struct.pack("<4sI", b"data", length)


def _find_sound(file: BinaryIO, size: int) -> _Sound | None:
    """Walk a WAV file's chunks to its sound; ``None`` for anything we do not know."""
    riff = file.read(12)
    if len(riff) < 12 or riff[:4] != b"RIFF" or riff[8:] != b"WAVE":
        return None
    file_told = int.from_bytes(riff[4:8], "little") + 8
    form: tuple[int, int] | None = None
    while len(head := file.read(8)) == 8:
        name, length = struct.unpack("<4sI", head)
        if name == b"data":
            return _Sound(*form, file.tell(), length, file_told) if form else None
        if name == b"fmt ":
            form = _form(file.read(min(length, 16)))
            length -= min(length, 16)
        if file.tell() + length > size:
            return None
        file.seek(length + length % 2, 1)
    return None


def _form(data: bytes) -> tuple[int, int] | None:
    if len(data) < 16:
        return None
    code, channels, rate, _, _, bits = struct.unpack("<HHIIHH", data)
    known = code == 1 and bits == 16 and channels in (1, 2) and 4000 <= rate <= 192_000
    return (channels, rate) if known else None


def _milliseconds(sound: _Sound, length: int) -> int:
    return length * 1000 // (2 * sound.channels * sound.rate)


def _silent(path: Path, sound: _Sound, length: int) -> bool:
    level = Level(sound.channels, sound.rate)
    with path.open("rb") as file:
        file.seek(sound.start)
        while length > 0 and not level.enough and (chunk := file.read(min(CHUNK, length))):
            level.add(chunk)
            length -= len(chunk)
    return not level.enough

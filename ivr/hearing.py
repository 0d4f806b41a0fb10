"""What a caller heard: prompts recognised in audio by their very sound.

A clip is compared with the audio piece by piece (normalised cross-correlation),
and the pieces may have moved a little: the line's coding hardly disturbs that,
a busy machine may cost a piece, and nothing but the clip itself comes near.
"""

from __future__ import annotations

import wave
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]

RATE = 8000
_HALF = 2  # compared at half the rate: speech on a telephone line has most of its energy below 2 kHz
_LONGEST = 10_000  # samples at half the rate that are compared of a long clip
_PIECE = 2000
_SHIFT = 400  # how far a piece may have moved
_PROBES = 2  # pieces of a clip that are looked for everywhere
_BLOCK = 1 << 15
_STEP = RATE // _HALF  # a search is worth its while from a second of new audio on
_PROBABLE = 0.6
_ALIKE = 0.75
_SURELY = 0.92
_LOUD = 0.02


@dataclass(frozen=True, slots=True)
class Heard:
    """A clip (``<language>/<name>``) and when it began, in seconds."""

    at: float
    clip: str
    likeness: float

    @property
    def name(self) -> str:
        """The clip's name without its language."""
        return self.clip.partition("/")[2]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a clip of energy 1, and where in the clip it begins."""

    offset: int
    shape: Samples


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a clip was recognised, in samples at half the rate."""

    start: int
    end: int
    likeness: float

    def moved(self, by: int) -> _Place:
        return _Place(self.start + by, self.end + by, self.likeness)

    def is_beside(self, other: _Place) -> bool:
        slack = (self.end - self.start) // 5
        return self.end - slack <= other.start or self.start + slack >= other.end

    def is_surer_than(self, other: _Place) -> bool:
        """Tell whether the other one was cut short by this one, as by a key."""
        return self.likeness > _SURELY > other.likeness and self.start > other.start


class Ear:
    """Recognises clips in audio that grows; each is told once, in order.

    A clip is told when its first 2.5 seconds (or all of it) were heard.
    """

    def __init__(self, clips: Mapping[str, Samples]) -> None:
        """Know ``clips``: see ``clips_of``."""
        self._seconds = {name: len(samples) / RATE for name, samples in clips.items()}
        self._voiced = {name: len(_trimmed(samples)) * _HALF / RATE for name, samples in clips.items()}
        pieces = {name: _pieces(_trimmed(samples)[:_LONGEST]) for name, samples in clips.items()}
        self._clips = {name: some for name, some in pieces.items() if some}
        self._spectra = {
            name: [np.fft.rfft(piece.shape[::-1], _BLOCK) for piece in some[:_PROBES]]
            for name, some in self._clips.items()
        }
        self._longest = max(map(_length, self._clips.values()), default=0)
        self._done = 0
        self._last = _Place(0, 0, 1.0)
        self._sentences: list[Heard] = []

    def seconds(self, clip: str) -> float:
        """Return a clip's whole length."""
        return self._seconds[clip]

    def hear(self, pcm: bytes, *, over: bool = False) -> list[Heard]:
        """Return what is newly recognised in all of the audio until now.

        ``pcm`` is 16 bit, 8000 samples a second; ``over`` says that no more
        will come, so that the last clips are told without waiting for more.
        """
        audio = _halved(np.frombuffer(pcm[: len(pcm) // 4 * 4], dtype="<i2").astype(np.float32))
        end = len(audio) if over else len(audio) - self._longest
        found: list[Heard] = []
        while self._done < end and (over or end - self._done >= _STEP):
            step = min(end - self._done, _BLOCK - self._longest)
            found += self._search(audio[self._done : self._done + step + self._longest], step)
            self._done += step
        return sorted(found, key=lambda heard: heard.at)

    def _search(self, audio: Samples, step: int) -> list[Heard]:
        candidates = sorted(self._candidates(audio, step), reverse=True)
        taken = [self._last.moved(-self._done)]
        found: list[Heard] = []
        for likeness, start, name in candidates:
            end = start + _length(self._clips[name])
            place = _Place(start, end, likeness)
            if all(place.is_beside(other) or place.is_surer_than(other) for other in taken):
                taken.append(place)
                found.append(Heard((self._done + start) * _HALF / RATE, name, likeness))
        self._last = max(taken, key=lambda place: place.end).moved(self._done)
        sentences = [*self._sentences, *(one for one in found if len(self._clips[one.clip]) > 1)]
        self._sentences = sorted(sentences, key=lambda heard: heard.at)[-1:]
        return [one for one in found if not self._is_word_of(sentences, one)]

    def _is_word_of(self, sentences: list[Heard], short: Heard) -> bool:
        """Tell a word of a sentence from a clip of that word alone, which sounds much more alike."""
        if short.likeness > _SURELY or len(self._clips[short.clip]) > 1:
            return False
        return any(one.at < short.at < one.at + self._voiced[one.clip] for one in sentences)

    def _candidates(self, audio: Samples, step: int) -> Iterator[tuple[float, int, str]]:
        spectrum = np.fft.rfft(audio, _BLOCK)
        power = np.concatenate(([0.0], np.cumsum(audio.astype(np.float64) ** 2)))
        for name, pieces in self._clips.items():
            starts: list[int] = []
            for piece, probe in zip(pieces, self._spectra[name], strict=False):
                match = np.fft.irfft(spectrum * probe, _BLOCK)
                likeness = _likeness(match, power, len(piece.shape))
                starts += [place - piece.offset for place in _peaks(likeness, len(piece.shape))]
            for start in _apart(starts, step):
                if (likeness_ := _compared(audio, start, pieces)) > _ALIKE:
                    yield likeness_, start, name


def clips_of(directory: Path, names: Iterable[str]) -> dict[str, Samples]:
    """Read built prompts (``<language>/<name>``, 8 kHz); missing ones are left out."""
    paths = {name: directory / f"{name}.wav" for name in names}
    return {name: _read(path) for name, path in paths.items() if path.is_file()}


def tellings(heard: Iterable[Heard], after: str) -> list[str]:
    """Return the digits told right behind each clip named ``after``, a string a time."""
    told: list[str] = []
    counting = False
    for one in heard:
        if one.name == after:
            told.append("")
        elif counting and one.name.startswith("digits/"):
            told[-1] += one.name[-1]
        counting = one.name == after or (counting and one.name.startswith("digits/"))
    return told


def voice_seconds(pcm: bytes) -> float:
    """Return for how long there was sound, in steps of a fifth of a second."""
    audio = np.frombuffer(pcm[: len(pcm) // 3200 * 3200], dtype="<i2").astype(np.float32) / 32768
    loudness = np.sqrt(np.mean(audio.reshape(-1, RATE // 5) ** 2, axis=1)) if len(audio) else audio
    return float(np.count_nonzero(loudness > _LOUD / 4)) / 5


def _read(path: Path) -> Samples:
    with wave.open(str(path)) as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, 2):
            raise ValueError(f"{path}: not 8 kHz, 16 bit, one channel")
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float32)


def _trimmed(samples: Samples) -> Samples:
    """Cut silence off."""
    audio = _halved(samples)
    loud = np.flatnonzero(np.abs(audio) > _LOUD)
    return audio[loud[0] : loud[-1] + 1] if len(loud) else audio[:0]


def _pieces(audio: Samples) -> list[_Piece]:
    """Cut a clip into pieces of half a second; those with hardly a sound are left out."""
    count = max(1, len(audio) // _PIECE)
    edges = [len(audio) * number // count for number in range(count + 1)]
    parts = [(start, audio[start:end] - audio[start:end].mean()) for start, end in pairwise(edges)]
    return [
        _Piece(start, np.asarray(part / np.linalg.norm(part), dtype=np.float32))
        for start, part in parts
        if len(part) and np.sqrt(np.mean(part**2)) > _LOUD / 2
    ]


def _length(pieces: list[_Piece]) -> int:
    return pieces[-1].offset + len(pieces[-1].shape)


def _likeness(match: NDArray[np.float64], power: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Bring a correlation to -1 … 1 at each place where the whole piece fits."""
    places = max(0, len(power) - length)
    energy = power[length : length + places] - power[:places]
    return match[length - 1 : length - 1 + places] / np.sqrt(np.maximum(energy, length * _LOUD**2))


def _compared(audio: Samples, start: int, pieces: list[_Piece]) -> float:
    """Compare every piece near its place; a lost one counts for less than a strange one."""
    likenesses = [_nearby(audio, start + piece.offset, piece.shape) for piece in pieces]
    return float(np.mean(sorted(likenesses)[len(likenesses) // 4 :]))


def _nearby(audio: Samples, place: int, shape: Samples) -> float:
    near = audio[max(0, place - _SHIFT) : place + len(shape) + _SHIFT].astype(np.float64)
    if len(near) < len(shape):
        return 0.0
    power = np.concatenate(([0.0], np.cumsum(near**2)))
    match = np.correlate(near, shape, "full")
    return float(np.max(_likeness(match, power, len(shape)), initial=0.0))


def _halved(samples: Samples) -> Samples:
    """Halve the rate behind a soft low pass, so that half a sample's shift does not matter."""
    if not len(samples):
        return samples
    smooth = np.convolve(samples / 32768, (0.125, 0.375, 0.375, 0.125), "same")
    return np.asarray(smooth[: len(samples) // _HALF * _HALF : _HALF], dtype=np.float32)


def _peaks(likeness: NDArray[np.float64], length: int) -> list[int]:
    """Find the best places that are probable, at least half a piece apart."""
    peaks: list[int] = []
    for start in np.flatnonzero(likeness > _PROBABLE):
        if not peaks or start - peaks[-1] > length // 2:
            peaks.append(int(start))
        elif likeness[start] > likeness[peaks[-1]]:
            peaks[-1] = int(start)
    return peaks


def _apart(starts: list[int], step: int) -> list[int]:
    """Keep the places of this step, one of those that mean the same."""
    kept: list[int] = []
    for start in sorted(starts):
        if 0 <= start < step and (not kept or start - kept[-1] > _SHIFT):
            kept.append(start)
    return kept

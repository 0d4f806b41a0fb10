"""What a caller heard: prompts recognised in audio by their very sound.

Each prompt's clip is compared with the audio at every place (normalised
cross-correlation); the line's coding hardly disturbs that, and nothing but the
clip itself comes near to 1.
"""

from __future__ import annotations

import wave
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]

RATE = 8000
_HALF = 2  # compared at half the rate: speech on a telephone line has most of its energy below 2 kHz
_LONGEST = 10_000  # samples at half the rate that are compared of a long clip
_BLOCK = 1 << 15
_STEP = RATE // _HALF  # a search is worth its while from a second of new audio on
_ALIKE = 0.75
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


class Ear:
    """Recognises clips in audio that grows; each is told once, in order.

    A clip is told when its first 2.5 seconds (or all of it) were heard.
    """

    def __init__(self, clips: Mapping[str, Samples]) -> None:
        """Know ``clips``: see ``clips_of``."""
        shapes = {name: _shape(samples) for name, samples in clips.items()}
        self._shapes = {name: shape for name, shape in shapes.items() if len(shape)}
        self._spectra = {name: np.fft.rfft(shape[::-1], _BLOCK) for name, shape in self._shapes.items()}
        self._seconds = {name: len(samples) / RATE for name, samples in clips.items()}
        self._longest = max(map(len, self._shapes.values()), default=0)
        self._done = 0
        self._free = 0

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
        taken: list[tuple[int, int]] = [(-self._done, self._free - self._done)]
        found: list[Heard] = []
        for likeness, start, name in candidates:
            end = start + len(self._shapes[name])
            slack = (end - start) // 5
            if all(end - slack <= other or start + slack >= last for other, last in taken):
                taken.append((start, end))
                found.append(Heard((self._done + start) * _HALF / RATE, name, likeness))
        self._free = self._done + max(end for _, end in taken)
        return found

    def _candidates(self, audio: Samples, step: int) -> Iterable[tuple[float, int, str]]:
        spectrum = np.fft.rfft(audio, _BLOCK)
        power = np.concatenate(([0.0], np.cumsum(audio.astype(np.float64) ** 2)))
        for name, shape in self._shapes.items():
            length = len(shape)
            places = min(step, len(audio) - length + 1)
            if places <= 0:
                continue
            match = np.fft.irfft(spectrum * self._spectra[name], _BLOCK)[length - 1 : length - 1 + places]
            energy = power[length : length + places] - power[:places]
            likeness = match / np.sqrt(np.maximum(energy, length * _LOUD**2))
            for start in _peaks(likeness, length):
                yield float(likeness[start]), int(start), name


def clips_of(directory: Path, names: Iterable[str]) -> dict[str, Samples]:
    """Read built prompts (``<language>/<name>``, 8 kHz); missing ones are left out."""
    paths = {name: directory / f"{name}.wav" for name in names}
    return {name: _read(path) for name, path in paths.items() if path.is_file()}


def spoken_digits(heard: Iterable[Heard], after: str) -> str:
    """Return the digits told in one go right behind the last clip named ``after``."""
    digits = ""
    counting = False
    for one in heard:
        if one.name == after:
            digits, counting = "", True
        elif counting and one.name.startswith("digits/"):
            digits += one.name[-1]
        else:
            counting = False
    return digits


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


def _shape(samples: Samples) -> Samples:
    """Cut silence off, keep the beginning, and bring it to energy 1."""
    audio = _halved(samples)
    loud = np.flatnonzero(np.abs(audio) > _LOUD)
    if not len(loud):
        return audio[:0]
    audio = audio[loud[0] : min(loud[-1] + 1, loud[0] + _LONGEST)]
    audio = audio - audio.mean()
    return np.asarray(audio / np.linalg.norm(audio), dtype=np.float32)


def _halved(samples: Samples) -> Samples:
    """Halve the rate behind a soft low pass, so that half a sample's shift does not matter."""
    if not len(samples):
        return samples
    smooth = np.convolve(samples / 32768, (0.125, 0.375, 0.375, 0.125), "same")
    return np.asarray(smooth[: len(samples) // _HALF * _HALF : _HALF], dtype=np.float32)


def _peaks(likeness: NDArray[np.float64], length: int) -> list[int]:
    """Find the best places that are alike, at least half a clip apart."""
    peaks: list[int] = []
    for start in np.flatnonzero(likeness > _ALIKE):
        if not peaks or start - peaks[-1] > length // 2:
            peaks.append(int(start))
        elif likeness[start] > likeness[peaks[-1]]:
            peaks[-1] = int(start)
    return peaks

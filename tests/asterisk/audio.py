"""How strong a tone is in stored or heard audio."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000


def tone_seconds(samples: NDArray[np.float64], hertz: float) -> float:
    """Return for how long a tone makes up most of the sound, in steps of 0.1 s."""
    length = RATE // 10
    pieces = samples[: len(samples) // length * length].reshape(-1, length)
    wave_ = np.exp(-2j * np.pi * hertz * np.arange(length) / RATE)
    power = 2 * np.abs(pieces @ wave_) ** 2 / length
    whole = np.sum(pieces**2, axis=1)
    return float(np.count_nonzero((power > 0.5 * whole) & (whole > length * 0.01**2))) / 10


def channels(path: Path) -> list[NDArray[np.float64]]:
    """Read a stored WAV file, one array a channel."""
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getsampwidth()) == (RATE, 2)
        samples = pcm(file.readframes(file.getnframes()))
        return [samples[number :: file.getnchannels()] for number in range(file.getnchannels())]


def pcm(data: bytes) -> NDArray[np.float64]:
    """Read headerless 16 bit samples."""
    return np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2").astype(np.float64) / 32768

"""Recordings that can really be heard: WAV, PCM 16 bit, 8 kHz, a tone for each side."""

from __future__ import annotations

import io
import wave

import numpy as np

RATE = 8000
TONES = (440.0, 660.0)
"""Hertz of the first channel and of the second."""
LOUD = 8000


def wav(seconds: float, channels: int) -> bytes:
    """Make a file of so many seconds."""
    instants = np.arange(round(seconds * RATE)) / RATE
    sides = [np.sin(2 * np.pi * tone * instants) * LOUD for tone in TONES[:channels]]
    samples = np.stack(sides, axis=1).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(samples.tobytes())
    return file.getvalue()

"""Short prompts, the same for both exchanges: a call takes twelve seconds instead of fifty."""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

from ivr.prompts.texts import LANGUAGES, texts

RATE = 8000
SPELLED = ("digits/", "letters/")
SPELLED_SECONDS, SECONDS = 0.1, 0.25


def write(human: Path, agencies: list[str]) -> None:
    """Put a tone where a human's voice would be, for every prompt and every agency's name."""
    for language in LANGUAGES:
        for name in (*texts(language), *(f"agency/{code}" for code in agencies)):
            seconds = SPELLED_SECONDS if name.startswith(SPELLED) else SECONDS
            tone(human / language / f"{name}.wav", seconds)


def tone(path: Path, seconds: float) -> None:
    """Write a tone of 300 Hz, telephone quality."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = (round(6000 * math.sin(2 * math.pi * 300 * n / RATE)) for n in range(round(RATE * seconds)))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))

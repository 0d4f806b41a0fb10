"""Sounds that the telephone makes: tones and synthetic speech, as 8 kHz files."""

from __future__ import annotations

import hashlib
import io
import math
import subprocess
import sys
import threading
import wave
from array import array
from pathlib import Path

RATE = 8000


class SpeechError(Exception):
    """The text could not be spoken; the text says why."""


def tone(directory: Path, hertz: float, seconds: float, level: float = 0.5) -> Path:
    """Make a pure tone; ``level`` is its part of full scale."""
    path = directory / f"tone-{hertz:g}-{seconds:g}-{level:g}.wav"
    step = 2 * math.pi * hertz / RATE
    samples = (round(32767 * level * math.sin(step * n)) for n in range(round(seconds * RATE)))
    return path if path.exists() else _write(path, array("h", samples))


def speech(directory: Path, text: str, language: str) -> Path:
    """Speak ``text`` with espeak-ng; raises ``SpeechError``."""
    name = hashlib.sha256(f"{language}\0{text}".encode()).hexdigest()[:16]
    path = directory / f"speech-{name}.wav"
    return path if path.exists() else _write(path, _espeak(text, language))


def _espeak(text: str, language: str) -> array[int]:
    command = ["espeak-ng", "-v", language, "--stdin", "--stdout"]
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SpeechError(f"espeak-ng could not speak: {error}; install the package espeak-ng") from error
    with wave.open(io.BytesIO(done.stdout)) as file:
        rate = file.getframerate()
        samples = array("h", done.stdout[44:][: len(done.stdout[44:]) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    return _resample(samples, rate)


def _resample(samples: array[int], rate: int) -> array[int]:
    """Average the samples that fall into each new one: good enough for speech."""
    step = rate / RATE
    result = array("h")
    for index in range(int(len(samples) / step)):
        part = samples[int(index * step) : max(int((index + 1) * step), int(index * step) + 1)]
        result.append(sum(part) // len(part))
    return result


def _write(path: Path, samples: array[int]) -> Path:
    if sys.byteorder == "big":
        samples.byteswap()
    making = path.with_suffix(f".{threading.get_ident()}")  # two calls may sound the same at once
    with wave.open(str(making), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    making.replace(path)
    return path

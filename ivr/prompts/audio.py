"""One prompt made audible: espeak-ng speaks, sox brings into the formats."""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

VERSION = "1"
"""Part of every clip's fingerprint: raise it when the sound is made otherwise."""

# Suffix and sample rate. Asterisk reads .wav as 8 kHz and .wav16 as 16 kHz; both are RIFF, 16 bit, mono.
FORMATS = ((".wav", 8000), (".wav16", 16000))
TWILIO = "twilio"

WORDS_A_MINUTE = 145
"""Slower than espeak-ng's 175: callers may be elderly and the line bad."""

_TRIM = ["silence", "1", "0.01", "0.1%", "reverse", "silence", "1", "0.01", "0.1%", "reverse"]
_FORM = ["-b", "16", "-c", "1"]
_LEVEL = ["gain", "-n", "-3"]
_SECONDS = 60


class PromptError(RuntimeError):
    """A prompt that could not be made; says which and what to do."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip to be made: its words spoken, or a human recording of them."""

    language: str
    name: str
    words: str
    voice: str
    human: Path | None = None

    @property
    def key(self) -> str:
        """Language and name, as in the path."""
        return f"{self.language}/{self.name}"


def files(directory: Path, key: str) -> list[Path]:
    """Tell where a clip's files are."""
    return [*(directory / f"{key}{suffix}" for suffix, _ in FORMATS), directory / TWILIO / f"{key}.wav"]


def make(clip: Clip, directory: Path) -> None:
    """Make a clip's files; each appears whole or not at all. Raises :class:`PromptError`."""
    for path in files(directory, clip.key):
        path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".clip-", dir=directory) as work:
        source = clip.human or _speak(clip, Path(work) / "spoken.wav")
        effects = _LEVEL if clip.human else [*_TRIM, *_LEVEL, "pad", "0.02", _pause(clip.name)]
        for suffix, rate in FORMATS:
            made = Path(work) / f"made-{rate}.wav"
            _run(["sox", "-V1", str(source), "-r", str(rate), *_FORM, str(made), *effects], clip)
            if suffix == ".wav":
                _copy(made, directory / TWILIO / f"{clip.key}.wav", Path(work))
            os.replace(made, directory / f"{clip.key}{suffix}")


def _pause(name: str) -> str:
    """Seconds of silence behind a clip: digits apart, number words close."""
    folder = name.partition("/")[0] if "/" in name else ""
    return {"": "0.25", "digits": "0.25", "letters": "0.25", "agency": "0.4"}.get(folder, "0.04")


def _speak(clip: Clip, path: Path) -> Path:
    command = [
        "espeak-ng",
        "-v",
        clip.voice,
        "-s",
        str(WORDS_A_MINUTE),
        "-b",
        "1",
        "-w",
        str(path),
        "--stdin",
    ]
    _run(command, clip, clip.words)
    return path


def _copy(made: Path, target: Path, work: Path) -> None:
    copy = work / "copy.wav"
    copy.write_bytes(made.read_bytes())
    os.replace(copy, target)


def _run(command: list[str], clip: Clip, text: str = "") -> None:
    try:
        done = subprocess.run(
            command, input=text.encode(), capture_output=True, timeout=_SECONDS, check=False
        )
    except FileNotFoundError:
        raise PromptError(f"{command[0]} is not installed: install the packages espeak-ng and sox") from None
    except subprocess.TimeoutExpired:
        raise PromptError(f"{clip.key}: {command[0]} did not finish within {_SECONDS} s") from None
    if done.returncode:
        source = f" from {clip.human}" if clip.human else ""
        said = done.stderr.decode("utf-8", "replace").strip()[-300:]
        raise PromptError(f"{clip.key} cannot be made{source}: {said}")

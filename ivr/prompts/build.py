"""Makes the clips that are missing or out of date, and finds missing ones.

A prompt spoken by a human, ``<human>/<language>/<name>.wav``, takes precedence
over espeak-ng.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ivr.prompts.audio import VERSION, WORDS_A_MINUTE, Clip, PromptError, files, make
from ivr.prompts.names import words_of
from ivr.prompts.spoken import is_code
from ivr.prompts.texts import LANGUAGES, texts

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Report:
    """How many clips were made, and how many were there already."""

    made: int
    kept: int


def build(directory: Path, human: Path | None = None) -> Report:
    """Make every prompt of every language; raises :class:`PromptError`."""
    wanted = [
        Clip(language, name, text.words, text.voice, _human(human, language, name))
        for language in LANGUAGES
        for name, text in texts(language).items()
    ]
    return _make_all(wanted, directory)


def build_agencies(directory: Path, agencies: Iterable[tuple[str, str]], human: Path | None = None) -> Report:
    """Make the spoken names of agencies, given as (code, name); raises :class:`PromptError`.

    A name is spoken by the Indonesian voice in every language.
    """
    wanted = []
    for code, name in agencies:
        if not is_code(code):
            raise PromptError(f"agency {code!r}: a code has lower-case letters, digits and hyphens only")
        wanted += [
            Clip(language, f"agency/{code}", words_of(name), "id", _human(human, language, f"agency/{code}"))
            for language in LANGUAGES
        ]
    return _make_all(wanted, directory)


def missing(directory: Path) -> list[str]:
    """Tell the files (relative) that a call would miss; agencies' names may be missing."""
    keys = [f"{language}/{name}" for language in LANGUAGES for name in texts(language)]
    wanted = [path for key in keys for path in files(directory, key)]
    return [str(path.relative_to(directory)) for path in wanted if not _is_there(path)]


def _is_there(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _human(directory: Path | None, language: str, name: str) -> Path | None:
    path = directory / language / f"{name}.wav" if directory else None
    return path if path and path.is_file() else None


def _make_all(wanted: list[Clip], directory: Path) -> Report:
    directory.mkdir(parents=True, exist_ok=True)
    known = _read_manifest(directory)
    prints = {clip.key: _fingerprint(clip) for clip in wanted}
    stale = [
        clip for clip in wanted if known.get(clip.key) != prints[clip.key] or not _complete(clip, directory)
    ]
    if stale:
        with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            list(pool.map(lambda clip: make(clip, directory), stale))
        _write_manifest(directory, known | prints)
    return Report(len(stale), len(wanted) - len(stale))


def _complete(clip: Clip, directory: Path) -> bool:
    return all(map(_is_there, files(directory, clip.key)))


def _fingerprint(clip: Clip) -> str:
    made_of = [VERSION, str(WORDS_A_MINUTE), clip.voice, clip.words]
    content = clip.human.read_bytes() if clip.human else json.dumps(made_of).encode()
    return hashlib.sha256(content).hexdigest()


def _read_manifest(directory: Path) -> dict[str, str]:
    """Read the fingerprints; a damaged file only means that clips are made again."""
    try:
        data = json.loads((directory / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in data.items()} if isinstance(data, dict) else {}


def _write_manifest(directory: Path, prints: dict[str, str]) -> None:
    with tempfile.NamedTemporaryFile("w", dir=directory, prefix=".manifest-", delete=False) as file:
        json.dump(prints, file, indent=0, sort_keys=True)
    os.replace(file.name, directory / MANIFEST)

"""What Asterisk has to play for the parts of a turn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ivr.prompts.spoken import clips
from ivr.turns import AgencyName, Language, Part

MAX_LIST = 1500
"""Characters of one file list: an AGI command has about 2,000."""

HEADER = 44
BYTES_A_SECOND = 16_000
"""Of the ``.wav`` that every prompt has: 8 kHz, 16 bit, mono."""

_SAFE = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*\Z")


class Sounds:
    """The spoken prompts in a directory, named as Asterisk's channel language finds them."""

    def __init__(self, directory: Path) -> None:
        """Look below ``directory``/<language>/."""
        self._directory = directory

    def lists(self, parts: Sequence[Part], language: Language) -> list[str]:
        """Return ``a&b&c`` for the parts, cut where one list grew too long."""
        lists: list[str] = []
        for name in self._names(parts, language):
            if lists and len(lists[-1]) + len(name) < MAX_LIST:
                lists[-1] += f"&{name}"
            else:
                lists.append(name)
        return lists

    def lengths(self, parts: Sequence[Part], language: Language) -> Iterator[tuple[str, float]]:
        """Tell the seconds of each clip, 0 for one that is missing; an agency's is its own name's."""
        for part in parts:
            for name in map(_safe, clips(part, language)):
                yield name, _seconds(self._directory / language / f"{name}.wav")

    def _names(self, parts: Sequence[Part], language: Language) -> Iterator[str]:
        for part in parts:
            if isinstance(part, AgencyName):
                yield self._agency(part.code, language)
            else:
                yield from map(_safe, clips(part, language))

    def _agency(self, code: str, language: Language) -> str:
        name = f"agency/{code}"
        known = _SAFE.match(name) and _exists(self._directory / language, name)
        return name if known else "agency/_generic"


def _safe(name: str) -> str:
    if not _SAFE.match(name):
        raise ValueError(f"not a prompt's name: {name!r}")
    return name


def _seconds(path: Path) -> float:
    try:
        return max(0, path.stat().st_size - HEADER) / BYTES_A_SECOND
    except OSError:
        return 0.0


def _exists(directory: Path, name: str) -> bool:
    return (directory / f"{name}.wav").exists() or any(directory.glob(f"{name}.*"))

"""What Asterisk has to play for the parts of a turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ivr.prompts.files import Files, safe
from ivr.prompts.spoken import clips
from ivr.turns import Language, Part

MAX_LIST = 1500
"""Characters of one file list: an AGI command has about 2,000."""

HEADER = 44
BYTES_A_SECOND = 16_000
"""Of the ``.wav`` that every prompt has: 8 kHz, 16 bit, mono."""


class Sounds:
    """The spoken prompts in a directory, named as Asterisk's channel language finds them."""

    def __init__(self, directory: Path) -> None:
        """Look below ``directory``/<language>/."""
        self._files = Files(directory)

    def lists(self, parts: Sequence[Part], language: Language) -> list[str]:
        """Return ``a&b&c`` for the parts, cut where one list grew too long."""
        lists: list[str] = []
        for name in self._files.names(parts, language):
            if lists and len(lists[-1]) + len(name) < MAX_LIST:
                lists[-1] += f"&{name}"
            else:
                lists.append(name)
        return lists

    def lengths(self, parts: Sequence[Part], language: Language) -> Iterator[tuple[str, float]]:
        """Tell the seconds of each clip, 0 for one that is missing; an agency's is its own name's."""
        for part in parts:
            for name in map(safe, clips(part, language)):
                yield name, _seconds(self._files.directory / language / f"{name}.wav")


def _seconds(path: Path) -> float:
    try:
        return max(0, path.stat().st_size - HEADER) / BYTES_A_SECOND
    except OSError:
        return 0.0

"""Which files speak the parts of a turn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ivr.prompts.spoken import GENERIC_AGENCY, clips
from ivr.turns import AgencyName, Language, Part

_SAFE = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*\Z")


class Files:
    """The spoken prompts below a directory, ``<language>/<name>.<format>``."""

    def __init__(self, directory: Path) -> None:
        """Look below ``directory``."""
        self.directory = directory

    def names(self, parts: Sequence[Part], language: Language) -> Iterator[str]:
        """Name the clips; an agency whose name is not spoken yet gets a general one."""
        for part in parts:
            if isinstance(part, AgencyName):
                yield self._agency(part, language)
            else:
                yield from map(safe, clips(part, language))

    def path(self, language: str, name: str) -> Path | None:
        """Find a clip's ``.wav``; ``None`` for what is not there or has no prompt's name."""
        if not _SAFE.match(language) or not _SAFE.match(name):
            return None
        path = self.directory / language / f"{name}.wav"
        return path if path.is_file() else None

    def _agency(self, part: AgencyName, language: Language) -> str:
        (name,) = clips(part, language)
        directory = self.directory / language
        known = (directory / f"{name}.wav").exists() or any(directory.glob(f"{name}.*"))
        return name if known else GENERIC_AGENCY


def safe(name: str) -> str:
    """Give a clip's name back; raises ``ValueError`` for one that may not be a file's."""
    if not _SAFE.match(name):
        raise ValueError(f"not a prompt's name: {name!r}")
    return name

"""A node's audio spool: files being written in ``open/``, closed ones in ``ready/``."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

Kind = Literal["message", "conversation"]

STALE_AFTER = timedelta(seconds=60)
"""A file in ``open/`` that has not grown for so long has lost its writer, or its call is on hold."""

EXTENSIONS = ("wav", "raw")

_LETTERS: dict[Kind, str] = {"message": "m", "conversation": "c"}
_KINDS: dict[str, Kind] = {letter: kind for kind, letter in _LETTERS.items()}
_NAME = re.compile(
    r"(?P<call>[A-Za-z0-9_][A-Za-z0-9._-]{0,149})__(?P<kind>[mc])__(?P<turn>[0-9]{1,9})(?:\.(?P<again>[0-9]{1,9}))?"
)


@dataclass(frozen=True, slots=True)
class AudioName:
    """The name of an audio object: ``<call key>__<m|c>__<turn>[.<again>]``.

    ``again`` counts the further files that one turn wrote when it was carried
    out more than once; 0 is the first one, which has no such ending.
    """

    call: str
    kind: Kind
    turn: int
    again: int = 0

    @classmethod
    def parse(cls, text: str) -> AudioName:
        """Read a name without extension; raises ``ValueError`` for anything else."""
        match = _NAME.fullmatch(text)
        if match is None:
            raise ValueError(f"{text[:200]!r} is not the name of an audio object")
        again = int(match["again"] or 0)
        name = cls(match["call"], _KINDS[match["kind"]], int(match["turn"]), again)
        if str(name) != text:
            raise ValueError(f"{text[:200]!r} is not written as audio objects are")
        return name

    def __str__(self) -> str:
        """Write the name as ``parse`` reads it."""
        first = f"{self.call}__{_LETTERS[self.kind]}__{self.turn}"
        return f"{first}.{self.again}" if self.again else first

    def numbered(self, again: int) -> AudioName:
        """Name the same turn's file number ``again``."""
        return AudioName(self.call, self.kind, self.turn, again)


@dataclass(frozen=True, slots=True)
class SpoolFile:
    """A file of the spool with the name it claims."""

    path: Path
    name: AudioName
    extension: str
    modified: datetime


class Spool:
    """One node's spool directory."""

    def __init__(self, directory: Path) -> None:
        """Make the directories where they are missing."""
        self.open = directory / "open"
        self.closed = directory / "ready"
        self.strange = directory / "strange"
        for path in (self.open, self.closed, self.strange):
            path.mkdir(parents=True, exist_ok=True)

    def ready(self) -> Iterator[SpoolFile]:
        """Give the closed files, the oldest first."""
        return _named(self.closed)

    def stale(self, now: datetime) -> Iterator[SpoolFile]:
        """Give the files in ``open/`` that have not grown for a while."""
        return _named(self.open, (now - STALE_AFTER).timestamp())

    def adopt(self, file: SpoolFile) -> Path:
        """Move a file of ``open/`` into ``ready/``; never over another one."""
        return _move(file.path, self.closed, file.name, file.extension)

    def set_aside(self) -> list[str]:
        """Move what bears no audio name into ``strange/``; gives the names."""
        moved = []
        for entry in _files(self.closed):
            if _claim(entry) is None:
                os.replace(entry, _free(self.strange, entry.name))
                moved.append(entry.name)
        return moved

    def remove(self, file: SpoolFile) -> None:
        """Forget a file that is kept elsewhere by now."""
        file.path.unlink(missing_ok=True)


def _named(directory: Path, until: float = math.inf) -> Iterator[SpoolFile]:
    found = [file for entry in _files(directory, until) if (file := _claim(entry))]
    return iter(sorted(found, key=lambda file: (file.modified, file.path.name)))


def _files(directory: Path, until: float = math.inf) -> list[Path]:
    with os.scandir(directory) as entries:
        return [Path(entry.path) for entry in entries if _is_file(entry, until)]


def _is_file(entry: os.DirEntry[str], until: float) -> bool:
    """Tell whether it is a file that has not grown since ``until``; one that just went is none."""
    try:
        return entry.is_file(follow_symlinks=False) and entry.stat().st_mtime <= until
    except FileNotFoundError:
        return False


def _claim(path: Path) -> SpoolFile | None:
    stem, _, extension = path.name.rpartition(".")
    if extension not in EXTENSIONS:
        return None
    try:
        modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return SpoolFile(path, AudioName.parse(stem), extension, modified)
    except (ValueError, OverflowError, FileNotFoundError):
        return None


def _move(path: Path, directory: Path, name: AudioName, extension: str) -> Path:
    again = name.again
    while True:
        target = directory / f"{name.numbered(again)}.{extension}"
        try:
            os.link(path, target)  # unlike a rename, a link never replaces what is there
        except FileExistsError:
            if not os.path.samefile(path, target):
                again += 1
                continue
        path.unlink()
        return target


def _free(directory: Path, name: str) -> Path:
    target, again = directory / name, 0
    while target.exists():
        again += 1
        target = directory / f"{name[:200]}~{again}"
    return target

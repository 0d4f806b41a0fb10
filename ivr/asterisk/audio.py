"""The audio files that Asterisk writes into a node's spool."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

RATE = 8000
SCARCE = 2**20
"""Bytes; half a minute of sound."""
_BYTES = 2
_HEADER = 44


class Audio:
    """``open/`` holds what is being written, ``ready/`` what is closed."""

    def __init__(self, spool: Path, floor: int = 0) -> None:
        """Make the directories where they are missing; with less than ``floor`` bytes free nothing is begun."""
        self._floor = floor
        self._open = spool / "open"
        self._ready = spool / "ready"
        for directory in (self._open, self._ready):
            directory.mkdir(parents=True, exist_ok=True)

    def writing(self, name: str) -> Path:
        """Return where a file is written."""
        return self._open / name

    def kept(self, name: str) -> Path:
        """Return where a closed file lies until the spool has taken it."""
        return self._ready / name

    def make_room(self, name: str, extension: str, *, again: bool = False) -> str:
        """Return a name under which nothing is overwritten.

        A file that an earlier, interrupted attempt left is closed as a further
        part, ``<name>.<n>``; ``again`` asks for such a name in any case.
        Raises ``OSError`` when the disk has no room for sound.
        """
        if shutil.disk_usage(self._open).free < self._floor:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._open))
        left = self.writing(f"{name}.{extension}")
        if left.exists():
            self._move(left, self.kept(f"{self._unused(name, extension)}.{extension}"))
        taken = again or self.kept(f"{name}.{extension}").exists()
        return self._unused(name, extension) if taken else name

    def keep_message(self, name: str) -> float:
        """Close a recorded message; returns its seconds, 0 when there is none."""
        source, target = self.writing(f"{name}.wav"), self.kept(f"{name}.wav")
        if not source.exists():
            return 0.0
        seconds = max(0, source.stat().st_size - _HEADER) / (RATE * _BYTES)
        self._move(source, target)
        return seconds

    def is_full(self) -> bool:
        """Tell whether there is hardly room for another message."""
        return shutil.disk_usage(self._open).free < SCARCE

    def _unused(self, name: str, extension: str) -> str:
        number = 1
        while any(place(f"{name}.{number}.{extension}").exists() for place in (self.kept, self.writing)):
            number += 1
        return f"{name}.{number}"

    def _move(self, source: Path, target: Path) -> None:
        """Rename durably: the file's bytes first, then its new name."""
        _flush(source)
        source.rename(target)
        _flush(target.parent)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Room on a node's disk that is kept for the hour in which everything else is full.

What an exchange writes of a call is small and is told once: a record of its
end, a note of a number. A file of some size keeps room for that. It is given
up when the disk is full, and made again when there is room for it.
"""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path

log = logging.getLogger(__name__)

NAME = "reserve"
_AGAIN = 4
"""The reserve is made when this many times its size is free."""


def floor(size: int) -> int:
    """Tell how many bytes must be free for sound: the rest is for what is small."""
    return size // 2


class Reserve:
    """The reserve of one folder's disk."""

    def __init__(self, folder: Path, size: int) -> None:
        """Keep ``size`` bytes in ``folder``; 0 keeps none."""
        self._path = folder / NAME
        self._size = size

    def look(self) -> None:
        """Give the reserve up, or make it, by the room there is; raises ``OSError`` when neither can be."""
        free = shutil.disk_usage(self._path.parent).free
        there = self._path.exists()
        if there and free < self._size // _AGAIN:
            self._path.unlink(missing_ok=True)
            log.error("the disk is full: %d MiB kept for this hour are given up", self._size >> 20)
        elif not there and self._size and free > self._size * _AGAIN:
            self._make()

    def _make(self) -> None:
        making = self._path.with_suffix(".new")
        try:
            with making.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self._size)
            making.rename(self._path)
        except OSError:
            making.unlink(missing_ok=True)
            raise

"""A program's words on disk, never more than so many."""

from __future__ import annotations

import contextlib
from pathlib import Path


class LogFile:
    """A program's words, kept up to a size; older ones in ``.1`` to ``.3``."""

    LIMIT = 10_000_000
    KEPT = 3

    def __init__(self, path: Path) -> None:
        """Go on with the file at ``path``."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("ab", buffering=0)

    def write(self, words: bytes) -> None:
        """Append; a full disk costs the words, not the supervisor."""
        with contextlib.suppress(OSError):
            if self._file.tell() > self.LIMIT:
                self._turn()
            self._file.write(words)

    def tail(self, lines: int = 15) -> str:
        """Tell the last lines."""
        with self.path.open("rb") as file:
            file.seek(max(0, self.path.stat().st_size - 20_000))
            return b"\n".join(file.read().splitlines()[-lines:]).decode(errors="replace")

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _turn(self) -> None:
        names = [self.path, *(self.path.with_name(f"{self.path.name}.{n}") for n in range(1, self.KEPT + 1))]
        for older, newer in zip(reversed(names), list(reversed(names))[1:], strict=False):
            if newer.exists():
                newer.replace(older)
        self._file.close()
        self._file = self.path.open("ab", buffering=0)

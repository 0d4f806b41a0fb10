"""A disk that is really full: a small one, mounted where the recordings are written."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

AS_ROOT = () if os.geteuid() == 0 else ("sudo", "-n")
"""Mounting needs root, as installing the tests' packages did."""
BLOCK = bytes(4096)


class SmallDisk:
    """A file system of a few MiB, and the file that fills it."""

    def __init__(self, place: Path) -> None:
        self._ballast = place / "ballast"

    def fill(self, free: int = 0) -> None:
        """Leave ``free`` bytes (of whole blocks), or none at all."""
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while file.write(BLOCK):
                    pass
            except OSError:
                file.truncate(file.tell() - free)

    def free(self) -> None:
        """Give the room back."""
        self._ballast.unlink()


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[SmallDisk]:
    """Mount an empty disk of ``size`` bytes at ``place``; it is gone afterwards, whatever happens."""
    options = f"size={size},mode=0700,uid={os.geteuid()},gid={os.getegid()}"
    _run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place))
    try:
        yield SmallDisk(place)
    finally:
        _run("umount", "--lazy", str(place))


def _run(*command: str) -> None:
    done = subprocess.run([*AS_ROOT, *command], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"{command}: {done.stderr}"

"""A small disk of the run's own, which can be full."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PIECE = 2**20


@contextmanager
def small_disk(folder: Path, mib: int) -> Iterator[bool]:
    """Put a disk of ``mib`` MiB at ``folder``; gives false where we may not: it is the machine's then."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=755", "callcenter-faults", str(folder)]
    mounted = subprocess.run(mount, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


class FullDisk:
    """Takes every free byte of a small disk, and gives them back."""

    def __init__(self, folder: Path) -> None:
        self._filler = folder / "filler"

    def inflict(self) -> None:
        with self._filler.open("wb", buffering=0) as file, suppress(OSError):
            size = PIECE
            while size:
                size = size if file.write(bytes(size)) == size else size // 2

    def heal(self) -> None:
        self._filler.unlink(missing_ok=True)


class NoMoreBytes:
    """Lets the processes write nothing into any file, until healed (their own limit on files)."""

    def __init__(self, find: Callable[[], Sequence[int]]) -> None:
        self._find = find
        self._held: dict[int, tuple[int, int]] = {}

    def inflict(self) -> None:
        for pid in self._find():
            with suppress(ProcessLookupError):
                limits = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, limits[1]))
                self._held[pid] = limits

    def heal(self) -> None:
        for pid, limits in self._held.items():
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
        self._held = {}

"""The processor time that a process and all its children have used."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
UTIME, CHILDREN_STIME = 11, 15
"""Fields after a process's name: its own and its ended children's times, user and system."""

Seconds = Mapping[str, float]


def used(pids: Mapping[str, int]) -> dict[str, float]:
    """Give the CPU seconds of each named process, with its living and ended children."""
    children = _children()
    return {name: _of_tree(pid, children) / TICKS for name, pid in pids.items()}


def spent(before: Seconds, after: Seconds) -> dict[str, float]:
    return {name: after[name] - before[name] for name in after}


def _of_tree(pid: int, children: Mapping[int, list[int]]) -> int:
    return _ticks(pid) + sum(_of_tree(child, children) for child in children.get(pid, []))


def _ticks(pid: int) -> int:
    return sum(int(field) for field in _fields(pid)[UTIME:CHILDREN_STIME])


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _fields(int(entry.name))):
            found.setdefault(int(fields[1]), []).append(int(entry.name))
    return found


def _fields(pid: int) -> list[str]:
    """Give the fields after the name, which may hold blanks itself; nothing of a process that is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []

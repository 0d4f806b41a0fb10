"""What an Asterisk of some version can do."""

from __future__ import annotations

import re

INTERLEAVED_SINCE = {18: (18, 18), 20: (20, 3)}
"""The first versions whose MixMonitor writes both sides as two channels (option D)."""


def parse(text: str) -> tuple[int, ...]:
    """Read ``22.10.1~dfsg…`` or ``certified/18.9``; empty when it is something else."""
    match = re.match(r"(?:certified/)?(\d+(?:\.\d+)*)", text)
    return tuple(int(part) for part in match[1].split(".")) if match else ()


def interleaves(version: tuple[int, ...]) -> bool:
    """Tell whether it records both sides as two channels."""
    return len(version) > 1 and version[:2] >= INTERLEAVED_SINCE.get(version[0], (21, 0))

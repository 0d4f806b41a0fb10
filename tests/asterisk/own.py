"""A hotline of a play's own, for what would disturb everybody else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ivr.asterisk.phone import Telephone
from tests.asterisk.hotline import Hotline
from tests.asterisk.people import Stage, endpoints, folder

_STARTING = threading.Lock()
"""A start costs many seconds of both cores; several at once would starve the calls that are up."""


@contextmanager
def own_hotline(stage: Stage, name: str, *, officers: bool = False, **extra: str) -> Iterator[Stage]:
    """Start a hotline in the folder ``name`` beside the common one, with a telephone that calls it.

    ``officers``: whether the telephone is also everybody's who is on duty.
    """
    home = stage.hotline.home.parent / name / "home"
    home.parent.mkdir(exist_ok=True)
    hotline = Hotline(home, **extra)
    try:
        with _STARTING:
            hotline.start(like=stage.hotline)
        registered = endpoints(hotline) if officers else {}
        with Telephone(hotline.binary, hotline.address, folder(home), registered) as telephone:
            telephone.wait_registered()
            hotline.wait_registered(registered)
            yield Stage(hotline, telephone)
    finally:
        hotline.stop()

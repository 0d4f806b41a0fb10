"""A hotline of a play's own, for what would disturb everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ivr.asterisk.phone import Telephone
from tests.asterisk.hotline import Hotline
from tests.asterisk.people import Stage, endpoints, folder


@contextmanager
def own_hotline(stage: Stage, name: str, *, officers: bool = False, **extra: str) -> Iterator[Stage]:
    """Start a hotline in the folder ``name`` beside the common one, with a telephone that calls it.

    ``officers``: whether the telephone is also everybody's who is on duty.
    """
    home = stage.hotline.home.parent / name / "home"
    home.parent.mkdir(exist_ok=True)
    hotline = Hotline(home, **extra)
    try:
        hotline.start(stage.hotline.settings.prompts_dir)
        registered = endpoints(hotline) if officers else {}
        with Telephone(hotline.binary, hotline.address, folder(home), registered) as telephone:
            telephone.wait_registered()
            hotline.wait_registered(registered)
            yield Stage(hotline, telephone)
    finally:
        hotline.stop()

"""A crowd of callers by SIPp, beside everything else that goes on."""

from __future__ import annotations

import random

from tests.asterisk import sipp, town
from tests.asterisk.people import Stage

CALLS, RATE = 60, 2.5


def crowd(stage: Stage) -> sipp.Tally:
    """Place 60 random calls; the seed is printed."""
    seed = random.randrange(10**6)
    print(f"crowd: seed {seed}")
    folder = stage.hotline.home.parent / "sipp"
    address, number = stage.hotline.address, town.number("load")
    sipp.start(address, number, folder, calls=CALLS, rate=RATE, seed=seed).wait(240)
    return sipp.tally(folder)

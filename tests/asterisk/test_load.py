"""Many callers at once."""

from __future__ import annotations

import pytest

from tests.asterisk import town
from tests.asterisk.crowd import CALLS
from tests.asterisk.hotline import Hotline, until
from tests.asterisk.ledger import balance
from tests.asterisk.sipp import Tally

pytestmark = pytest.mark.xdist_group("asterisk")


def test_random_callers_are_all_accounted_for(crowd: Tally, hotline: Hotline) -> None:
    assert (crowd.placed, crowd.failed) == (CALLS, 0)
    number = town.number("load")
    until(
        lambda: not balance(hotline, CALLS, number).disagreements,
        90,
        lambda: str(balance(hotline, CALLS, number)),
    )
    ledger = balance(hotline, CALLS, number)
    assert ledger.tickets
    assert ledger.obligations

"""When every call of the folder is over: the exchange's records and the logs."""

from __future__ import annotations

from concurrent.futures import Future, wait

import pytest

from tests.asterisk.hotline import Hotline, until
from tests.asterisk.ledger import TROUBLE, details
from tests.asterisk.unwatched import differences

pytestmark = pytest.mark.xdist_group("asterisk")


def test_every_call_of_the_exchange_is_in_the_log(plays: dict[str, Future[object]], hotline: Hotline) -> None:
    wait(plays.values())
    hotline.wait_for_end_of_all(60)
    logged = sorted(story.key for story in hotline.stories())
    until(
        lambda: _citizens(hotline) == logged,
        20,
        lambda: f"CDR {len(_citizens(hotline))}, log {len(logged)}",
    )
    assert _citizens(hotline) == logged


def test_no_log_tells_of_an_error(plays: dict[str, Future[object]], hotline: Hotline) -> None:
    wait(plays.values())
    assert hotline.log_lines(*TROUBLE) == []


@pytest.mark.scene("gone_at_once")
def test_the_log_differs_in_nothing_from_the_records(
    plays: dict[str, Future[object]], hotline: Hotline
) -> None:
    wait(plays.values())
    hotline.wait_for_end_of_all(60)
    until(lambda: not differences(hotline), 20, lambda: f"differences: {differences(hotline)}")
    assert differences(hotline) == []


def _citizens(hotline: Hotline) -> list[str]:
    return sorted({record.linkedid for record in details(hotline) if record.is_citizen})

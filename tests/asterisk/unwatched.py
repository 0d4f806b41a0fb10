"""Calls that come and go while our processes are away, with the record files renamed among them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from callcenter import bootstrap
from callcenter.services.comparison import Finding
from tests.asterisk.hotline import Hotline, until
from tests.asterisk.ledger import details
from tests.asterisk.own import own_hotline
from tests.asterisk.people import Stage
from tests.asterisk.stories import Story

SETTLED = timedelta(minutes=15)
"""When every grace of the comparison is over."""


@dataclass(frozen=True, slots=True)
class Unwatched:
    """What the log knows afterwards, and what the exchange recorded."""

    stories: list[Story]
    recorded: list[str]
    told: dict[str, Any]
    differences: list[Finding]


def unwatched(stage: Stage) -> Unwatched:
    """Kill the ivr process and the spool under a call, let others come, and reconcile."""
    with own_hotline(stage, "unwatched") as own:
        hotline = own.hotline
        _play(own)
        until(lambda: len(_recorded(hotline)) == 4, 20, "four calls in the exchange's records")
        hotline.start_part("ivr")
        hotline.start_part("spool")
        stories = _all_over(hotline)
        told = json.loads(hotline.run("reconcile", "--format", "json"))
        return Unwatched(stories, _recorded(hotline), told, differences(hotline))


def differences(hotline: Hotline) -> list[Finding]:
    """Compare the whole log with the exchange's records, as if time had passed."""
    now = datetime.now(UTC)
    comparer = bootstrap.comparer(hotline.settings)
    return list(comparer.run("asked", now - timedelta(days=1), now, now + SETTLED).findings)


def _play(stage: Stage) -> None:
    hotline = stage.hotline
    stage.citizen_calls("complaints").reaches("language").hangs_up().story()
    hotline.kill("spool")
    in_menu = stage.citizen_calls("complaints").reaches("language")
    hotline.kill("ivr")
    in_menu.waits(1).hangs_up()
    stage.citizen_calls("complaints").waits(3).hangs_up()
    until(lambda: len(_recorded(hotline)) == 3, 20, "three calls in the exchange's records")
    for name in ("cel", "cdr"):
        path = hotline.settings.asterisk_dir / f"log/{name}-custom/{name}.csv"
        path.rename(path.with_name(f"{name}.csv.1"))
    stage.citizen_calls("complaints").waits(3).hangs_up()


def _all_over(hotline: Hotline) -> list[Story]:
    """Wait until the log has all four calls, and no call is up in it."""
    until(lambda: len(hotline.stories()) == 4, 30, lambda: f"logged: {len(hotline.stories())} of 4")
    return hotline.wait_for_end_of_all()


def _recorded(hotline: Hotline) -> list[str]:
    return sorted({record.linkedid for record in details(hotline) if record.is_citizen})

"""Three callers in line at one agency: a marked number, another one, and a marked one in an emergency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests import factories
from tests.asterisk.hotline import until
from tests.asterisk.people import Citizen, Stage
from tests.asterisk.stories import Story

ORDINARY, URGENT = "agency-nuisance", "agency-nuisance-emergency"
_WAITING = re.compile(r"^\s+\d+\. \S+ \(wait: .*, prio: (\d+)\)", re.MULTILINE)


@dataclass(frozen=True)
class Queues:
    """The priorities of those who wait, the first in line first, and what became of the calls."""

    ordinary: list[int]
    emergency: list[int]
    marked: Story
    unmarked: Story
    urgent: Story


def waiting_in_line(stage: Stage) -> Queues:
    """The marked number is there first, and still waits behind the other one."""
    marked, unmarked, urgent = (stage.new_caller() for _ in range(3))
    for number in (marked, urgent):
        _mark(stage, number)
    citizens = [stage.citizen_calls("nuisance", number) for number in (marked, unmarked, urgent)]
    for citizen in citizens:  # together, because nobody waits in line for long
        citizen.reaches("main")
    first, second, third = citizens
    first.waits(1.5).presses("1")
    _wait_for(stage, **{ORDINARY: 1})
    second.presses("1")
    third.presses("9")
    seen = _wait_for(stage, **{ORDINARY: 2, URGENT: 1})
    return Queues(seen[ORDINARY], seen[URGENT], *(_story(citizen) for citizen in citizens))


def _mark(stage: Stage, number: str) -> None:
    now = datetime.now(UTC)
    with stage.hotline.database.transaction() as session:
        factories.active_mark(session, number, set_at=now, expires_at=now + timedelta(days=30))


def _wait_for(stage: Stage, **callers: int) -> dict[str, list[int]]:
    """Watch queues until each was seen with so many callers; give their priorities at that moment.

    Nobody is in a queue for long: after the first ring they hear what else they may ask for.
    """
    found: dict[str, list[int]] = {}

    def seen() -> bool:
        for queue in callers.keys() - found.keys():
            shown = [int(one) for one in _WAITING.findall(stage.hotline.cli(f"queue show {queue}"))]
            if len(shown) == callers[queue]:
                found[queue] = shown
        return found.keys() == callers.keys()

    until(seen, 45, lambda: f"{callers} callers, seen {found}: {stage.hotline.cli('queue show')}")
    return found


def _story(citizen: Citizen) -> Story:
    return citizen.hangs_up().story()

"""Duty is handed over while calls ring and people talk, and a village has nobody but its district."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from callcenter.models import Agency, ChangeKind, ChangeStatus, DutyChange
from callcenter.services.day_content import Rung
from callcenter.services.day_facts import DayFacts
from tests.asterisk.hotline import until
from tests.asterisk.own import own_hotline
from tests.asterisk.people import Stage
from tests.asterisk.scenes import Played

WIB = ZoneInfo("Asia/Jakarta")
DAY = timedelta(days=1)
CODES = "ringover", "rungover", "talkover", "village", "district"
SOON = timedelta(seconds=1.5)
ANSWER_WITHIN = {"RING_SECONDS": "10", "CONNECT_SECONDS": "60"}


@dataclass(frozen=True)
class Handoffs:
    """The calls, and each agency's officers: who was on duty first, and who came."""

    officers: dict[str, list[int]]
    ringing: Played
    unanswered: Played
    talking: Played
    village: Played
    evidence: Mapping[str, Mapping[int, Rung]]
    """What the day's record will say of each agency's officers."""


def handoffs(stage: Stage) -> Handoffs:
    """Play them all at once, on a hotline that rings for long enough."""
    with own_hotline(stage, "handoffs", officers=True, **ANSWER_WITHIN) as own, ThreadPoolExecutor(4) as pool:
        scenes = [pool.submit(scene, own) for scene in (_ringing, _unanswered, _talking, _village)]
        played = [scene.result() for scene in scenes]
        return Handoffs(own.hotline.officers, *played, _evidence(own))


def _ringing(stage: Stage) -> Played:
    """Who is rung when duty passes to somebody else still answers (an emergency rings for the whole time)."""
    citizen = stage.citizen_calls("ringover").reaches("language").waits(1).presses("9")
    first = stage.rings("ringover")
    _hand_over(stage, "ringover", "agency-ringover-emergency")
    first.answer()
    citizen.talks().waits(1)
    first.hang_up()
    citizen.reaches("tell").hangs_up()
    return Played(citizen, citizen.story(), [first.heard()])


def _unanswered(stage: Stage) -> Played:
    """Who is rung when duty passes does not answer: whoever is on duty then is rung."""
    citizen = stage.citizen_calls("rungover").chooses("1")
    stage.rings("rungover")
    _hand_over(stage, "rungover", "agency-rungover")
    second = stage.rings("rungover", 1)
    second.answer()
    citizen.talks().waits(1)
    second.hang_up()
    citizen.reaches("tell").hangs_up()
    return Played(citizen, citizen.story(), [second.heard()])


def _talking(stage: Stage) -> Played:
    """A conversation goes on over the handoff, both ways."""
    citizen = stage.citizen_calls("talkover").chooses("1")
    first = stage.rings("talkover")
    first.answer()
    citizen.talks()
    _hand_over(stage, "talkover", "agency-talkover")
    with ThreadPoolExecutor(1) as other:
        speaking = other.submit(first.tone, 1100, 3)
        citizen.sounds(500, 3)
        speaking.result()
    first.hang_up()
    citizen.reaches("tell").hangs_up()
    return Played(citizen, citizen.story(), [first.heard()])


def _village(stage: Stage) -> Played:
    """The village has nobody on duty: its district answers."""
    citizen = stage.citizen_calls("village").chooses("1")
    officer = stage.rings("district")
    officer.answer()
    citizen.talks().waits(1)
    officer.hang_up()
    citizen.reaches("tell").hangs_up()
    return Played(citizen, citizen.story(), [officer.heard()])


def _evidence(stage: Stage) -> dict[str, Mapping[int, Rung]]:
    """Read what happened since yesterday, so that a midnight in between changes nothing."""
    today = datetime.now(WIB).date()
    with stage.hotline.database.transaction() as session:
        ids = {code: session.scalars(select(Agency.id).where(Agency.code == code)).one() for code in CODES}
        days = {code: DayFacts(session, WIB).of_days(one, today - DAY, today) for code, one in ids.items()}
    return {
        code: {one: rung for facts in found.values() for one, rung in facts.officers.items()}
        for code, found in days.items()
    }


def _hand_over(stage: Stage, code: str, queue: str) -> None:
    """Let the last officer stand in for the first one from soon on, and wait until the queue has followed."""
    first, second = stage.hotline.officers[code]
    starts = datetime.now(UTC) + SOON
    with stage.hotline.database.transaction() as session:
        agency_id = session.scalars(select(Agency.id).where(Agency.code == code)).one()
        what = {"kind": ChangeKind.REPLACE, "status": ChangeStatus.IN_FORCE, "at": starts, "reason": "Pulang"}
        when = {"starts": starts, "ends": starts + timedelta(hours=1)}
        session.add(DutyChange(agency_id=agency_id, people=[second], instead_of=[first], **what, **when))
    until(lambda: _members(stage, queue) == {second}, 30, lambda: stage.hotline.cli(f"queue show {queue}"))


def _members(stage: Stage, queue: str) -> set[int]:
    return {int(one) for one in re.findall(r"officer-(\d+) \(", stage.hotline.cli(f"queue show {queue}"))}

"""Test calls of a line: by themselves, on command, without a prompt, without the ivr process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.db import Base
from callcenter.models import Alarm, Call, LineCheck, Obligation, Outbox, Recording, Role, Ticket
from callcenter.services.access import Viewer
from callcenter.services.board import Board
from callcenter.services.listing import CallFilter, Listing
from callcenter.services.reach import FRESH, Reach
from tests.asterisk import town
from tests.asterisk.hotline import MAIN, Hotline, until
from tests.asterisk.ledger import details
from tests.asterisk.own import own_hotline
from tests.asterisk.people import Stage
from tests.asterisk.stories import Story

NUMBER = town.number("complaints")
EVERYBODY = Viewer(1, "pengawas", Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Answer:
    """What ``callcenter lines test`` said, and whether the line's alarm was open afterwards."""

    status: int
    words: str
    alarm: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """A line's test calls, and what they left behind."""

    by_itself: str
    good: Answer
    without_prompt: Answer
    without_ivr: Answer
    good_again: Answer
    unknown: Answer
    stories: list[Story]
    marks: set[bool]
    listed: int
    listed_tests: int
    on_board: int
    leftovers: dict[str, int]
    citizens: list[str]
    troubles: dict[str, str]
    troubles_without_ivr: dict[str, str]


def tested_lines(stage: Stage) -> Checked:
    """Let an exchange of its own test its lines."""
    with own_hotline(stage, "line-tests", LINE_TEST_SECONDS="86400") as own:
        return _play(own.hotline)


def _play(hotline: Hotline) -> Checked:
    number = _passed_by_itself(hotline)
    good = _test(hotline, NUMBER)
    seen = troubles(hotline, datetime.now(UTC))
    with _hidden_prompt(hotline, "id/notice"):
        without_prompt = _test(hotline, NUMBER)
    hotline.kill("ivr")
    without_ivr = _test(hotline, NUMBER)
    hotline.start_part("ivr")
    hotline.wait_until_up()
    good_again = _test(hotline, NUMBER)
    unknown = _test(hotline, "79999")
    stories = hotline.wait_for_end_of_all(90)
    with hotline.database.reading() as session:
        listing = Listing(session, EVERYBODY)
        return Checked(
            by_itself=number,
            good=good,
            without_prompt=without_prompt,
            without_ivr=without_ivr,
            good_again=good_again,
            unknown=unknown,
            stories=stories,
            marks=set(session.scalars(select(Call.test))),
            listed=len(listing.calls(CallFilter()).rows),
            listed_tests=len(listing.calls(CallFilter(test=True)).rows),
            on_board=Board(session, EVERYBODY).view().total,
            leftovers={
                **{it.__name__: _count(session, it) for it in (Ticket, Obligation, Recording)},
                "Outbox": len(session.scalars(select(Outbox.id).where(Outbox.kind != ABOUT_DUTY)).all()),
            },
            troubles=seen,
            troubles_without_ivr=troubles(hotline, datetime.now(UTC) + FRESH),
            citizens=[record.channel for record in details(hotline) if record.is_citizen],
        )


ABOUT_DUTY = "notify_duty_warnings"
"""The town's rosters have holes; that is told whether or not lines are tested."""


def troubles(hotline: Hotline, now: datetime) -> dict[str, str]:
    """Tell which agencies nobody answers for, and why."""
    with hotline.database.reading() as session:
        found = Reach(session, ZoneInfo(hotline.settings.time_zone)).troubles(now)
        return {it.agency.code: it.reason for it in found}


def _count(session: Session, model: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def _passed_by_itself(hotline: Hotline) -> str:
    """Wait until a line was tested that nobody asked for."""
    found: list[str] = []

    def passed() -> bool:
        with hotline.database.reading() as session:
            checks = session.scalars(select(LineCheck).where(LineCheck.passed)).all()
            found[:] = [check.line.number for check in checks]
        return bool(found)

    until(passed, 90, "a test call that passed")
    return found[0]


def _test(hotline: Hotline, number: str) -> Answer:
    command = [sys.executable, "-c", MAIN, "lines", "test", number]
    done = subprocess.run(command, env=hotline.environment, capture_output=True, text=True, timeout=100)
    with hotline.database.reading() as session:
        alarms = select(Alarm).where(Alarm.kind == "line-failing", Alarm.subject == number)
        alarm = session.scalar(alarms.where(Alarm.cleared_at.is_(None)))
    return Answer(done.returncode, done.stdout + done.stderr, alarm is not None)


@contextmanager
def _hidden_prompt(hotline: Hotline, name: str) -> Iterator[None]:
    files = list(hotline.settings.prompts_dir.glob(f"{name}.*"))
    assert files
    for path in files:
        path.rename(path.with_name(f"hidden-{path.name}"))
    try:
        yield
    finally:
        for path in files:
            path.with_name(f"hidden-{path.name}").rename(path)

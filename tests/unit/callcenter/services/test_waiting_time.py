"""How long a citizen will wait: only what was measured."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from callcenter.models import Agency, Officer
from callcenter.services.waiting_time import ENOUGH, Measured, WaitingTimes, estimate, hours_of
from tests import factories
from tests.factories import NOW

ZONE = ZoneInfo("Asia/Jakarta")
OWN, OTHER = 1, 2
NIGHT = NOW - timedelta(hours=12)
"""Two o'clock in Indramayu, where ``NOW`` is the afternoon."""


def waits(seconds: float, count: int = ENOUGH, agency: int = OWN, at: datetime = NOW) -> list[Measured]:
    return [Measured(agency, at, seconds)] * count


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(0, 1), (4, 1), (89, 1), (90, 2), (149, 2), (150, 3), (3600, 60)]
)
def test_minutes_are_rounded_and_never_none(seconds: float, minutes: int) -> None:
    assert estimate(waits(seconds), OWN, NOW, ZONE) == minutes


def test_a_few_waits_tell_nothing() -> None:
    assert estimate([], OWN, NOW, ZONE) is None
    assert estimate(waits(60, ENOUGH - 1), OWN, NOW, ZONE) is None


def test_the_own_waits_at_this_time_of_day_come_first() -> None:
    everything = waits(120) + waits(240, 40, at=NIGHT) + waits(600, 100, OTHER)
    assert estimate(everything, OWN, NOW, ZONE) == 2
    assert estimate(everything, OWN, NIGHT, ZONE) == 4


def test_then_the_own_ones_at_any_time_then_those_of_all() -> None:
    own = waits(120, 5) + waits(240, 15, at=NIGHT)
    assert estimate(own + waits(600, 100, OTHER), OWN, NOW, ZONE) == 4
    others = waits(600, 30, OTHER) + waits(1200, 30, OTHER, NIGHT)
    assert estimate(own[:10] + others, OWN, NOW, ZONE) == 10
    assert estimate(own[:3] + waits(300, 17, OTHER, NIGHT), OWN, NOW, ZONE) == 5


def test_one_who_waited_for_ever_does_not_move_the_median() -> None:
    assert estimate([*waits(120, 30), *waits(3000, 1)], OWN, NOW, ZONE) == 2


@pytest.mark.parametrize(
    ("hour", "part"), [(0, 0), (5, 0), (6, 1), (11, 1), (12, 2), (17, 2), (18, 3), (21, 3), (22, 0), (23, 0)]
)
def test_a_day_has_four_parts(hour: int, part: int) -> None:
    assert hours_of(datetime(2026, 11, 23, hour, 30, tzinfo=ZONE), ZONE) == part


def answered(session: Session, agency: Agency, officer: Officer, seconds: float, **facts: object) -> None:
    """A call whose officer answered some seconds after it was queued."""
    offered_at = NOW - timedelta(days=1)
    call = factories.call(session, agency, **{"offered_at": offered_at, "ended_at": offered_at, **facts})
    factories.event(session, call, "queued", 20)
    factories.leg(session, call, officer, outcome="no_answer")
    answered_at = call.offered_at + timedelta(seconds=20 + seconds)
    factories.leg(session, call, officer, answered_at=answered_at, outcome="answered")


def test_only_ordinary_answered_calls_of_30_days_are_measured(session: Session) -> None:
    agency = factories.agency(session)
    officer = factories.officer(session, agency)
    times = WaitingTimes(session, ZONE)
    for _ in range(ENOUGH):
        answered(session, agency, officer, 600, emergency=True)
        answered(session, agency, officer, 600, test=True)
        answered(session, agency, officer, 600, offered_at=NOW - timedelta(days=31))
        factories.event(session, factories.call(session, agency), "queued", 20)
    for _ in range(ENOUGH - 1):
        answered(session, agency, officer, 130)
    assert times.minutes(agency.id, NOW) is None
    answered(session, agency, officer, 130)
    assert times.minutes(agency.id, NOW) == 2
    other = factories.agency(session, "dinkes", "Dinas Kesehatan")
    assert times.minutes(other.id, NOW) == 2


def test_who_was_queued_twice_waited_from_the_second_time_on(session: Session) -> None:
    agency = factories.agency(session)
    officer = factories.officer(session, agency)
    for _ in range(ENOUGH):
        call = factories.call(session, agency, offered_at=NOW - timedelta(days=1))
        factories.event(session, call, "queued", 0)
        factories.event(session, call, "queued", 600)
        answered_at = call.offered_at + timedelta(seconds=720)
        factories.leg(session, call, officer, answered_at=answered_at)
    assert WaitingTimes(session, ZONE).minutes(agency.id, NOW) == 2

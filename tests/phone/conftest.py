"""Fixtures of the phone scripts."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from callcenter.db import Database
from tests.phone.phone import Clock
from tests.phone.town import Town, found

MONDAY_NOON = datetime(2026, 2, 2, 5, 0, tzinfo=UTC)  # 12:00 in Indramayu


@pytest.fixture
def clock() -> Clock:
    """A Monday at noon, in working hours."""
    return Clock(MONDAY_NOON)


@pytest.fixture
def town(database: Database, clock: Clock) -> Town:
    """An agency with an officer on duty by day, and a deputy."""
    return found(database, clock, shifts=((0, time(7), time(19)), (1, time(7), time(19))))


@pytest.fixture
def sleeping_town(database: Database, clock: Clock) -> Town:
    """An agency where nobody is on duty, ever."""
    return found(database, clock, shifts=())

"""Fixtures of the stand-in's own tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.phone.conftest import prompts, twilio_site, twilio_town
from tests.phone.phone import Clock
from tests.twilio import booth
from tests.twilio.exchange import Exchange

__all__ = ["clock", "play", "prompts", "twilio_site", "twilio_town"]


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 2, 2, 5, 0, tzinfo=UTC))


@pytest.fixture
def play(clock: Clock) -> Callable[..., Exchange]:
    """Make an exchange whose site has these pages."""
    return lambda **pages: booth.exchange(clock, pages)

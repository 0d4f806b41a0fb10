"""The house an application works in: what it was built with, reached from pages and API alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import BoundedSemaphore
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app, request

from callcenter.db import Database
from callcenter.settings import Settings
from recordings.store import Store

MOST_STREAMS = 24
"""Well below the web process's threads: boards must not use them all."""


def wall_clock() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class House:
    """The things an application was built with."""

    settings: Settings
    database: Database
    store: Store
    clock: Callable[[], datetime] = wall_clock
    streams: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MOST_STREAMS))
    """How many boards this process may keep up to date; the others ask again and again."""

    @property
    def zone(self) -> ZoneInfo:
        """The instance's time zone."""
        return ZoneInfo(self.settings.time_zone)


def house() -> House:
    """Give the house of the running application."""
    return cast(House, current_app.extensions["callcenter"])


def now() -> datetime:
    """Tell the time of this request."""
    return house().clock()


def address() -> str:
    """Tell the address the request came from."""
    return request.remote_addr or "unknown"

"""What every view may reach: the house it works in, the time, the viewer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app, request
from flask_login import current_user

from callcenter.db import Database
from callcenter.services.access import Viewer
from callcenter.settings import Settings
from recordings.store import Store


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


def viewer() -> Viewer:
    """Tell who is logged in; only for views that need a login (the default)."""
    return cast(Viewer, current_user.viewer)


def address() -> str:
    """Tell the address the request came from."""
    return request.remote_addr or "unknown"

"""See that every line can be called and answered, and say so when one cannot."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from callcenter.jobs.kinds import Tools
from callcenter.services.line_checks import LineChecks
from callcenter.services.reach import Reach, Sightings


def lines(tools: Tools, now: datetime) -> None:
    """Judge test calls whose node is gone, and keep the alarms on reach up to date."""
    zone = ZoneInfo(tools.settings.time_zone)
    with tools.database.transaction() as session:
        LineChecks(session, zone).conclude(now)
        Sightings(session).watch(now)
        Reach(session, zone).watch(now)

"""Seal the days of duty that are over."""

from __future__ import annotations

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from callcenter.jobs.kinds import Tools
from callcenter.services.sealing import Sealing

log = logging.getLogger(__name__)

MOST = 100
"""Days sealed at a time: the other periodic work waits meanwhile, two seconds or so."""


def seal(tools: Tools, now: datetime) -> None:
    """Seal closed days, the oldest first, one transaction each; what fails does not stop the others."""
    zone = ZoneInfo(tools.settings.time_zone)
    with tools.database.reading() as session:
        due = Sealing(session, zone).due(now)
    failed: list[Exception] = []
    for day, agency_id in due[:MOST]:
        try:
            with tools.database.transaction() as session:
                Sealing(session, zone).seal(agency_id, day, now)
        except Exception as error:  # told at the end, once all the others are sealed
            log.exception("%s of agency %d was not sealed", day, agency_id)
            failed.append(error)
    if failed:
        raise failed[0]

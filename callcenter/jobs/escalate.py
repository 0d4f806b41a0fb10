"""See that call-backs are made and tickets taken: new owners, the next rung, and marks that run out."""

from __future__ import annotations

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from callcenter.jobs.kinds import Tools
from callcenter.services.dispatches import Dispatches
from callcenter.services.escalation import Escalation
from callcenter.services.nuisance import Nuisance

log = logging.getLogger(__name__)


def escalate(tools: Tools, now: datetime) -> None:
    """Hand over what has no owner on duty, and go up with what is late: one transaction each."""
    zone = ZoneInfo(tools.settings.time_zone)
    with tools.database.reading() as session:
        found = Escalation(session, zone)
        late, unattended = found.late(now), found.unattended(now)
    for obligation_id in late:
        with tools.database.transaction() as session:
            Escalation(session, zone).climb(obligation_id, now)
    for obligation_id in unattended:
        with tools.database.transaction() as session:
            Escalation(session, zone).hand_over(obligation_id, now)


def dispatch(tools: Tools, now: datetime) -> None:
    """Go up with the tickets that nobody accepts: one transaction each."""
    zone, quiet = ZoneInfo(tools.settings.time_zone), tools.settings.quiet_hours
    with tools.database.reading() as session:
        late = Dispatches(session, zone, quiet).late(now)
    failed: list[Exception] = []
    for dispatch_id in late:
        try:
            with tools.database.transaction() as session:
                Dispatches(session, zone, quiet).climb(dispatch_id, now)
        except Exception as error:  # told at the end: one must not keep the others from going up
            log.exception("dispatch %s did not go up", dispatch_id)
            failed.append(error)
    if failed:
        raise failed[0]


def expire_marks(tools: Tools, now: datetime) -> None:
    """Write down which marks on numbers have run out; they mean nothing any more already."""
    with tools.database.transaction() as session:
        Nuisance(session).expire(now)

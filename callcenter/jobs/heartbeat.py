"""Tell somebody outside of the house that nothing is stuck: who hears nothing knows that something is."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import requests
from sqlalchemy.orm import Session

from callcenter.jobs.kinds import Tools
from callcenter.jobs.watch import LATE_AFTER
from callcenter.services.alarms import Alarms
from callcenter.services.dispatches import overdue
from callcenter.services.outbox import Ledger

log = logging.getLogger(__name__)

STUCK = "dispatch-stuck"
SUBJECT = "dispatch"
STUCK_AFTER = timedelta(minutes=5)
"""A rung is told within seconds of its time."""
SECONDS = 5.0
"""How long the one outside may take to answer."""


def heartbeat(tools: Tools, now: datetime) -> None:
    """Raise and clear the alarm on dispatches that do not go on; while all is well, say so outside.

    The address (of a dead man's switch) is asked by GET; that it does not
    answer is its own affair and is only logged.
    """
    with tools.database.reading() as session:
        stuck, late = overdue(session, now - STUCK_AFTER), Ledger(session).overdue(now - LATE_AFTER)
        changed = bool(stuck) != Alarms(session).is_open(STUCK, SUBJECT)
    if changed:
        with tools.database.transaction() as session:
            _show(session, stuck, now)
    if tools.settings.heartbeat_url and not stuck and not late:
        _tell(tools.settings.heartbeat_url)


def _show(session: Session, stuck: int, now: datetime) -> None:
    detail = f"{stuck} tickets wait for a rung that should have been told; is the worker running?"
    Alarms(session).show(STUCK, SUBJECT, detail if stuck else "", now)


def _tell(url: str) -> None:
    try:
        requests.get(url, timeout=SECONDS).raise_for_status()
    except requests.RequestException as error:
        log.warning("the heartbeat was not heard: %s", type(error).__name__)

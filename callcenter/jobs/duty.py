"""See that duty will be kept: warnings told ahead, officers reminded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from callcenter.jobs.kinds import Tools
from callcenter.jobs.notify import notify
from callcenter.node import link_key
from callcenter.services.duty_letters import DutyLetters
from callcenter.services.duty_warnings import DutyWarnings, rest_rule
from callcenter.services.letters import Letter, Letters
from callcenter.services.notifications import Notice, Notifications
from callcenter.services.reminders import Reminders


def warn(tools: Tools, now: datetime) -> None:
    """Look ahead without a lock, then write and tell what is new."""
    zone, rule = ZoneInfo(tools.settings.time_zone), rest_rule(*tools.settings.duty_hours)
    with tools.database.reading() as session:
        found = DutyWarnings(session, zone, rule).find(now)
    with tools.database.transaction() as session:
        warnings = DutyWarnings(session, zone, rule)
        warnings.take(found, now)
        warnings.tell(now)


def remind(tools: Tools, now: datetime) -> None:
    """Remind officers of what begins soon."""
    zone = ZoneInfo(tools.settings.time_zone)
    with tools.database.reading() as session:
        due = Reminders(session, zone).due(now)
    if due:
        with tools.database.transaction() as session:
            Reminders(session, zone).remind(due, now)


def notify_change(tools: Tools, payload: dict[str, Any], now: datetime) -> None:
    """Tell payload's ``officer_id`` (or the instance) of ``change_id``; ``occasion`` says why."""
    change_id, occasion = int(payload["change_id"]), str(payload["occasion"])
    _tell(tools, payload, lambda letters: letters.change(change_id, occasion), now)


def notify_warnings(tools: Tools, payload: dict[str, Any], now: datetime) -> None:
    """Tell payload's ``officer_id`` (or the instance) of ``warnings``, by id."""
    ids, count = [int(one) for one in payload["warnings"]], int(payload["all"])
    _tell(tools, payload, lambda letters: letters.warnings(ids, count), now)


def notify_reminder(tools: Tools, payload: dict[str, Any], now: datetime) -> None:
    """Remind payload's ``officer_id`` of the duty of ``reminder_id``."""
    reminder_id = int(payload["reminder_id"])
    _tell(tools, payload, lambda letters: letters.reminder(reminder_id, now), now)


def _tell(
    tools: Tools, payload: dict[str, Any], write: Callable[[DutyLetters], Letter | None], now: datetime
) -> None:
    """Write the letter in the transaction that begins the message; what needs no telling any more is not told."""
    officer_id = None if payload.get("officer_id") is None else int(payload["officer_id"])
    fact = str(payload["fact"])
    key = link_key(tools.settings)

    def begin(notifications: Notifications, session: Session) -> Notice | None:
        letters = Letters(tools.settings.web_url, ZoneInfo(tools.settings.time_zone))
        letter = write(DutyLetters(session, letters, key))
        return notifications.begin_duty(fact, officer_id, letter, now) if letter else None

    notify(tools, begin, now)

"""Tell officers what they have to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from callcenter.jobs.kinds import Tools
from callcenter.node import link_key
from callcenter.senders import Message, SendError
from callcenter.services.letters import Letters
from callcenter.services.notifications import Notice, Notifications, Owed
from callcenter.services.summaries import Summaries
from callcenter.services.telling import OPENED
from callcenter.services.text_sending import owe_deletion


def notify_ticket(tools: Tools, payload: dict[str, Any], now: datetime) -> None:
    """Tell payload's ``officer_id`` (or, without one, the instance) of ``ticket_id``, or of its ``text_id``."""
    ticket_id, officer_id, text_id = int(payload["ticket_id"]), _officer(payload), payload.get("text_id")
    notify(
        tools, lambda notifications, _: notifications.begin_ticket(ticket_id, officer_id, now, text_id), now
    )


def notify_dispatch(tools: Tools, payload: dict[str, Any], now: datetime) -> None:
    """Tell payload's ``officer_id`` (or the instance) that nobody has accepted ``dispatch_id``, on ``channel``."""
    dispatch_id, officer_id = int(payload["dispatch_id"]), _officer(payload)
    channel = str(payload["channel"])
    notify(tools, lambda it, _: it.begin_dispatch(dispatch_id, officer_id, channel, now), now)


def notify_summary(tools: Tools, payload: dict[str, Any], now: datetime) -> None:
    """Tell payload's ``officer_id`` (or the instance) in one message of what was too much for single ones."""
    officer_id, fact = _officer(payload), str(payload["fact"])
    notify(tools, lambda it, _: it.begin_summary(officer_id, fact, now), now)
    with tools.database.transaction() as session:
        Summaries(session).told(officer_id, fact, now)


def notify_obligation(tools: Tools, payload: dict[str, Any], now: datetime) -> None:
    """Tell payload's ``officer_id`` (or the instance) of the call-back ``obligation_id``.

    ``occasion`` says why now; rows of before there were any were about its opening.
    """
    owed = Owed(int(payload["obligation_id"]), str(payload.get("occasion", OPENED)))
    officer_id = _officer(payload)
    notify(tools, lambda notifications, _: notifications.begin_obligation(owed, officer_id, now), now)


def notify(tools: Tools, begin: Callable[[Notifications, Session], Notice | None], now: datetime) -> None:
    """Begin, send, and say how it went: no transaction is open while a provider is slow."""
    with tools.database.transaction() as session:
        notice = begin(_notifications(tools, session), session)
    if notice is None:
        return
    try:
        message = Message(notice.fact, notice.name, notice.title, notice.body, now)
        key = tools.sender.send(message, notice.url)
    except SendError as error:
        with tools.database.transaction() as session:
            _notifications(tools, session).failed(notice.notification_id, str(error))
        raise
    with tools.database.transaction() as session:
        _notifications(tools, session).sent(notice.notification_id, now)
        if key is not None:
            owe_deletion(session, key, now)


def _notifications(tools: Tools, session: Session) -> Notifications:
    letters = Letters(tools.settings.web_url, ZoneInfo(tools.settings.time_zone))
    return Notifications(session, tools.sender.channel, letters, link_key(tools.settings))


def _officer(payload: dict[str, Any]) -> int | None:
    return None if payload["officer_id"] is None else int(payload["officer_id"])

"""Tell an officer of a new ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from callcenter.jobs.kinds import Tools
from callcenter.senders import Message, SendFailed
from callcenter.services.notifications import Notice, Notifications


def notify_ticket(tools: Tools, payload: dict[str, Any], now: datetime) -> None:
    """Send the message of payload's ``ticket_id`` to ``officer_id``.

    Begun, sent and told in three steps: no transaction is open while a slow
    provider is waited for.
    """
    ticket_id, officer_id = int(payload["ticket_id"]), int(payload["officer_id"])
    with tools.database.transaction() as session:
        notice = Notifications(session).begin(
            ticket_id, officer_id, tools.sender.channel, tools.settings.web_url, now
        )
    if notice is not None:
        _send(tools, notice, now)


def _send(tools: Tools, notice: Notice, now: datetime) -> None:
    message = Message(notice.fact, notice.name, notice.title, notice.body, now)
    try:
        tools.sender.send(message, notice.url)
    except SendFailed as error:
        with tools.database.transaction() as session:
            Notifications(session).failed(notice.notification_id, str(error))
        raise
    with tools.database.transaction() as session:
        Notifications(session).sent(notice.notification_id, now)

"""Send citizens what is owed to them, and leave no text at Twilio."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from callcenter.jobs.kinds import Tools
from callcenter.texter import Texter


def send_text(tools: Tools, payload: dict[str, Any], now: datetime) -> None:
    """Send the text of payload's ``text_id``."""
    _texter(tools).send(int(payload["text_id"]), now)


def delete_text(tools: Tools, payload: dict[str, Any], _now: datetime) -> None:
    """Delete Twilio's copy of the text with payload's ``key``."""
    _texter(tools).client.messages.delete(str(payload["key"]))


def fetch_enclosure(tools: Tools, payload: dict[str, Any], now: datetime) -> None:
    """Carry the picture or file of payload's ``enclosure_id`` into the store."""
    if tools.enclosures is None:
        raise LookupError("no Twilio account is configured: set CALLCENTER_TWILIO_ACCOUNT, _TOKEN and _URLS")
    tools.enclosures.fetch(int(payload["enclosure_id"]), now)


def _texter(tools: Tools) -> Texter:
    if tools.texter is None:
        raise LookupError("no Twilio account is configured: set CALLCENTER_TWILIO_ACCOUNT, _TOKEN and _URLS")
    return tools.texter

"""Bring recordings home from Twilio, and leave none there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from callcenter.fetcher import Fetcher
from callcenter.jobs.kinds import Tools
from callcenter.services.remote_recordings import RemoteRecording
from ivr.twilio.client import Client


def fetch_recording(tools: Tools, payload: dict[str, Any], now: datetime) -> None:
    """Carry the recording into the store, and owe the deletion of Twilio's copy.

    Payload: ``RemoteRecording.payload``.
    """
    client, custody = _client(tools), tools.custody
    if custody is None:
        raise LookupError("no store was opened for Twilio's recordings")
    fetcher = Fetcher(tools.database, custody, client, tools.settings.home / "incoming")
    fetcher.fetch(RemoteRecording.read(payload), now)


def delete_recording(tools: Tools, payload: dict[str, Any], _now: datetime) -> None:
    """Delete Twilio's copy of the recording with payload's ``sid``."""
    _client(tools).delete_recording(str(payload["sid"]))


def _client(tools: Tools) -> Client:
    if tools.twilio is None:
        raise LookupError("no Twilio account is configured: set CALLCENTER_TWILIO_ACCOUNT, _TOKEN and _URLS")
    return tools.twilio

"""Ring officers who are reached by Twilio, and clean up behind their calls."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from callcenter.jobs.kinds import Tools
from callcenter.officer_calls import OfficerCalls
from ivr.twilio.names import Attempt


def ring_officer(tools: Tools, payload: dict[str, Any], now: datetime) -> None:
    """Call the officer of payload's ``attempt``."""
    _calls(tools).ring(Attempt.parse(payload["attempt"]), now)


def hang_up_officer(tools: Tools, payload: dict[str, Any], now: datetime) -> None:
    """Hang up the officer's call of payload's ``attempt``."""
    _calls(tools).hang_up(Attempt.parse(payload["attempt"]))


def delete_queue(tools: Tools, payload: dict[str, Any], _now: datetime) -> None:
    """Delete the queue of payload's ``name``, in which nobody waits any more."""
    if tools.twilio is not None:
        tools.twilio.delete_queue(str(payload["name"]))


def _calls(tools: Tools) -> OfficerCalls:
    if tools.officer_calls is None:
        raise LookupError("no Twilio account is configured: set CALLCENTER_TWILIO_ACCOUNT, _TOKEN and _URLS")
    return tools.officer_calls

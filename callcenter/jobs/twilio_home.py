"""Bring home what Twilio knows of calls and texts and our log does not."""

from __future__ import annotations

from datetime import datetime

from callcenter.jobs.kinds import Tools


def twilio_home(tools: Tools, now: datetime) -> None:
    """Compare Twilio's calls and recordings with the log; without an account there is nothing to compare."""
    if tools.homecomer is not None:
        tools.homecomer.round(now)


def texts_home(tools: Tools, now: datetime) -> None:
    """Compare Twilio's texts with ours; without an account there is nothing to compare."""
    if tools.text_homecomer is not None:
        tools.text_homecomer.round(now)

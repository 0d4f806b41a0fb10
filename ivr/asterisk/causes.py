"""Why a call ended, and who ended it, in Asterisk's words."""

from __future__ import annotations

from ivr.events import Side

NORMAL_CLEARING = 16


def side(source: str, channel: str) -> Side:
    """Tell who hung up from Asterisk's hang-up source and the citizen's channel."""
    if source and source == channel:
        return "caller"
    if source.startswith("dialplan/"):
        return "system"
    return "officer" if "/officer-" in source else "unknown"


def cause_of(text: str, who: Side = "unknown") -> int:
    """Read a Q.850 cause, 0 when it is none.

    A caller's telephone that hangs up by a plain BYE names no cause: that is
    normal clearing.
    """
    cause = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 0
    return NORMAL_CLEARING if cause == 0 and who == "caller" else cause

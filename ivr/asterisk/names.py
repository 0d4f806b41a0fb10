"""The names that our processes and Asterisk's configuration agree upon."""

from __future__ import annotations

import re
from datetime import UTC, datetime

OFFERED = "offered"
"""Where a call of a trunk arrives."""
CONVERSATION = "conversation"
DEGRADED = "degraded"
MOBILE = "mobile"
"""Where ``Local/officer-<id>@mobile/n`` rings an officer's own telephone."""
FROM_OFFICER = "from-officer"
WAITING = "waiting"
"""Where a key that is pressed in a queue leads: the queues' ``context``."""
CITIZEN_CONTEXTS = frozenset({OFFERED, CONVERSATION, DEGRADED, WAITING})
TRUNK = "trunk"
SYNTHETIC = "synthetic"
"""Where ``Local/<number>@synthetic/n`` calls a line to test it; no trunk leads there."""
GONE_EVENT = "CallGone"

STALLED = "STALLED"
"""The channel variable that sends a call straight to the degraded path."""
KEPT = "KEPT"
"""The channel variable that tells of a message which is safe: it is not asked for again."""

CALL_KEY = re.compile(r"[A-Za-z0-9._-]{1,150}\Z")
AUDIO_NAME = re.compile(r"[A-Za-z0-9._-]{1,200}\Z")
QUEUE = re.compile(r"[a-z0-9-]{1,120}\Z")
_OFFICER = re.compile(r"(?:PJSIP|Local)/officer-(?P<officer>\d{1,18})(?:-[0-9a-f]+|@mobile-[0-9a-f]+;1)\Z")
_TEST = re.compile(rf"Local/\+?[0-9]{{3,20}}@{SYNTHETIC}-[0-9a-f]+;2\Z")


def sip_interface(officer: int) -> str:
    """Return the queue member of an officer with a SIP endpoint."""
    return f"PJSIP/officer-{officer}"


def mobile_interface(officer: int) -> str:
    """Return the queue member of an officer with a telephone of their own."""
    return f"Local/officer-{officer}@{MOBILE}/n"


def officer_of(channel: str) -> str | None:
    """Return the officer's id when ``channel`` is the leg a queue rang."""
    match = _OFFICER.match(channel)
    return match["officer"] if match else None


def is_test(channel: str) -> bool:
    """Tell whether ``channel`` is the calling side of a test call.

    Asterisk itself names channels: a citizen's is always named after the trunk.
    """
    return bool(_TEST.match(channel))


def is_mobile(interface: str) -> bool:
    """Tell whether a queue's member is an officer's own telephone."""
    return interface.startswith("Local/")


def began(linkedid: str) -> datetime | None:
    """Read the second at which Asterisk made a channel out of its id."""
    seconds = linkedid.rpartition("-")[2].partition(".")[0]
    return datetime.fromtimestamp(int(seconds), UTC) if seconds.isdecimal() and len(seconds) < 12 else None

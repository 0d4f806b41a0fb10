"""What Twilio tells of calls and recordings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

UNDATED = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """A recording (Recording resource).

    ``call`` is the parent leg's call: of a conversation that is who dialled the
    queue. ``seconds`` are whole ones; 0 while they are not known.
    """

    sid: str
    call: str
    status: str
    seconds: int
    channels: int
    created_at: datetime

    def is_since(self, since: datetime) -> bool:
        """Tell whether it was made since then; Twilio tells whole seconds."""
        return self.created_at >= since.replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class CallFacts:
    """A call (Call resource); ``parent`` is the leg that dialled it, where there is one.

    ``direction`` is ``inbound``, ``outbound-api`` or ``outbound-dial``.
    """

    sid: str
    parent: str
    to: str
    from_: str
    direction: str
    status: str
    seconds: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    def is_since(self, since: datetime) -> bool:
        """Tell whether it was made since then; Twilio tells whole seconds."""
        return self.created_at >= since.replace(microsecond=0)


def recording_facts(found: Any) -> RecordingFacts:
    """Read the library's recording."""
    return RecordingFacts(
        sid=str(found.sid),
        call=str(found.call_sid or ""),
        status=str(found.status or ""),
        seconds=_seconds(found.duration),
        channels=found.channels if found.channels in (1, 2) else 1,
        created_at=found.date_created or found.start_time or UNDATED,
    )


def call_facts(found: Any) -> CallFacts:
    """Read the library's call."""
    return CallFacts(
        sid=str(found.sid),
        parent=str(found.parent_call_sid or ""),
        to=str(found.to or ""),
        from_=str(found._from or ""),
        direction=str(found.direction or ""),
        status=str(found.status or ""),
        seconds=_seconds(found.duration),
        created_at=found.date_created or found.start_time or UNDATED,
        started_at=found.start_time,
        ended_at=found.end_time,
    )


def _seconds(told: object) -> int:
    """Read a length; Twilio says -1, or nothing, while it does not know."""
    text = str(told)
    return int(text) if text.isdecimal() else 0

"""What the dialplan noted of a call that it carried alone: ``<call key>.call``.

A line is ``name=value``, written as it happens; of a name that comes twice the
later line counts. The dialplan's context ``degraded`` says which there are; on
a full disk any of them may be missing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from ivr.asterisk.causes import cause_of, side
from ivr.asterisk.conversation import RESTRICTED_WORD
from ivr.asterisk.names import CALL_KEY, began
from ivr.events import HungUp, Offered
from ivr.turns import Language

SUFFIX = ".call"
MAX_BYTES = 16 * 1024

_NUMBER = re.compile(r"(9[0-9]{7}) ([0-9]{4})\Z")

Why = Literal["stalled", "away"]


class SidecarError(ValueError):
    """Not such a file; the text says why."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A call as the exchange alone saw it; ``ended_at`` is missing while it is up."""

    call: str
    at: datetime
    why: Why
    offered: Offered
    language: Language
    notice: str
    emergency: bool
    unrecorded: bool
    queue: str
    queued_at: datetime | None
    member: str
    """The interface of the officer who answered."""
    queue_status: str
    record_status: str
    reference: str
    pin: str
    told: bool
    """The number was spoken to its end."""
    ended_at: datetime | None
    ended: HungUp | None

    @property
    def answered(self) -> bool:
        """An officer talked to the citizen."""
        return bool(self.member)


def parse(call: str, data: bytes) -> Sidecar:
    """Read a file; raises ``SidecarError``."""
    if not CALL_KEY.match(call):
        raise SidecarError(f"{call[:80]!r} is not a call's key")
    if len(data) > MAX_BYTES:
        raise SidecarError(f"{len(data)} bytes are too many")
    told = _lines(data)
    at = _time(told["at"]) if "at" in told else began(call)
    if at is None:
        raise SidecarError("it does not tell when")
    reference, pin = _reference(told.get("reference", ""))
    queue, queued_at = _queue(told.get("queue", ""))
    ended_at, ended = _end(told)
    return Sidecar(
        call=call,
        at=at,
        why="stalled" if told.get("why") == "stalled" else "away",
        offered=_offered(told),
        language="en" if told.get("language") == "en" else "id",
        notice=told.get("notice", ""),
        emergency=told.get("emergency") == "1",
        unrecorded=told.get("unrecorded") == "1",
        queue=queue,
        queued_at=queued_at,
        member=told.get("member", ""),
        queue_status=told.get("queued", ""),
        record_status=told.get("recorded", ""),
        reference=reference,
        pin=pin,
        told=bool(reference) and told.get("told") == reference,
        ended_at=ended_at,
        ended=ended,
    )


def _lines(data: bytes) -> dict[str, str]:
    """Read whole lines only: the last one may be half written."""
    whole = data[: data.rfind(b"\n") + 1].decode("utf-8", "replace")
    pairs = (line.partition("=") for line in whole.split("\n"))
    return {name: value.strip() for name, found, value in pairs if found}


def _offered(told: dict[str, str]) -> Offered:
    withheld = told.get("presentation", "").startswith(RESTRICTED_WORD)
    caller = "" if withheld else told.get("caller", "")
    return Offered("offered", told.get("dialled", ""), caller, "", told.get("channel", ""))


def _reference(text: str) -> tuple[str, str]:
    match = _NUMBER.match(text)
    return (match[1], match[2]) if match else ("", "")


def _queue(text: str) -> tuple[str, datetime | None]:
    name, _, at = text.partition(" ")
    return name, _time(at) if at else None


def _end(told: dict[str, str]) -> tuple[datetime | None, HungUp | None]:
    if "end" not in told:
        return None, None
    at, _, cause = told["end"].partition(" ")
    who = side(told.get("source", ""), told.get("channel", ""), ended=told.get("done") == "1")
    return _time(at), HungUp("hungup", cause_of(cause, who), who)


def _time(text: str) -> datetime:
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise SidecarError(f"not a time: {text[:40]!r}") from None

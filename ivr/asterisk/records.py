"""Asterisk's own records of the calls: channel events (CEL) and details (CDR).

Both are files of comma-separated values, every value in double quotes with a
double quote inside doubled, one record a line, times as seconds since 1970
with six decimals:

``<asterisk>/log/cel-custom/cel.csv``
    event, time, linkedid, uniqueid, channel, context, exten, caller, dialled, extra
``<asterisk>/log/cdr-custom/cdr.csv``
    linkedid, uniqueid, channel, context, caller, dialled, start, answer, end,
    disposition, sequence

``dialled`` is the number the citizen dialled (of a CDR its ``userfield``). ``extra`` of a ``HANGUP`` is a
JSON object with the Q.850 cause and the channel that hung up.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from ivr.asterisk.causes import cause_of, outcome_of, side
from ivr.asterisk.names import CALL_KEY, CITIZEN_CONTEXTS, OFFERED, is_test
from ivr.events import Side

CEL_FIELDS = ",".join(
    f"${{CSV_QUOTE(${{{name}}})}}"
    for name in (
        "eventtype",
        "eventtime",
        "CHANNEL(linkedid)",
        "CHANNEL(uniqueid)",
        "CHANNEL(channame)",
        "CHANNEL(context)",
        "CHANNEL(exten)",
        "CALLERID(num)",
        "CALLERID(dnid)",
        "eventextra",
    )
)
CDR_FIELDS = ",".join(
    f"${{CSV_QUOTE(${{CDR({name})}})}}"
    for name in (
        "linkedid",
        "uniqueid",
        "channel",
        "dcontext",
        "src",
        "userfield",
        "start,u",
        "answer,u",
        "end,u",
        "disposition",
        "sequence",
    )
)


CEL_COLUMNS, CDR_COLUMNS = 10, 11
_EVENT = re.compile("[A-Z_]{1,40}")
MAX_LINE = 100_000
MAX_RECORD = 2000
"""Bytes of the longest record that is looked for behind a torn one."""
Record = TypeVar("Record", bound="ChannelRecord | DetailRecord")


@dataclass(frozen=True, slots=True)
class ChannelRecord:
    """A channel began, was answered, hung up or ended.

    ``cause`` (0 unknown), ``side`` and ``outcome`` (of an officer's leg, as
    far as the cause alone tells it) mean something in a ``HANGUP`` only.
    ``caller`` and ``dialled`` are the caller's own text.
    """

    event: str
    at: datetime
    linkedid: str
    uniqueid: str
    channel: str
    context: str
    caller: str
    dialled: str
    cause: int
    side: Side

    @property
    def is_citizen(self) -> bool:
        """True for the channel by which a citizen's call came."""
        return self.uniqueid == self.linkedid and self.context in CITIZEN_CONTEXTS

    @property
    def is_test(self) -> bool:
        """True for the channel by which a test call of our own came."""
        return is_test(self.channel)

    @property
    def outcome(self) -> str:
        """How an officer's leg that nobody answered ended."""
        return outcome_of(self.cause)


@dataclass(frozen=True, slots=True)
class DetailRecord:
    """Asterisk's summary of a channel, or of one dialled leg of it."""

    linkedid: str
    uniqueid: str
    channel: str
    context: str
    caller: str
    dialled: str
    started: datetime
    answered: datetime | None
    ended: datetime
    disposition: str

    @property
    def at(self) -> datetime:
        """When it was written."""
        return self.ended

    @property
    def is_citizen(self) -> bool:
        """True for the channel by which a citizen's call came."""
        return self.uniqueid == self.linkedid and self.context in CITIZEN_CONTEXTS

    @property
    def is_test(self) -> bool:
        """True for the channel by which a test call of our own came."""
        return is_test(self.channel)


@dataclass(frozen=True, slots=True)
class BrokenRecord:
    """A line that is not a record, and why not."""

    problem: str
    text: str

    def __str__(self) -> str:
        """Tell both."""
        return f"{self.problem}: {self.text!r}"


def parse_channel_record(line: bytes) -> ChannelRecord | BrokenRecord:
    """Read a line of ``cel.csv``; raises nothing."""
    try:
        return _channel_record(_columns(line, CEL_COLUMNS))
    except ValueError as error:
        return _broken(line, error)


def parse_detail_record(line: bytes) -> DetailRecord | BrokenRecord:
    """Read a line of ``cdr.csv``; raises nothing."""
    try:
        return _detail_record(_columns(line, CDR_COLUMNS))
    except ValueError as error:
        return _broken(line, error)


def rescue(line: bytes, parse: Callable[[bytes], Record | BrokenRecord]) -> list[Record]:
    """Find the whole records in a line of which the first one is torn, or lacks only its line end.

    That is how a line looks when the disk was full, or Asterisk was killed, while
    a record was written. A caller's text cannot look like a record: every double
    quote in it is doubled.
    """
    first = max(len(line) - MAX_RECORD, 1)
    for at in (at for at in range(first, len(line)) if line[at : at + 1] == b'"'):
        last = parse(line[at:])
        if not isinstance(last, BrokenRecord):
            before = parse(line[:at])
            return [last] if isinstance(before, BrokenRecord) else [before, last]
    return []


def _broken(line: bytes, error: ValueError) -> BrokenRecord:
    return BrokenRecord(str(error), line[:300].decode("utf-8", "replace"))


def _columns(line: bytes, count: int) -> list[str]:
    if len(line) > MAX_LINE:
        raise ValueError(f"a line of {len(line)} bytes")
    text = line.rstrip(b"\r\n").decode("utf-8", "replace")
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error as error:
        raise ValueError(f"not comma-separated values: {error}") from None
    found = len(rows[0]) if len(rows) == 1 else 0
    if found != count:
        raise ValueError(f"{found} values instead of {count}")
    return rows[0]


def _channel_record(columns: list[str]) -> ChannelRecord:
    event, at, linkedid, uniqueid, channel, context, exten, caller, dialled, extra = columns
    if not _EVENT.fullmatch(event):
        raise ValueError(f"not an event: {event[:40]!r}")
    if context == OFFERED:
        dialled = dialled or exten
    ids = _key(linkedid), _key(uniqueid)
    cause, who = _hangup(extra, channel) if event == "HANGUP" else (0, "unknown")
    return ChannelRecord(event, _time(at), *ids, channel, context, caller, dialled, cause, who)


def _detail_record(columns: list[str]) -> DetailRecord:
    linkedid, uniqueid, channel, context, caller, dialled, start, answer, end, disposition, _ = columns
    answered = None if answer in ("", "0.000000") else _time(answer)
    ids = _key(linkedid), _key(uniqueid)
    return DetailRecord(
        *ids, channel, context, caller, dialled, _time(start), answered, _time(end), disposition
    )


def _hangup(extra: str, channel: str) -> tuple[int, Side]:
    try:
        told = json.loads(extra)
    except json.JSONDecodeError:
        raise ValueError("a hang-up without its cause") from None
    if not isinstance(told, dict):
        raise ValueError("a hang-up without its cause")
    who = side(str(told.get("hangupsource", "")), channel)
    return cause_of(str(told.get("hangupcause", "")), who), who


def _key(text: str) -> str:
    if not CALL_KEY.match(text):
        raise ValueError(f"not a call's key: {text[:80]!r}")
    return text


def _time(text: str) -> datetime:
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"not a time: {text[:40]!r}") from None

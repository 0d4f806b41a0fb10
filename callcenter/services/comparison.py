"""The call log beside a provider's own records: what differs, as a function of plain data.

It knows no database and no provider: Asterisk's records and Twilio's call list
are compared alike. In which order the records come, and how often, is all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from callcenter.models import Disposition

SETTLED = timedelta(minutes=1)
"""So long the log and the records may take to know of the same fact."""
CARRIED = timedelta(minutes=10)
"""So long a recording may take from the exchange into the store."""
TALKED = timedelta(seconds=2)
"""A shorter conversation need not have left a recording."""


class Kind(StrEnum):
    """In what a call's log and its records can differ."""

    NOT_LOGGED = "not_logged"
    NOT_IN_RECORDS = "not_in_records"
    NOT_CLOSED = "not_closed"
    NO_OUTCOME = "no_outcome"
    CAUSE = "cause"
    ANSWER_NOT_LOGGED = "answer_not_logged"
    ANSWER_NOT_RECORDED = "answer_not_recorded"
    LEG_NOT_LOGGED = "leg_not_logged"
    MESSAGE_MISSING = "message_missing"
    CONVERSATION_MISSING = "conversation_missing"
    RECORDING_WITHOUT_CALL = "recording_without_call"
    TICKET_MISSING = "ticket_missing"


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One fact of a provider's records about one channel of a call.

    ``leg`` is empty for the citizen's own channel; ``event`` is ``began``,
    ``answered`` or ``ended``; ``cause`` is a Q.850 code, 0 when it is not told.
    """

    call: str
    source: str
    leg: str
    event: str
    at: datetime
    cause: int = 0


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One call as the log has it, with what hangs on it."""

    key: str
    offered_at: datetime
    ended_at: datetime | None = None
    disposition: str | None = None
    cause: int = 0
    legs: frozenset[str] = frozenset()
    talked: timedelta = timedelta()
    """The longest conversation with an officer."""
    unrecorded: bool = False
    messages: frozenset[str] = frozenset()
    """Names of the messages that were recorded."""
    kept: frozenset[str] = frozenset()
    """Names of the recordings that are kept, of either kind."""
    conversations: int = 0
    """How many recordings of conversations are kept."""
    told: frozenset[str] = frozenset()
    """Numbers of tickets that were read to the caller."""
    tickets: frozenset[str] = frozenset()
    """Those of them that exist."""


@dataclass(frozen=True, slots=True)
class Audio:
    """A recording that waits in the spool, and the call it names."""

    call: str
    name: str


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One difference; ``subject`` is the leg, recording or ticket it is about."""

    call: str
    kind: Kind
    subject: str = ""
    logged: str = ""
    recorded: str = ""


@dataclass(frozen=True, slots=True)
class _Trace:
    """All that the records tell of one call."""

    records: frozenset[CallRecord]

    @property
    def began(self) -> datetime:
        return min(record.at for record in self.records)

    @property
    def last(self) -> datetime:
        return max(record.at for record in self.records)

    @property
    def ended(self) -> bool:
        return any(record.event == "ended" and not record.leg for record in self.records)

    @property
    def causes(self) -> set[int]:
        own = (record for record in self.records if record.event == "ended" and not record.leg)
        return {record.cause for record in own} - {0}

    def legs(self, event: str) -> set[str]:
        return {record.leg for record in self.records if record.leg and record.event == event}


def compare(
    log: Iterable[LoggedCall], records: Iterable[CallRecord], audio: Iterable[Audio], now: datetime
) -> list[Finding]:
    """Tell everything in which the log, the records and the waiting recordings disagree at ``now``.

    ``log`` has every call of ``records`` and ``audio`` that is logged, and
    ``records`` all that there are of every call in ``log``.
    """
    logged = {call.key: call for call in log}
    traces = _traces(records)
    found = {
        Finding(one.call, Kind.RECORDING_WITHOUT_CALL, one.name) for one in audio if one.call not in logged
    }
    for key in logged.keys() | traces.keys():
        found.update(_differ(key, logged.get(key), traces.get(key), now))
    return sorted(found)


def starts(log: Iterable[LoggedCall], records: Iterable[CallRecord]) -> dict[str, datetime]:
    """Tell when each call was offered: as logged, else as recorded."""
    recorded = {key: trace.began for key, trace in _traces(records).items()}
    return recorded | {call.key: call.offered_at for call in log}


def _traces(records: Iterable[CallRecord]) -> dict[str, _Trace]:
    sorted_out: dict[str, set[CallRecord]] = defaultdict(set)
    for record in records:
        sorted_out[record.call].add(record)
    own = {key: some for key, some in sorted_out.items() if any(not record.leg for record in some)}
    return {key: _Trace(frozenset(some)) for key, some in own.items()}


def _differ(key: str, call: LoggedCall | None, trace: _Trace | None, now: datetime) -> Iterator[Finding]:
    if call is None:
        if trace and now - trace.last > SETTLED:
            yield Finding(key, Kind.NOT_LOGGED)
        return
    yield from _within_log(call, now)
    if trace is not None:
        yield from _between(call, trace, now)
    elif now - (call.ended_at or call.offered_at) > SETTLED:
        yield Finding(key, Kind.NOT_IN_RECORDS)


def _within_log(call: LoggedCall, now: datetime) -> Iterator[Finding]:
    """Tell what a logged call promises and does not have, whatever was recorded."""
    for number in call.told - call.tickets:
        yield Finding(call.key, Kind.TICKET_MISSING, number)
    if call.ended_at is None:
        return
    if call.disposition is None:
        yield Finding(call.key, Kind.NO_OUTCOME)
    if now - call.ended_at <= CARRIED:
        return
    for name in call.messages - call.kept:
        yield Finding(call.key, Kind.MESSAGE_MISSING, name)
    if call.talked >= TALKED and not call.unrecorded and not call.conversations:
        yield Finding(call.key, Kind.CONVERSATION_MISSING)


def _between(call: LoggedCall, trace: _Trace, now: datetime) -> Iterator[Finding]:
    """Tell what a call's log and its records say differently, once both are complete."""
    if not trace.ended or now - trace.last <= SETTLED:
        return
    for leg in trace.legs("began") - call.legs:
        yield Finding(call.key, Kind.LEG_NOT_LOGGED, leg)
    if call.ended_at is None:
        yield Finding(call.key, Kind.NOT_CLOSED)
        return
    if call.cause and trace.causes and call.cause not in trace.causes:
        yield Finding(call.key, Kind.CAUSE, "", str(call.cause), str(min(trace.causes)))
    yield from _answers(call, trace)


def _answers(call: LoggedCall, trace: _Trace) -> Iterator[Finding]:
    answered = trace.legs("answered")
    if answered and call.disposition != Disposition.ANSWERED:
        yield Finding(call.key, Kind.ANSWER_NOT_LOGGED, "", call.disposition or "", "")
    if call.disposition == Disposition.ANSWERED and not answered:
        yield Finding(call.key, Kind.ANSWER_NOT_RECORDED)

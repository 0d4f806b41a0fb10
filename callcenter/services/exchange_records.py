"""What an exchange wrote about its calls, kept as it came: each fact once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from callcenter.models import ExchangeRecord
from callcenter.services import callers
from callcenter.services.comparison import CallRecord
from callcenter.services.upsert import insert_into
from ivr.asterisk.causes import outcome_of
from ivr.asterisk.names import officer_of
from ivr.asterisk.records import ChannelRecord, DetailRecord
from ivr.events import LegEvent, OfficerAnswered, OfficerEnded, OfficerRung

ASTERISK = "asterisk"
BATCH = 500
"""Calls asked for in one query."""
_EVENTS = {"CHAN_START": "began", "ANSWER": "answered", "HANGUP": "ended", "CHAN_END": "ended"}


@dataclass(frozen=True, slots=True)
class Lost:
    """A call that is over, as far as its citizen's channel tells it."""

    dialled: str
    caller: str
    began: datetime
    ended: datetime


class ExchangeRecords:
    """The records of one node."""

    def __init__(self, session: Session, node: str) -> None:
        self._session = session
        self._node = node

    def carry_channels(self, records: Iterable[ChannelRecord]) -> None:
        """Keep what channel records tell of citizens' channels and officers' legs."""
        self._keep([fact for record in records for fact in self._channel(record)])

    def carry_details(self, records: Iterable[DetailRecord]) -> None:
        """Keep when citizens' channels began and ended."""
        citizens = (record for record in records if record.is_citizen)
        self._keep([fact for record in citizens for fact in self._detail(record)])

    def calls_between(self, since: datetime, until: datetime) -> set[str]:
        """Give the keys of the calls of which a citizen's channel did something in [since, until)."""
        within = (ExchangeRecord.at >= since, ExchangeRecord.at < until)
        return set(
            self._session.scalars(select(ExchangeRecord.call_key).where(*self._own(), *within).distinct())
        )

    def of_calls(self, keys: Sequence[str]) -> list[CallRecord]:
        """Give all that is recorded of some calls."""
        found: list[CallRecord] = []
        for start in range(0, len(keys), BATCH):
            wanted = ExchangeRecord.call_key.in_(keys[start : start + BATCH])
            rows = self._session.scalars(
                select(ExchangeRecord).where(wanted, ExchangeRecord.node == self._node)
            )
            found += [_plain(row) for row in rows]
        return found

    def legs_of(self, key: str) -> list[LegEvent]:
        """Give what officers' legs of a call did, in the order of time."""
        legs = (ExchangeRecord.call_key == key, ExchangeRecord.node == self._node)
        query = select(ExchangeRecord).where(*legs, ExchangeRecord.officer.is_not(None))
        rows = self._session.scalars(query.order_by(ExchangeRecord.at, ExchangeRecord.id))
        return [_leg_event(row, row.officer or "") for row in rows]

    def lost(self, key: str) -> Lost | None:
        """Tell of a call whose beginning is recorded what is needed to log it, once it is over.

        It is over when its end is recorded, or when the exchange was started anew
        after it began.
        """
        query = select(ExchangeRecord).where(*self._own(), ExchangeRecord.call_key == key)
        rows = self._session.scalars(query.order_by(ExchangeRecord.at)).all()
        told = [row for row in rows if row.event == "began"]
        first = next((row for row in told if row.dialled), told[0] if told else None)
        if first is None or not (any(row.event == "ended" for row in rows) or self._restarted(first)):
            return None
        return Lost(first.dialled or "", first.caller or "", first.at, rows[-1].at)

    def _restarted(self, first: ExchangeRecord) -> bool:
        """Tell whether a later call has a lower number: an exchange counts its channels from its start."""
        number = _number(first.call_key)
        query = select(ExchangeRecord.call_key).where(*self._own(), ExchangeRecord.at > first.at)
        later = self._session.scalars(query.where(ExchangeRecord.event == "began"))
        return any(_number(key) < number for key in later)

    def _own(self) -> tuple[ColumnElement[bool], ...]:
        """Keep the records of citizens' own channels."""
        return (ExchangeRecord.node == self._node, ExchangeRecord.channel_key == ExchangeRecord.call_key)

    def is_empty(self) -> bool:
        """Tell that nothing of this node was ever carried (or all of it was forgotten)."""
        return self._session.scalar(_any(self._node)) is None

    def forget(self, before: datetime) -> None:
        """Delete what is older."""
        old = (ExchangeRecord.node == self._node, ExchangeRecord.at < before)
        self._session.execute(delete(ExchangeRecord).where(*old))

    def _keep(self, facts: list[dict[str, Any]]) -> None:
        if facts:
            self._session.execute(insert_into(self._session, ExchangeRecord).on_conflict_do_nothing(), facts)

    def _channel(self, record: ChannelRecord) -> Iterator[dict[str, Any]]:
        event, officer = _EVENTS.get(record.event), officer_of(record.channel)
        if event is None or not (record.is_citizen or officer):
            return
        fact = self._fact(record.linkedid, record.uniqueid, event, "cel", record.at)
        fact["officer"] = officer
        if record.event == "HANGUP":
            fact["cause"] = record.cause
        if record.is_citizen and event == "began":
            fact["dialled"] = callers.printable(record.dialled, 64)
            fact["caller"] = callers.printable(record.caller, 64)
        yield fact

    def _detail(self, record: DetailRecord) -> Iterator[dict[str, Any]]:
        began = self._fact(record.linkedid, record.uniqueid, "began", "cdr", record.started)
        began["dialled"] = callers.printable(record.dialled, 64)
        began["caller"] = callers.printable(record.caller, 64)
        yield began
        yield self._fact(record.linkedid, record.uniqueid, "ended", "cdr", record.ended)

    def _fact(self, call: str, channel: str, event: str, source: str, at: datetime) -> dict[str, Any]:
        empty = {"cause": None, "officer": None, "dialled": None, "caller": None}
        keys = {"provider": ASTERISK, "node": self._node, "call_key": call, "channel_key": channel}
        return {**keys, "event": event, "source": source, "at": at, **empty}


def _any(node: str) -> Any:
    return select(ExchangeRecord.id).where(ExchangeRecord.node == node).limit(1)


def _number(key: str) -> int:
    """Read the channel's number, which ends an Asterisk's key."""
    number = key.rpartition(".")[2]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0


def _leg_event(row: ExchangeRecord, officer: str) -> LegEvent:
    if row.event == "began":
        return OfficerRung(row.channel_key, officer, row.at)
    if row.event == "answered":
        return OfficerAnswered(row.channel_key, officer, row.at)
    cause = row.cause or 0
    return OfficerEnded(row.channel_key, officer, outcome_of(cause), cause, row.at)


def _plain(row: ExchangeRecord) -> CallRecord:
    leg = "" if row.channel_key == row.call_key else row.channel_key
    return CallRecord(row.call_key, row.source, leg, row.event, row.at, row.cause or 0)

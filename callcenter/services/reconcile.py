"""Holding the call log against the exchange's own channel records.

The log misses what happened while our processes were away: a call that came
and went, an officer who answered, a hang-up. Each is found in the records and
written here; every fact has the key it would have had, so that nothing is
written twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Call
from callcenter.services.calls import Calls, Policy, find_call
from callcenter.services.closing import Closing
from callcenter.services.exchange_records import ExchangeRecords
from callcenter.services.legs import Legs
from callcenter.services.timeline import Timeline
from ivr.asterisk.names import began, officer_of
from ivr.asterisk.records import ChannelRecord, DetailRecord
from ivr.events import HungUp, LegEvent, Offered, OfficerAnswered, OfficerEnded, OfficerRung

PROVIDER = "asterisk"
ENDS = frozenset({"HANGUP", "CHAN_END"})
"""The second one follows the first, and stands in for it where that line is torn."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a run found missing in the log and wrote there."""

    created: int = 0
    closed: int = 0

    def __add__(self, other: Reconciled) -> Reconciled:
        """Add up two runs."""
        return Reconciled(self.created + other.created, self.closed + other.closed)


class Reconciliation:
    """Takes one node's channel records, in their order."""

    def __init__(self, session: Session, policy: Policy, node: str) -> None:
        self._session = session
        self._node = node
        self._calls = Calls(session, policy)
        self._closing = Closing(session, policy.secret, policy.zone)
        self._legs = Legs(session, policy.secret, policy.zone)
        self._timeline = Timeline(session)
        self._records = ExchangeRecords(session, node)

    def take(self, records: Iterable[ChannelRecord]) -> Reconciled:
        """Write what ``records`` tell and the log does not have."""
        found = Reconciled()
        for record in records:
            officer = officer_of(record.channel)
            if officer is not None:
                self._officer(record, officer)
            elif (record.is_citizen or record.is_test) and record.event in ENDS:
                found += self._ended(record)
        return found

    def take_details(self, records: Iterable[DetailRecord]) -> Reconciled:
        """Write the calls whose end only their summary tells: a full disk took the channel's own."""
        keys = {record.linkedid for record in records if record.is_citizen and not record.is_test}
        known = select(Call.key).where(Call.provider == PROVIDER, Call.key.in_(keys))
        missing = keys - set(self._session.scalars(known)) if keys else set()
        return Reconciled(created=sum(map(self._enter_ended, sorted(missing))))

    def _enter_ended(self, key: str) -> bool:
        lost = self._records.lost(key)
        return lost is not None and self.enter_lost(key, lost.dialled, lost.caller, lost.began, lost.ended)

    def enter_lost(self, key: str, dialled: str, caller: str, began: datetime, ended: datetime) -> bool:
        """Write a call into the log of which only the beginning is told; tells whether it was missing."""
        if find_call(self._session, PROVIDER, key) is not None:
            return False
        offered = Offered("offered", dialled, caller, "", "")
        call = self._enter(key, offered, began)
        self._note(call, ended, "created")
        self._closing.hung_up(call, HungUp("hungup", 0, "unknown"), ended)
        return True

    def _officer(self, record: ChannelRecord, officer: str) -> None:
        event = _leg_event(record, officer)
        if event is not None:
            self._legs.receive(PROVIDER, record.linkedid, event)

    def _ended(self, record: ChannelRecord) -> Reconciled:
        call = find_call(self._session, PROVIDER, record.linkedid)
        if call is not None and call.ended_at is not None:
            if not call.hangup_cause and record.cause:
                self._closing.hung_up(call, _hung_up(record), record.at)  # adds the cause
            return Reconciled()
        created = call is None
        if call is None:
            call = self._create(record)
        self._note(call, record.at, "created" if created else "closed")
        self._closing.hung_up(call, _hung_up(record), record.at)
        return Reconciled(created=int(created), closed=int(not created))

    def _create(self, record: ChannelRecord) -> Call:
        offered = Offered("offered", record.dialled, record.caller, "", record.channel, test=record.is_test)
        return self._enter(record.linkedid, offered, began(record.linkedid) or record.at)

    def _enter(self, key: str, offered: Offered, at: datetime) -> Call:
        """Write a call with the officers' legs that came before its end: nobody took them then."""
        call = self._calls.enter(PROVIDER, self._node, key, offered, at)
        for event in self._records.legs_of(key):
            self._legs.receive(PROVIDER, key, event)
        return call

    def _note(self, call: Call, at: datetime, what: str) -> None:
        self._timeline.add_once(call, at, "reconciled", "reconciled", {"what": what})


def _hung_up(record: ChannelRecord) -> HungUp:
    return HungUp("hungup", record.cause, record.side)


def _leg_event(record: ChannelRecord, officer: str) -> LegEvent | None:
    match record.event:
        case "CHAN_START":
            return OfficerRung(record.uniqueid, officer, record.at)
        case "ANSWER":
            return OfficerAnswered(record.uniqueid, officer, record.at)
        case "HANGUP":
            return OfficerEnded(record.uniqueid, officer, record.outcome, record.cause, record.at)
    return None

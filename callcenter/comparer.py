"""Holds a node's part of the call log against what its exchange recorded: often, and each night.

What is missing in the log and known well enough is created; what differs is
kept as a difference until it is mended. Everything that is compared lies in the
database (``callcenter.reconciler`` carries it there), but for recordings that
wait in the spool.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import ReconciliationRun
from callcenter.services.calls import Policy
from callcenter.services.comparison import CARRIED, Audio, Finding, Kind, compare, starts
from callcenter.services.differences import Differences, Place
from callcenter.services.exchange_records import ExchangeRecords
from callcenter.services.logged_calls import Known, LoggedCalls
from callcenter.services.reconcile import Reconciliation
from recordings.spool import Spool

log = logging.getLogger(__name__)

OFTEN, LOOK_BACK = timedelta(minutes=5), timedelta(hours=2)
"""The pace of the frequent comparison, and how far it looks back."""
AFTER_MIDNIGHT = timedelta(minutes=30)
"""Then the whole day before is compared: its last calls and recordings have come home."""
KEEP = timedelta(days=35)
"""So long carried records are kept, and so far back a comparison can go."""


class NothingCarriedError(Exception):
    """No record of the node is in the database: a comparison would find every call missing."""


@dataclass(frozen=True, slots=True)
class Result:
    """One comparison, as it was kept, and what it found."""

    run: ReconciliationRun
    findings: Sequence[Finding]
    places: dict[str, Place]


@dataclass(frozen=True, slots=True)
class _Sides:
    """What both sides say of some calls."""

    known: dict[str, Known]
    places: dict[str, Place]
    recorded: frozenset[str]
    findings: list[Finding]


class Comparer:
    """Compares one node's calls."""

    def __init__(self, database: Database, policy: Policy, node: str, spool: Spool) -> None:
        """Compare ``node``'s calls; recordings that wait for theirs lie in ``spool``."""
        self._database = database
        self._policy = policy
        self._node = node
        self._spool = spool

    def round(self, now: datetime) -> None:
        """Run the comparisons that are due; a node without records has none."""
        try:
            if self._last("often", now) <= now - OFTEN:
                self.run("often", now - LOOK_BACK, now, now)
            today = self._midnight(now)
            if now >= today + AFTER_MIDNIGHT and self._last("nightly", now) < today:
                self.run("nightly", self._midnight(today - timedelta(hours=1)), today, now)
                self._forget(now - KEEP)
        except NothingCarriedError:
            log.debug("nothing to compare yet on %s", self._node)

    def run(self, kind: str, since: datetime, until: datetime, now: datetime) -> Result:
        """Compare the calls offered in [since, until), and those that still differ.

        Looks back at most as far as records are kept. Raises ``NothingCarriedError``.
        """
        since = max(since, now - KEEP)
        keys = self._keys(since, until, now)
        sides = self._sides(keys, now)
        if self._enter_lost(sides):
            sides = self._sides(keys, now)
        with self._database.transaction() as session:
            Differences(session, self._node).keep(sides.findings, sides.places, keys, now)
            run = self._note(session, sides, kind, since, until, now)
        if sides.findings:
            log.warning("%d differences between the log and the exchange", len(sides.findings))
        return Result(run, sides.findings, sides.places)

    def _keys(self, since: datetime, until: datetime, now: datetime) -> set[str]:
        with self._database.reading() as session:
            records = ExchangeRecords(session, self._node)
            if records.is_empty():
                raise NothingCarriedError(self._node)
            found = records.calls_between(since, until) | LoggedCalls(session, self._node).between(
                since, until
            )
            found |= Differences(session, self._node).open_calls(now - KEEP)
        return found | {one.call for one in self._waiting(now)}

    def _sides(self, keys: set[str], now: datetime) -> _Sides:
        audio = [one for one in self._waiting(now) if one.call in keys]
        with self._database.reading() as session:
            records = ExchangeRecords(session, self._node).of_calls(sorted(keys))
            known = LoggedCalls(session, self._node).known(sorted(keys))
        log_side = [one.call for one in known.values()]
        began = {one.call: now for one in audio} | starts(log_side, records)
        places = {key: Place(known[key].row_id if key in known else None, at) for key, at in began.items()}
        recorded = frozenset(record.call for record in records if not record.leg)
        return _Sides(known, places, recorded, compare(log_side, records, audio, now))

    def _waiting(self, now: datetime) -> list[Audio]:
        old = (file for file in self._spool.ready() if now - file.modified > CARRIED)
        return [Audio(file.name.call, str(file.name)) for file in old]

    def _enter_lost(self, sides: _Sides) -> int:
        """Create the calls the log lacks of which the records tell the beginning and the end."""
        missing = [one.call for one in sides.findings if one.kind == Kind.NOT_LOGGED]
        return sum(self._enter(key) for key in missing)

    def _enter(self, key: str) -> bool:
        with self._database.transaction() as session:
            lost = ExchangeRecords(session, self._node).lost(key)
            if lost is None:
                return False
            work = Reconciliation(session, self._policy, self._node)
            return work.enter_lost(key, lost.dialled, lost.caller, lost.began, lost.ended)

    def _note(
        self, session: Session, sides: _Sides, kind: str, since: datetime, until: datetime, now: datetime
    ) -> ReconciliationRun:
        within = {key for key, place in sides.places.items() if since <= place.at < until}
        counted = within - {key for key, one in sides.known.items() if one.test}
        calls = LoggedCalls(session, self._node)
        run = ReconciliationRun(
            node=self._node,
            kind=kind,
            since=since,
            until=until,
            at=now,
            offered=len(counted & sides.recorded),
            logged=len(counted & sides.known.keys()),
            created=calls.reconciled(since, until, "created"),
            closed=calls.reconciled(since, until, "closed"),
            differences=len(sides.findings),
        )
        session.add(run)
        return run

    def _last(self, kind: str, now: datetime) -> datetime:
        runs = select(ReconciliationRun.at).where(
            ReconciliationRun.node == self._node, ReconciliationRun.kind == kind
        )
        with self._database.reading() as session:
            last = session.scalar(runs.order_by(ReconciliationRun.at.desc()).limit(1))
        return last or now - KEEP

    def _midnight(self, at: datetime) -> datetime:
        """Give the moment at which the day of ``at`` began in the instance's zone."""
        day: date = at.astimezone(self._policy.zone).date()
        return datetime.combine(day, time(), self._policy.zone)

    def _forget(self, before: datetime) -> None:
        with self._database.transaction() as session:
            ExchangeRecords(session, self._node).forget(before)
            mine = (ReconciliationRun.node == self._node, ReconciliationRun.at < before)
            session.execute(delete(ReconciliationRun).where(*mine))

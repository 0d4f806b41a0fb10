"""Carries a node's record files into the database as they grow, and reconciles the log with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Generic, Protocol

from sqlalchemy import delete
from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import LogOffset
from callcenter.record_files import KEEP, RecordFiles, head
from callcenter.services.calls import Policy
from callcenter.services.exchange_records import ExchangeRecords
from callcenter.services.reconcile import Reconciled, Reconciliation
from callcenter.services.upsert import insert_into
from ivr.asterisk.records import (
    ChannelRecord,
    DetailRecord,
    Record,
    parse_channel_record,
    parse_detail_record,
)

CHUNK = 200
"""Records a transaction."""
GRACE = timedelta(seconds=5)
"""A younger record is left alone: its event is still on its way to us."""
WRONG_CLOCK = timedelta(minutes=1)
"""A record from further in the future was written while the clock was wrong: nothing to wait for."""

Take = Callable[[Session, Sequence[Record]], Reconciled]


class _Round(Protocol):
    def round(self, now: datetime) -> Reconciled: ...


class Reconciler:
    """Goes on, in each round, where the last one that was committed stopped."""

    def __init__(self, database: Database, policy: Policy, node: str, logs: Path) -> None:
        """Read what ``node``'s Asterisk writes below ``logs``; nothing need exist yet."""
        self._policy = policy
        self._node = node
        channels = RecordFiles(logs / "cel-custom" / "cel.csv", parse_channel_record, _young)
        details = RecordFiles(logs / "cdr-custom" / "cdr.csv", parse_detail_record, _young)
        # Channel records first: the log has every call before its summary is carried.
        self._rounds: tuple[_Round, ...] = (
            Carrying(database, policy, node, channels, self._channels),
            Carrying(database, policy, node, details, self._details),
        )

    def round(self, now: datetime) -> Reconciled:
        """Take everything that is old enough; raises what the database or the disk raises."""
        return sum((one.round(now) for one in self._rounds), Reconciled())

    def _channels(self, session: Session, records: Sequence[ChannelRecord]) -> Reconciled:
        ExchangeRecords(session, self._node).carry_channels(records)
        return Reconciliation(session, self._policy, self._node).take(records)

    def _details(self, session: Session, records: Sequence[DetailRecord]) -> Reconciled:
        ExchangeRecords(session, self._node).carry_details(records)
        return Reconciliation(session, self._policy, self._node).take_details(records)


class Carrying(Generic[Record]):
    """Reads one kind of record from its files, each record in the transaction that notes how far it got."""

    def __init__(
        self, database: Database, policy: Policy, node: str, files: RecordFiles[Record], take: Take[Record]
    ) -> None:
        self._database = database
        self._zone = policy.zone
        self._node = node
        self._files = files
        self._take = take
        self._read: dict[Path, tuple[int, int, int]] = {}
        """Inode, size and time of files that were read to their end."""

    def round(self, now: datetime) -> Reconciled:
        """Read what came; then rename a file that is due, and delete what is old and read."""
        total = Reconciled()
        for path in self._files.all():
            if self._read.get(path) != _state(path):
                total += self._file(path, now)
        self._files.rotate(now, self._zone)
        self._forget(now)
        return total

    def _file(self, path: Path, now: datetime) -> Reconciled:
        total, over = Reconciled(), self._files.is_over(path, now)
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return total  # renamed just now: the next round finds it
        with file:
            before = _state(path)
            name = head(file, over=over)
            while name and (found := self._chunk(file, name, now, over)) is not None:
                total += found
            if name and before and self._is_read(name, before[1]):
                self._read[path] = before
        return total

    def _chunk(self, file: BinaryIO, name: str, now: datetime, over: bool) -> Reconciled | None:
        """Take the next records in one transaction; ``None`` when there are none."""
        with self._database.transaction() as session:
            place = self._place(session, name)
            start = place.offset if place.offset <= file.seek(0, 2) else 0  # it was cut: begin again
            file.seek(start)
            batch = self._files.read(file, CHUNK, now, over=over)
            if batch.end == place.offset:
                return None
            place.offset = batch.end
            return self._take(session, batch.records)

    def _place(self, session: Session, name: str) -> LogOffset:
        """Find and lock where to go on: another process that reads the same file waits."""
        key = {"node": self._node, "name": self._files.path.name, "head": name}
        session.execute(insert_into(session, LogOffset).values(**key, offset=0).on_conflict_do_nothing())
        return session.get_one(LogOffset, key, with_for_update=True, populate_existing=True)

    def _is_read(self, name: str, size: int) -> bool:
        key = {"node": self._node, "name": self._files.path.name, "head": name}
        with self._database.reading() as session:
            place = session.get(LogOffset, key)
            return place is not None and place.offset == size

    def _forget(self, now: datetime) -> None:
        """Delete renamed files that are old and were read to their end, first the row, then the file."""
        for path in self._files.all():
            old = self._files.is_over(path, now - KEEP)
            if old and self._read.get(path) == _state(path) and path in self._read:
                self._delete(path)

    def _delete(self, path: Path) -> None:
        with path.open("rb") as file:
            name = head(file, over=True)
        path.unlink()
        this = (LogOffset.node == self._node, LogOffset.name == self._files.path.name, LogOffset.head == name)
        with self._database.transaction() as session:
            session.execute(delete(LogOffset).where(*this))
        self._read.pop(path, None)


def _young(record: ChannelRecord | DetailRecord, now: datetime) -> bool:
    return now - GRACE < record.at < now + WRONG_CLOCK


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns

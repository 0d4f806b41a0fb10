"""Reads a node's channel records as they grow and reconciles the log with them."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import LogOffset
from callcenter.services.calls import Policy
from callcenter.services.reconcile import Reconciled, Reconciliation
from ivr.asterisk.records import ChannelRecord, parse_channel_record

log = logging.getLogger(__name__)

CHUNK = 200
"""Records a transaction."""
GRACE = timedelta(seconds=5)
"""A younger record is left alone: its event is still on its way to us."""


class Reconciler:
    """Goes on, in each round, where the last one that was committed stopped."""

    def __init__(self, database: Database, policy: Policy, node: str, path: Path) -> None:
        """Read ``path``, the node's CEL file; it need not exist yet."""
        self._database = database
        self._policy = policy
        self._node = node
        self._path = path

    def round(self, now: datetime) -> Reconciled:
        """Take everything that is old enough; raises only what the database raises."""
        total = Reconciled()
        if not self._path.exists():
            return total
        with self._path.open("rb") as file:
            while (found := self._chunk(file, now)) is not None:
                total += found
        return total

    def _chunk(self, file: BinaryIO, now: datetime) -> Reconciled | None:
        """Take the next records in one transaction; ``None`` when there are none."""
        with self._database.transaction() as session:
            place = self._place(session, file)
            file.seek(place.offset)
            records, end = _read(file, now - GRACE)
            if end == place.offset:
                return None
            place.offset = end
            return Reconciliation(session, self._policy, self._node).take(records)

    def _place(self, session: Session, file: BinaryIO) -> LogOffset:
        """Find where to go on; another file under the name is read from its start."""
        inode = self._path.stat().st_ino
        size = file.seek(0, 2)
        place = session.get(LogOffset, str(self._path), with_for_update=True)
        if place is None:
            place = LogOffset(path=str(self._path), inode=inode, offset=0)
            session.add(place)
        if place.inode != inode or place.offset > size:
            place.inode, place.offset = inode, 0
        return place


def _read(file: BinaryIO, until: datetime) -> tuple[list[ChannelRecord], int]:
    """Read whole lines up to ``until``; gives the records and where they end."""
    records: list[ChannelRecord] = []
    end = file.tell()
    while len(records) < CHUNK and (line := file.readline()).endswith(b"\n"):
        record = parse_channel_record(line)
        if isinstance(record, ChannelRecord) and record.at > until:
            break
        if isinstance(record, ChannelRecord):
            records.append(record)
        else:
            log.warning("a channel record at byte %d cannot be read: %s", end, record)
        end = file.tell()
    return records, end

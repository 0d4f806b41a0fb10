"""A node's record file and the ones it was renamed to: read to their end, then deleted.

Asterisk opens the file for each record, appends and closes it (cel_custom,
cdr_custom), so that renaming is all a rotation needs: the next record begins a
new file. A record that was just being written may still land in the renamed one,
which is why renamed files are looked at again until they are deleted.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Generic
from zoneinfo import ZoneInfo

from ivr.asterisk.records import MAX_LINE, BrokenRecord, Record, rescue

log = logging.getLogger(__name__)

ROTATE_BYTES = 16 * 2**20
"""A file of this size is renamed at once, a smaller one when its day is over."""
KEEP = timedelta(days=30)
"""So long a renamed file is kept, and longer while it has not been read to its end."""
QUIET = timedelta(minutes=1)
"""After so long nothing is appended to a renamed file any more."""

Parse = Callable[[bytes], Record | BrokenRecord]


@dataclass(frozen=True, slots=True)
class Batch(Generic[Record]):
    """Some records and the byte behind the last of them."""

    records: list[Record]
    end: int


@dataclass(frozen=True, slots=True)
class RecordFiles(Generic[Record]):
    """The record file at ``path`` and its former ones; none of them need exist.

    ``young`` tells that a record's event is still on its way to us.
    """

    path: Path
    parse: Parse[Record]
    young: Callable[[Record, datetime], bool]

    def all(self) -> list[Path]:
        """Give every file there is, the oldest first and the current one last."""
        former = [one for one in self.path.parent.glob(f"{self.path.name}?*") if one.is_file()]
        current = [self.path] if self.path.exists() else []
        return sorted(former, key=lambda one: (_modified(one), one.name)) + current

    def is_over(self, path: Path, now: datetime) -> bool:
        """Tell whether nothing is appended to a file any more."""
        return path != self.path and now - _modified(path) > QUIET

    def read(self, file: BinaryIO, most: int, now: datetime, *, over: bool) -> Batch[Record]:
        """Read at most ``most`` records; a line without its end waits unless the file is ``over``."""
        records: list[Record] = []
        end = file.tell()
        while len(records) < most and (line := file.readline(MAX_LINE)):
            if not line.endswith(b"\n") and len(line) < MAX_LINE and not over:
                break
            found = self._records(line, end)
            if any(self.young(record, now) for record in found):
                break
            records += found
            end = file.tell()
        return Batch(records, end)

    def rotate(self, now: datetime, zone: ZoneInfo) -> Path | None:
        """Rename the current file when it is large or of a former day; gives its new name."""
        if not self._is_due(now, zone):
            return None
        # Two processes that both rename must not meet in one name.
        target = self.path.with_name(f"{self.path.name}.{now.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{os.getpid()}")
        try:
            self.path.rename(target)
        except FileNotFoundError:
            return None  # another process was quicker
        return target

    def _is_due(self, now: datetime, zone: ZoneInfo) -> bool:
        try:
            if self.path.stat().st_size >= ROTATE_BYTES:
                return True
            with self.path.open("rb") as file:
                line = file.readline(MAX_LINE)
        except FileNotFoundError:
            return False
        began = _time_of(self.parse(line))
        return began is not None and began.astimezone(zone).date() < now.astimezone(zone).date()

    def _records(self, line: bytes, at: int) -> list[Record]:
        record = self.parse(line)
        if not isinstance(record, BrokenRecord):
            return [record]
        log.warning("%s: what stands at byte %d cannot be read: %s", self.path.name, at, record)
        return rescue(line, self.parse)


def head(file: BinaryIO, *, over: bool) -> str:
    """Know a file by its first line, whatever its name; empty while that is not written.

    The line tells a microsecond and a channel: no other file begins like it.
    """
    file.seek(0)
    line = file.readline(MAX_LINE)
    whole = line.endswith(b"\n") or len(line) == MAX_LINE or (over and line)
    return hashlib.sha256(line.rstrip(b"\n")).hexdigest()[:32] if whole else ""


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _time_of(record: Record | BrokenRecord) -> datetime | None:
    return None if isinstance(record, BrokenRecord) else record.at

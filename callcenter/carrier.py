"""Carries closed audio files from a node's spool into the store.

The order is: look, hash, store, write the row, commit, and only then remove
the file. Whatever dies in between, the next round finds the file where it was
and the store and the database take it a second time without doubling it.
"""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta

from callcenter.custody import Custody, Found, describe
from callcenter.db import Database
from callcenter.services.alarms import Alarms
from callcenter.services.calls import Policy
from callcenter.services.recordings import KeptAudio, Recordings, UnknownCallError
from recordings.audio import inspect
from recordings.spool import Spool, SpoolFile
from recordings.store import Store, StoreError

log = logging.getLogger(__name__)

STORE, DISK, FILE, ORPHAN, STRANGE = (
    "recording-store",
    "disk-full",
    "recording-unreadable",
    "recording-without-call",
    "spool-strange-file",
)

Trouble = tuple[str, str]
"""An alarm's kind and subject."""

ORPHAN_AFTER = timedelta(minutes=5)
"""A call is written before its first prompt, so a file without one is already odd then."""

BATCH = 200
"""Files a round, so that a wish to stop is heard."""

REPEAT_AFTER = timedelta(minutes=1)
"""An alarm that goes on is written again no more often."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: files kept, files left waiting, and the trouble that ended it."""

    kept: int = 0
    waiting: int = 0
    trouble: str | None = None


class Carrier:
    """The spool process's work, one round after the other."""

    def __init__(
        self, database: Database, policy: Policy, store: Store, spool: Spool, node: str, free_mb: int
    ) -> None:
        """Carry ``node``'s files; alarm when the spool's disk has less than ``free_mb`` MiB."""
        self._database = database
        self._custody = Custody(policy, store)
        self._spool = spool
        self._node = node
        self._free_bytes = free_mb * 2**20
        self._told: dict[Trouble, datetime] = {}

    def round(self, now: datetime) -> Round:
        """Carry what is ready, up to ``BATCH`` files; raises only what the database raises."""
        self._adopt(now)
        self._set_aside(now)
        files = list(self._spool.ready())
        known = self._known(files)
        troubles = self._troubles() if known else set()
        for file in files:
            if file.name.call not in known:
                self._wait_for_call(file, now)
        kept, trouble = 0, None
        try:
            for file in [file for file in files if file.name.call in known][:BATCH]:
                kept += self._carry(file, troubles, now)
        except StoreError as error:
            trouble = str(error)
            self._raise(STORE, self._node, f"recordings stay in the spool of {self._node}: {error}", now)
        return Round(kept, len(files) - kept, trouble)

    def check_disk(self, now: datetime) -> None:
        """Raise or clear the alarm on the spool's free space."""
        free = shutil.disk_usage(self._spool.closed).free
        if free < self._free_bytes:
            detail = f"{free // 2**20} MiB left for recordings on {self._node}; calls go on; free some space"
            self._raise(DISK, self._node, detail, now)
        else:
            self._clear(DISK, now)

    def _carry(self, file: SpoolFile, troubles: set[Trouble], now: datetime) -> bool:
        try:
            audio = inspect(file.path, file.extension)
            kept = describe(Found(file.name, audio, file.modified))
        except OSError as error:
            self._raise(FILE, file.path.name, f"the file stays in the spool of {self._node}: {error}", now)
            return False
        self._custody.put(kept, audio)
        return self._write(kept, file, troubles, now)

    def _write(self, kept: KeptAudio, file: SpoolFile, troubles: set[Trouble], now: datetime) -> bool:
        over = troubles & {(STORE, self._node), (FILE, file.path.name), (ORPHAN, file.name.call)}
        try:
            with self._database.transaction() as session:
                row = self._custody.write(session, kept, now)
                for kind, subject in over:
                    Alarms(session).clear(kind, subject, now)
        except UnknownCallError:
            return False
        self._spool.remove(file)
        for trouble in over:
            troubles.discard(trouble)
            self._told.pop(trouble, None)
        log.info("kept recording %s", row.provider_key)
        return True

    def _adopt(self, now: datetime) -> None:
        stale = list(self._spool.stale(now))
        known = self._known(stale)
        for file in stale:
            if not known.get(file.name.call, False):
                log.warning("adopted %s, which its writer left", file.path.name)
                self._spool.adopt(file)

    def _set_aside(self, now: datetime) -> None:
        for name in self._spool.set_aside():
            detail = f"{name!r} is no audio object's name; the file is kept in the folder 'strange'"
            self._raise(STRANGE, self._node, detail, now)

    def _known(self, files: list[SpoolFile]) -> dict[str, bool]:
        if not files:
            return {}
        with self._database.reading() as session:
            return Recordings(session).known(file.name.call for file in files)

    def _troubles(self) -> set[Trouble]:
        """Tell which alarms a file that is kept may end, those of a former process, too."""
        with self._database.reading() as session:
            return Alarms(session).open_of(STORE, FILE, ORPHAN)

    def _wait_for_call(self, file: SpoolFile, now: datetime) -> None:
        if now - file.modified >= ORPHAN_AFTER:
            detail = f"{file.path.name} stays in the spool: its call is not known; reconcile the call log"
            self._raise(ORPHAN, file.name.call, detail, now)

    def _raise(self, kind: str, subject: str, detail: str, now: datetime) -> None:
        told = self._told.get((kind, subject))
        if told is not None and now - told < REPEAT_AFTER:
            return
        log.error("%s: %s", kind, detail)
        with self._database.transaction() as session:
            Alarms(session).raise_(kind, subject, detail, now)
        self._told[kind, subject] = now

    def _clear(self, kind: str, now: datetime) -> None:
        with self._database.reading() as session:
            if not Alarms(session).is_open(kind, self._node):
                return
        with self._database.transaction() as session:
            Alarms(session).clear(kind, self._node, now)
        self._told.pop((kind, self._node), None)

"""Brings the files of calls that an exchange carried alone into the log.

A file goes only after the transaction that took it, and only when its call is
over: whatever dies in between, the next round takes it again.
"""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from callcenter.db import Database
from callcenter.services.alarms import Alarms
from callcenter.services.calls import Policy
from callcenter.services.degraded import Degraded
from ivr.asterisk.sidecar import MAX_BYTES, SUFFIX, Sidecar, SidecarError, parse

log = logging.getLogger(__name__)

UNFINISHED = timedelta(seconds=60)
"""A file without an end, of a call that is over, is given up when it has not grown for so long."""
LOOK_AGAIN = timedelta(seconds=20)
"""How soon a file that has not grown is taken again: its call may have ended without a line."""
GIVEN_UP = timedelta(minutes=2)
"""How long a file without a number waits for the records to tell whom its call was for."""
STRANGE = "spool-strange-file"
ALONE = "exchange-alone"
LOUD = timedelta(minutes=10)
"""The alarm that an exchange carries calls alone is cleared after so long without one."""


class Sidecars:
    """One node's files, one round after the other."""

    def __init__(self, database: Database, policy: Policy, node: str, spool: Path) -> None:
        """Read ``spool``/degraded."""
        self._database = database
        self._policy = policy
        self._node = node
        self._folder = spool / "degraded"
        self._strange = spool / "strange"
        self._seen: dict[str, tuple[tuple[int, int], datetime]] = {}
        self._alone_at: datetime | None = None

    def round(self, now: datetime) -> int:
        """Take what is new; gives how many calls came home. Raises what the database raises."""
        home = 0
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            home += self._look(path, now)
        self._calm(now)
        return home

    def _look(self, path: Path, now: datetime) -> bool:
        status = path.stat()
        age = now - datetime.fromtimestamp(status.st_mtime, UTC)
        if not self._is_due(path.name, (status.st_mtime_ns, status.st_size), now):
            return False
        if (
            status.st_size == 0 and age >= UNFINISHED
        ):  # a full disk took nothing: the records tell of the call
            path.unlink(missing_ok=True)
            return False
        try:
            with path.open("rb") as file:
                sidecar = parse(path.name.removesuffix(SUFFIX), file.read(MAX_BYTES + 1))
        except SidecarError as error:
            return self._set_aside(path, str(error), now) if age >= UNFINISHED else False
        return self._take(path, sidecar, age, now)

    def _is_due(self, name: str, state: tuple[int, int], now: datetime) -> bool:
        """Tell whether a file has grown, or was not looked at for a while."""
        known, looked_at = self._seen.get(name, (None, now))
        if known == state and now - looked_at < LOOK_AGAIN:
            return False
        self._seen[name] = state, now
        return True

    def _take(self, path: Path, sidecar: Sidecar, age: timedelta, now: datetime) -> bool:
        with self._database.transaction() as session:
            work = Degraded(session, self._policy, self._node)
            over = work.take(sidecar, now, anyhow=age >= GIVEN_UP)
            if over is not None:
                Alarms(session).raise_(ALONE, self._node, _alone(sidecar), now)
        if over is None:
            return False
        self._alone_at = now
        if not over or (sidecar.ended is None and age < UNFINISHED):
            return False
        path.unlink(missing_ok=True)
        self._seen.pop(path.name, None)
        log.warning("the exchange carried call %s alone (%s)", sidecar.call, sidecar.why)
        return True

    def _set_aside(self, path: Path, error: str, now: datetime) -> bool:
        """Keep what is no such file where a person can look at it."""
        self._strange.mkdir(parents=True, exist_ok=True)
        os.replace(path, self._strange / path.name)
        detail = f"{path.name!r} cannot be read ({error}); the file is kept in the folder 'strange'"
        log.error("%s: %s", STRANGE, detail)
        with self._database.transaction() as session:
            Alarms(session).raise_(STRANGE, self._node, detail, now)
        return False

    def _calm(self, now: datetime) -> None:
        if self._alone_at is None or now - self._alone_at < LOUD:
            return
        with self._database.transaction() as session:
            Alarms(session).clear(ALONE, self._node, now)
        self._alone_at = None


def _alone(sidecar: Sidecar) -> str:
    why = "the database did not answer" if sidecar.why == "stalled" else "the ivr process was away"
    return f"calls were carried without us ({why}); they are in the log, with their recordings"

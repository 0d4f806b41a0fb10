"""Faults of the database: gone, frozen, locked, or not to be written."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from tests.asterisk.hotline import children
from tests.faults.disk import NoMoreBytes
from tests.faults.processes import Fault, Frozen, Mended
from tests.fixtures.postgres import Cluster

DURABLE = ("max_connections=200", "jit=off", "fsync=off")
"""A killed server keeps what was committed; only the machine's own crash would cost it (``fsync``)."""


class Server(Protocol):
    """A database's own faults, and how it is found."""

    url: str | None

    def faults(self, processes: Callable[[], Sequence[int]]) -> dict[str, Fault]: ...


class Sqlite:
    """The file in the home; ``processes`` finds those of ours that write to it."""

    url = None

    def __init__(self, path: Path) -> None:
        self._path = path

    def faults(self, processes: Callable[[], Sequence[int]]) -> dict[str, Fault]:
        return {"lock database": _Lock(self._path), "make read-only database": NoMoreBytes(processes)}


class Postgresql:
    """A cluster of the run's own."""

    def __init__(self, cluster: Cluster, url: str) -> None:
        self._cluster = cluster
        self.url: str | None = url

    def faults(self, _: Callable[[], Sequence[int]]) -> dict[str, Fault]:
        cluster = self._cluster
        return {
            "kill postgresql": Mended(lambda: cluster.end(signal.SIGKILL), cluster.start),
            "restart postgresql": Mended(cluster.end, cluster.start),
            "freeze postgresql": Frozen(lambda: [cluster.pid, *children(cluster.pid)]),
            "make read-only database": Mended(self._read_only, self._writable),
        }

    def _read_only(self) -> None:
        self._say("ALTER SYSTEM SET default_transaction_read_only = on")

    def _writable(self) -> None:
        self._say("ALTER SYSTEM RESET default_transaction_read_only")

    def _say(self, statement: str) -> None:
        """Change the server's configuration; whoever is connected comes anew."""
        others = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        )
        self._cluster.administer(
            statement, "SELECT pg_reload_conf()", f"{others} AND pid <> pg_backend_pid()"
        )


class _Lock:
    """Somebody else who writes and does not come to an end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def inflict(self) -> None:
        self._connection = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        self._connection.execute("BEGIN IMMEDIATE")

    def heal(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

"""SQLite's one writer: transactions in turn, and one commit for those that queue."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

MOST_MEMBERS = 32
LONGEST_SECONDS = 0.05
"""How long a group lets others join; other processes wait for it as well."""
LOOK_AGAIN_SECONDS = 1.0
GATE_SECONDS = 10.0
LOOK_AT_GATE_SECONDS = 0.001


class _Gate:
    """Lets one process of this machine write at a time.

    SQLite has those who find it locked sleep longer and longer, up to 100 ms, and does not wake them.
    Whoever waits here looks again every millisecond. The kernel opens the gate of a killed process.
    """

    def __init__(self, database: str) -> None:
        self._file = os.open(f"{database}-writer", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __del__(self) -> None:
        os.close(self._file)

    def enter(self) -> None:
        """Wait, but not for ever: then SQLite's own lock decides, and says what is wrong."""
        end = time.monotonic() + GATE_SECONDS
        while not self._is_free() and time.monotonic() < end:
            time.sleep(LOOK_AT_GATE_SECONDS)

    def leave(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def _is_free(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class _Group:
    """Transactions that share a commit; each but the first runs in a savepoint of its own."""

    def __init__(self, connection: Connection, gate: _Gate | None) -> None:
        self.connection = connection
        self._gate = gate
        self.members = 0
        self.began = time.monotonic()
        self.done = threading.Event()
        self.error: Exception | None = None

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a member's session. What fails first fails alone, so it needs no savepoint."""
        mode: Literal["create_savepoint", "rollback_only"]
        mode = "create_savepoint" if self.members > 1 else "rollback_only"
        with Session(self.connection, join_transaction_mode=mode, expire_on_commit=False) as session:
            try:
                yield session
            except BaseException:
                session.rollback()
                raise

    def is_full(self) -> bool:
        return self.members >= MOST_MEMBERS or time.monotonic() - self.began > LONGEST_SECONDS

    def is_lost(self) -> bool:
        """Tell whether SQLite gave the whole transaction up, as it does on a full disk."""
        return not getattr(self.connection.connection, "in_transaction", True)

    def commit(self) -> None:
        try:
            self.connection.exec_driver_sql("COMMIT")  # pysqlite's own commit() is silent when all is lost
        except Exception as error:
            self.error = error
        finally:
            self.connection.close()
            if self._gate:
                self._gate.leave()
            self.done.set()


class Writer:
    """Lets the threads of a process write one after the other, in the order they come.

    Waiting for the disk is what a small transaction takes longest for. Those that queue up meanwhile
    become one transaction of SQLite's: the last one commits for all, and none of them returns before
    that. Who fails is rolled back alone; when the commit fails, all of them fail.
    """

    def __init__(self, engine: Engine) -> None:
        """Write through ``engine``."""
        self._engine = engine
        self._gate: _Gate | None = None
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._group: _Group | None = None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a transaction; leaving it without an error means that it is on the disk."""
        self._take_turn()
        try:
            group = self._join()
            try:
                with group.session() as session:
                    yield session
                    session.commit()
            finally:
                self._leave(group)
        finally:
            self._turn.release()
        self._wait(group)

    @property
    def queued(self) -> int:
        """Tell how many wait for their turn."""
        return self._waiting

    def _take_turn(self) -> None:
        self._count(1)
        try:
            self._turn.acquire()
        finally:
            self._count(-1)

    def _count(self, more: int) -> None:
        with self._counting:
            self._waiting += more

    def _join(self) -> _Group:
        if self._group is None:
            self._group = self._begin()
        self._group.members += 1
        return self._group

    def _begin(self) -> _Group:
        gate = self._open_gate()
        if gate:
            gate.enter()
        connection = None
        try:
            connection = self._engine.connect()
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except BaseException:
            if connection:
                connection.close()
            if gate:
                gate.leave()
            raise
        return _Group(connection, gate)

    def _open_gate(self) -> _Gate | None:
        """Open the file with the first transaction: the database's folder may be made after us."""
        if self._gate is None and self._engine.url.database:
            self._gate = _Gate(self._engine.url.database)
        return self._gate

    def _leave(self, group: _Group) -> None:
        """Commit for all, unless somebody waits who will."""
        if self._waiting and not group.is_full() and not group.is_lost():
            return
        self._group = None
        group.commit()

    def _wait(self, group: _Group) -> None:
        while not group.done.wait(LOOK_AGAIN_SECONDS):
            self._commit_left(group)
        if group.error is not None:
            raise OperationalError("COMMIT", None, group.error) from group.error

    def _commit_left(self, group: _Group) -> None:
        """Commit a group whose last member gave up waiting for its turn."""
        with self._turn:
            if self._group is group:
                self._group = None
                group.commit()

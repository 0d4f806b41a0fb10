"""SQLite's one writer: transactions in turn, and one commit for those that queue."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

MOST_MEMBERS = 32
LONGEST_SECONDS = 0.05
"""How long a group lets others join; other processes wait for it as well."""
LOOK_AGAIN_SECONDS = 1.0


class _Group:
    """Transactions that share a commit; each runs in a savepoint of its own."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.members = 0
        self.began = time.monotonic()
        self.done = threading.Event()
        self.error: Exception | None = None

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
                with Session(
                    group.connection, join_transaction_mode="create_savepoint", expire_on_commit=False
                ) as session:
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
            connection = self._engine.connect()
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            except BaseException:
                connection.close()
                raise
            self._group = _Group(connection)
        self._group.members += 1
        return self._group

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

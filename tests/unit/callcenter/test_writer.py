"""Transactions that share a commit: each whole, none told before it is on the disk."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from callcenter.db import make_engine
from callcenter.writer import Writer

INSERT = text("INSERT INTO fact VALUES (:number)")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "facts.db"


@pytest.fixture
def writer(path: Path) -> Iterator[Writer]:
    engine = make_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE fact (number INTEGER PRIMARY KEY)")
    yield Writer(engine)
    engine.dispose()


def kept(path: Path) -> set[int]:
    """Read as another process does: only what was committed."""
    connection = sqlite3.connect(path)
    try:
        return {number for (number,) in connection.execute("SELECT number FROM fact")}
    finally:
        connection.close()


def write(writer: Writer, number: int) -> None:
    with writer.transaction() as session:
        session.execute(INSERT, {"number": number})


def together(writer: Writer, *numbers: int) -> list[BaseException | None]:
    """Let all of them queue behind a first transaction, so that they share commits."""
    with ThreadPoolExecutor(len(numbers)) as pool:
        with writer.transaction():
            futures = [pool.submit(write, writer, number) for number in numbers]
            while writer.queued < len(numbers):
                threading.Event().wait(0.001)
        return [future.exception() for future in futures]


def test_everything_is_committed_when_it_returns(writer: Writer, path: Path) -> None:
    for number in range(3):
        write(writer, number)
        assert number in kept(path)


def test_many_at_once_are_all_kept(writer: Writer, path: Path) -> None:
    def one(number: int) -> bool:
        write(writer, number)
        return number in kept(path)

    with ThreadPoolExecutor(40) as pool:
        assert all(pool.map(one, range(400)))
    assert kept(path) == set(range(400))


def test_who_fails_is_rolled_back_alone(writer: Writer, path: Path) -> None:
    write(writer, 3)
    errors = together(writer, 1, 2, 3, 4, 5)
    assert [type(error) for error in errors] == [
        type(None),
        type(None),
        IntegrityError,
        type(None),
        type(None),
    ]
    assert kept(path) == {1, 2, 3, 4, 5}


def test_who_fails_first_leaves_nothing(writer: Writer, path: Path) -> None:
    def write_both() -> None:
        with writer.transaction() as session:
            session.execute(INSERT, {"number": 4})
            session.execute(INSERT, {"number": 3})

    write(writer, 3)
    with pytest.raises(IntegrityError):
        write_both()
    assert kept(path) == {3}
    write(writer, 5)
    assert kept(path) == {3, 5}


def test_processes_take_turns(writer: Writer, path: Path) -> None:
    others = [Writer(make_engine(f"sqlite:///{path}")) for _ in range(3)]

    def many(number: int) -> None:
        for again in range(25):
            write(others[number], 100 * number + again)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(many, range(3)))
    assert len(kept(path)) == 75


def test_a_killed_process_holds_nobody_up(writer: Writer, path: Path) -> None:
    hold = "import fcntl, sys; file = open(sys.argv[1], 'a'); fcntl.flock(file, fcntl.LOCK_EX); print('held', flush=True); input()"
    command = [sys.executable, "-c", hold, f"{path}-writer"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(write, writer, 1)
            with pytest.raises(TimeoutError):
                waiting.result(0.1)
            process.kill()
            waiting.result()
    assert kept(path) == {1}


def test_a_commit_that_fails_fails_all(writer: Writer, path: Path) -> None:
    def lose(number: int) -> None:
        with writer.transaction() as session:
            session.execute(INSERT, {"number": number})
            session.connection().exec_driver_sql("ROLLBACK")  # what SQLite does itself on a full disk

    with pytest.raises(OperationalError):
        lose(1)
    assert kept(path) == set()
    write(writer, 2)
    assert kept(path) == {2}


def test_a_group_that_is_lost_is_told_to_everybody_in_it(writer: Writer, path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        with writer.transaction() as session:
            future = pool.submit(write, writer, 1)
            while writer.queued < 1:
                threading.Event().wait(0.001)
            session.execute(INSERT, {"number": 7})
        assert future.exception() is None
    assert kept(path) == {1, 7}

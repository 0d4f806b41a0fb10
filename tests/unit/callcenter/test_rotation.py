"""Record files that are renamed, cut, torn, read by two, and left by a killed reader."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from callcenter import record_files
from callcenter.db import Database
from callcenter.models import Call, ExchangeRecord, LogOffset
from callcenter.reconciler import Reconciler
from callcenter.services.calls import Policy

START = 1795444643
LATER = datetime.fromtimestamp(START + 600, UTC)
WIB = ZoneInfo("Asia/Jakarta")
POLICY = Policy(WIB, b"secret", max_message_seconds=60, connect_seconds=40)
SPOOL = [sys.executable, "-c", "from callcenter.cli import main; main()", "spool"]
SECONDS = 60.0


def end(number: int, at: float = 7.5, event: str = "HANGUP") -> str:
    key, channel = f"node1-{START}.{number}", f"PJSIP/trunk-{number:08x}"
    extra = (
        f'{{""hangupcause"":16,""hangupsource"":""{channel}"",""dialstatus"":""""}}'
        if event == "HANGUP"
        else ""
    )
    when = f"{START + at + number / 10_000:.6f}"
    values = (event, when, key, key, channel, "conversation", "s", "081234567890", "70001", extra)
    return ",".join(f'"{value}"' for value in values) + "\n"


def detail(number: int) -> str:
    key, channel = f"node1-{START}.{number}", f"PJSIP/trunk-{number:08x}"
    times = (f"{START + number}.000000", f"{START + number + 1}.000000", f"{START + number + 7}.500000")
    values = (key, key, channel, "conversation", "081234567890", "s", *times, "ANSWERED", str(number))
    return ",".join(f'"{value}"' for value in values) + "\n"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    for name in ("cel-custom", "cdr-custom"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def cel(logs: Path) -> Path:
    return logs / "cel-custom" / "cel.csv"


@pytest.fixture
def rounds(database: Database, logs: Path) -> Callable[..., int]:
    reader = Reconciler(database, POLICY, "node1", logs)
    return lambda now=LATER: reader.round(now).created


def keys(database: Database) -> list[int]:
    with database.reading() as session:
        return sorted(int(key.rpartition(".")[2]) for key in session.scalars(select(Call.key)))


def age(path: Path, **how_much: float) -> None:
    at = (LATER - timedelta(**how_much)).timestamp()
    os.utime(path, (at, at))


def test_the_unread_rest_of_a_renamed_file_is_read(
    database: Database, cel: Path, rounds: Callable[..., int]
) -> None:
    cel.write_text(end(1))
    assert rounds() == 1
    with cel.open("a") as file:
        file.write(end(2))
    cel.rename(cel.with_name("cel.csv.1"))
    cel.write_text(end(3))
    assert rounds() == 2
    assert keys(database) == [1, 2, 3]


def test_several_renamed_files_are_read_while_nobody_looked(
    database: Database, cel: Path, rounds: Callable[..., int]
) -> None:
    cel.write_text(end(1))
    rounds()
    for number, name in ((2, "cel.csv.2"), (3, "cel.csv-20261123"), (4, "cel.csv")):
        cel.with_name(name).write_text(end(number))
    assert rounds() == 3
    assert keys(database) == [1, 2, 3, 4]


def test_a_file_renamed_twice_is_read_on_where_it_was(
    database: Database, cel: Path, rounds: Callable[..., int]
) -> None:
    cel.write_text(end(1))
    rounds()
    cel.rename(cel.with_name("cel.csv.1")).rename(cel.with_name("cel.csv.2"))
    assert rounds() == 0
    with database.reading() as session:
        assert [place.offset for place in session.scalars(select(LogOffset))] == [len(end(1))]


def test_a_record_that_lands_in_the_renamed_file_is_read(
    database: Database, cel: Path, rounds: Callable[..., int]
) -> None:
    cel.write_text(end(1))
    writer = cel.open("a")  # Asterisk had opened it when it was renamed
    cel.rename(cel.with_name("cel.csv.1"))
    assert rounds() == 1
    with writer:
        writer.write(end(2))
    assert rounds() == 1


def test_a_file_that_was_copied_and_cut_is_read_on_in_the_copy(
    database: Database, cel: Path, rounds: Callable[..., int]
) -> None:
    cel.write_text(end(1))
    rounds()
    with cel.open("a") as file:
        file.write(end(2))
    shutil.copy(cel, cel.with_name("cel.csv.1"))
    cel.write_text(end(3))  # the same inode, cut and begun anew, not shorter than what was read
    assert rounds() == 2
    assert keys(database) == [1, 2, 3]


def test_a_file_that_lost_its_end_is_read_again(
    database: Database, cel: Path, rounds: Callable[..., int]
) -> None:
    cel.write_text(end(1) + end(2) + end(3))
    assert rounds() == 3
    cel.write_text(end(1) + end(4))
    assert rounds() == 1
    assert keys(database) == [1, 2, 3, 4]


def test_a_new_file_with_the_inode_of_a_deleted_one_is_another(
    database: Database, cel: Path, rounds: Callable[..., int]
) -> None:
    cel.write_text(end(1) + end(2))
    rounds()
    inode = cel.stat().st_ino
    with cel.open("r+") as file:  # what a file system does that gives the number away again
        file.truncate(0)
        file.write(end(3) + end(4) + end(5))
    assert cel.stat().st_ino == inode
    assert rounds() == 3


@pytest.mark.parametrize("cut", [1, 20, 100, -2, -1])
def test_a_record_behind_a_torn_one_is_found(
    database: Database, cel: Path, rounds: Callable[..., int], cut: int
) -> None:
    cel.write_text(end(1) + end(2)[:cut] + end(3))
    assert rounds() == (3 if cut == -1 else 2)
    assert set(keys(database)) >= {1, 3}


def test_a_torn_hang_up_is_made_up_for_by_the_channels_end(
    database: Database, cel: Path, rounds: Callable[..., int]
) -> None:
    cel.write_text(end(1)[:60] + end(2, event="CHAN_START") + end(1, 7.6, "CHAN_END"))
    assert rounds() == 1
    assert keys(database) == [1]


def test_garbage_is_passed_over(database: Database, cel: Path, rounds: Callable[..., int]) -> None:
    noise = b"\x00" * 5000 + b"\n" + b'"' * 3000 + b"\n\n" + b"\xff" * 250_000
    cel.write_bytes(noise + end(1).encode() + noise + b"\n" + end(2).encode())
    assert rounds() == 2


def test_the_torn_end_of_a_renamed_file_waits_only_while_it_is_young(
    database: Database, cel: Path, rounds: Callable[..., int]
) -> None:
    former = cel.with_name("cel.csv.1")
    former.write_text(end(1) + end(2).rstrip("\n"))
    age(former, seconds=5)
    assert rounds() == 1
    age(former, minutes=2)
    assert rounds() == 1
    assert keys(database) == [1, 2]


def test_a_record_from_a_wrong_clock_does_not_hold_up_the_rest(
    database: Database, cel: Path, rounds: Callable[..., int]
) -> None:
    cel.write_text(end(1, at=10**7) + end(2))
    assert rounds() == 2


def test_every_record_is_kept_once(database: Database, logs: Path, rounds: Callable[..., int]) -> None:
    lines = end(1, 0.1, "CHAN_START") + end(1, 0.2, "ANSWER") + end(1) + end(1, 7.6, "CHAN_END")
    (logs / "cel-custom" / "cel.csv").write_text(lines * 2)
    (logs / "cdr-custom" / "cdr.csv").write_text(detail(1) * 2)
    rounds()
    with database.reading() as session:
        kept = sorted((one.source, one.event, one.cause) for one in session.scalars(select(ExchangeRecord)))
    assert kept == [
        ("cdr", "began", None),
        ("cdr", "ended", None),
        ("cel", "answered", None),
        ("cel", "began", None),
        ("cel", "ended", 16),
    ]


def test_a_large_file_is_renamed_and_goes_on_in_a_new_one(
    database: Database, cel: Path, rounds: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_files, "ROTATE_BYTES", len(end(1)) * 2)
    cel.write_text(end(1))
    rounds()
    assert cel.exists()
    with cel.open("a") as file:
        file.write(end(2))
    rounds()
    assert not cel.exists()
    cel.write_text(end(3))
    assert rounds() == 1
    assert len(list(cel.parent.iterdir())) == 2


def test_a_day_that_is_over_has_a_file_of_its_own(
    database: Database, cel: Path, rounds: Callable[..., int]
) -> None:
    cel.write_text(end(1))
    midnight = datetime.fromtimestamp(START, WIB).replace(hour=0, minute=0, second=0) + timedelta(days=1)
    rounds(midnight - timedelta(seconds=1))
    assert cel.exists()
    rounds(midnight + timedelta(seconds=1))
    assert not cel.exists()


def test_an_old_file_is_deleted_only_when_it_was_read_to_its_end(
    database: Database, cel: Path, rounds: Callable[..., int]
) -> None:
    read, unread = cel.with_name("cel.csv.1"), cel.with_name("cel.csv.2")
    read.write_text(end(1))
    unread.write_text(end(2, at=599))  # too young to be read, whatever the file's age
    for path in (read, unread):
        age(path, days=record_files.KEEP.days + 1)
    rounds()
    assert [path.name for path in cel.parent.iterdir()] == [unread.name]
    with database.reading() as session:
        assert len(session.scalars(select(LogOffset)).all()) == 1


def test_a_young_renamed_file_stays(database: Database, cel: Path, rounds: Callable[..., int]) -> None:
    former = cel.with_name("cel.csv.1")
    former.write_text(end(1))
    age(former, days=record_files.KEEP.days - 1)
    rounds()
    assert former.exists()


def test_two_readers_at_once_neither_lose_nor_double(database_url: str, cel: Path, logs: Path) -> None:
    cel.write_text("".join(end(number) for number in range(600)))
    databases = [Database(database_url) for _ in range(2)]
    readers = [Reconciler(one, POLICY, "node1", logs) for one in databases]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda reader: reader.round(LATER), readers))
    assert sum(one.created for one in found) == 600
    assert keys(databases[0]) == list(range(600))
    for one in databases:
        one.dispose()


@pytest.fixture
def served(environment: dict[str, str]) -> Iterator[Database]:
    database = Database(environment["CALLCENTER_DATABASE_URL"])
    yield database
    database.dispose()


def test_a_reader_that_is_killed_again_and_again_loses_and_doubles_nothing(
    served: Database, environment: dict[str, str]
) -> None:
    cel = Path(environment["CALLCENTER_HOME"]) / "asterisk/log/cel-custom/cel.csv"
    cel.parent.mkdir(parents=True)
    total = 1200
    cel.write_text("".join(end(number) for number in range(total)))
    for wanted in (1, total // 2):
        with _running(environment) as process:
            _wait(lambda at_least=wanted: _count(served) >= at_least)
            process.kill()
    with _running(environment) as process:
        _wait(lambda: _count(served) == total)
        process.send_signal(signal.SIGTERM)
    assert keys(served) == list(range(total))
    with served.reading() as session:
        assert session.scalar(select(func.count(ExchangeRecord.id))) == total


def _count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count(Call.id))) or 0


def _running(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(SPOOL, env={**os.environ, **environment})


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)

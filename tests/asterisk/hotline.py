"""A whole instance on free ports: real processes, a temporary home, an invented town."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from redis import Redis, RedisError

from callcenter import node, probes, settings
from callcenter.db import Database, is_sqlite
from callcenter.services.alarms import Alarms
from ivr.asterisk import exchange
from tests.asterisk import town
from tests.asterisk.stories import Story, latest_nodes, latest_story, stories
from tests.fixtures.children import free_port, program

MAIN = "from callcenter.cli import main; main()"
PARTS = ("asterisk", "ivr", "spool", "worker")
FAVOURED = [
    "nice",
    "-n",
    "-10",
]  # speech stutters where others keep both cores busy (needs root, else ignored)
QUICK = {
    "RING_SECONDS": "4",
    "CONNECT_SECONDS": "12",
    "MAX_MESSAGE_SECONDS": "8",
    "SPOOL_FREE_MB": "1",
    "RESERVE_MB": "0",
    "LINE_TEST_SECONDS": "0",
    "TURN_SECONDS": "20",  # a machine that starts six hotlines at once is slow, not stuck
}

DEFAULTS = {"DATABASE_URL": "", "STORE_URL": "", "NOTIFY_URL": ""}


class Hotline:
    """The processes of one machine, started and stopped by their own ids."""

    supervisor = ("-m", "callcenter", "up")

    def __init__(self, home: Path, **extra: str) -> None:
        self.home = home
        self.environment = {**_clean_environment(), **_ports(), "CALLCENTER_HOME": str(home)}
        self.environment |= {f"CALLCENTER_{name}": value for name, value in (QUICK | extra).items()}
        self.settings = settings.load(self.environment)
        self.database = Database(self.settings.database_url)
        self.officers: dict[str, list[int]] = {}
        self.binary = exchange.find_or_make(exchange.default_cache())
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def address(self) -> tuple[str, int]:
        return self.settings.sip_host, self.settings.sip_port

    def start(self, like: Hotline | None = None) -> None:
        """Start every process by itself; see ``prepare``."""
        self.prepare(like)
        self.start_redis()
        for part in PARTS:
            self.start_part(part)
        self.wait_until_up()

    def start_supervised(self) -> None:
        """Start as a user does; what dies comes back."""
        self.prepare()
        self._start("up", [sys.executable, *self.supervisor])
        until(lambda: any(line.startswith("ready") for line in self.log_lines("ready")), 90, "ready")

    def prepare(self, like: Hotline | None = None) -> None:
        """Make the database, the town and the prompts; schema and prompts are those of ``like``, if given."""
        self.home.mkdir(parents=True, exist_ok=True)
        if like:
            shutil.copyfile(like.schema, self.home / "callcenter.db")
            shutil.copytree(like.settings.prompts_dir, self.settings.prompts_dir, copy_function=os.link)
        else:
            self._bring_forward()
        with self.database.transaction() as session:
            self.officers = town.found(session)
        if not like:
            self.run("prompts", "build")

    @property
    def schema(self) -> Path:
        """Name a SQLite file with the whole schema and no rows; it is there once this hotline was prepared."""
        return self.home / "schema.db"

    def _bring_forward(self) -> None:
        self.run("db", "upgrade")  # a process of its own: Alembic bears no other hotline beside it
        if is_sqlite(self.database.engine):
            made, kept = map(sqlite3.connect, (self.home / "callcenter.db", self.schema))
            with closing(made), closing(kept):
                made.backup(kept)

    def pid_of(self, words: str) -> int | None:
        """Find a supervised process by the words of its command."""
        for child in children(self._processes["up"].pid):
            command = Path(f"/proc/{child}/cmdline")
            if command.exists() and words in command.read_text().replace("\0", " "):
                return child
        return None

    def stop(self) -> None:
        for name in reversed(list(self._processes)):
            self._stop(name)
        self.database.dispose()

    def start_redis(self) -> None:
        port = str(self.settings.redis_port)
        command = [
            program("redis-server"),
            "--bind",
            "127.0.0.1",
            "--port",
            port,
            "--save",
            "",
            "--dir",
            str(self.home),
        ]
        self._start("redis", command)
        until(self._redis_answers, 10, "redis")

    def start_part(self, part: str) -> None:
        words = [part, "serve"] if part in ("asterisk", "ivr") else [part]
        first = FAVOURED if part == "asterisk" else []
        self._start(part, [*first, sys.executable, "-c", MAIN, *words])

    def start_web(self) -> str:
        """Serve the pages as well; returns their address."""
        self.start_part("web")
        port = self.settings.web_port
        until(lambda: probes.answers("127.0.0.1", port, "/health"), 30, "the web process")
        return f"http://127.0.0.1:{port}"

    def kill(self, part: str) -> None:
        """Kill -9, as a crash would."""
        process = self._processes.pop(part)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def pid(self, part: str) -> int:
        """Tell the process id of a part that was started by itself."""
        return self._processes[part].pid

    def wait_until_gone(self, part: str) -> None:
        """Wait for a part that somebody else ends."""
        self._processes.pop(part).wait(20)

    def kill_child(self, part: str) -> None:
        """Kill -9 what a process keeps as its child, and see it end as well."""
        process = self._processes.pop(part)
        for child in children(process.pid):
            os.kill(child, signal.SIGKILL)
        process.wait(20)

    def run(self, *words: str) -> str:
        command = [sys.executable, "-c", MAIN, *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def cli(self, command: str) -> str:
        """Ask the running exchange."""
        conf = self.settings.asterisk_dir / "etc/asterisk.conf"
        done = subprocess.run(
            self.binary.remote(conf, command), capture_output=True, text=True, errors="replace"
        )
        return done.stdout

    def story(self, caller: str, *, over: bool = True, timeout: float = 30) -> Story:
        """Wait for the newest call of ``caller`` (and its end) and give all that is known of it."""
        found: list[Story] = []

        def there() -> bool:
            with self.database.reading() as session:
                story = latest_story(session, caller)
            found[:] = [story] if story and (story.disposition or not over) else []
            return bool(found)

        until(there, timeout, f"a call of {caller}")
        return found[0]

    def nodes(self, caller: str) -> list[str]:
        """Tell which nodes the newest call of ``caller`` entered until now."""
        with self.database.reading() as session:
            return latest_nodes(session, caller)

    def stories(self, dialled: str | None = None) -> list[Story]:
        with self.database.reading() as session:
            return stories(session, dialled)

    def wait_for_end_of_all(self, timeout: float = 20) -> list[Story]:
        """Wait until no call is open, and give every call."""
        found: list[Story] = []

        def over() -> bool:
            found[:] = self.stories()
            return all(story.disposition for story in found)

        until(over, timeout, "every call disposed of")
        return found

    def alarms(self) -> set[str]:
        """Tell which kinds of alarm are open."""
        with self.database.reading() as session:
            return {alarm.kind for alarm in Alarms(session).open()}

    def recording(self, store_key: str) -> Path:
        return self.home / "store" / store_key

    def wait_for_empty_spool(self, timeout: float = 30) -> None:
        """Wait until everything that the exchange wrote has come home."""
        spool = self.settings.spool_dir
        until(lambda: not any(path.is_file() for path in spool.rglob("*")), timeout, "an empty spool")

    def wait_registered(self, endpoints: Iterable[str], timeout: float = 20) -> None:
        """Wait until the queues know that the officers who are on duty can be rung."""
        wanted = {f"officer-{one}" for one in town.on_duty(self.officers)} & set(endpoints)

        def reachable() -> bool:
            lines = self.cli("queue show").splitlines()
            ready = {line.split()[0] for line in lines if "(Not in use)" in line}
            return ready >= {f"PJSIP/{one}" for one in wanted}

        until(reachable, timeout, "officers in their queues")

    def ticket(self, code: str) -> tuple[str, str]:
        """Open a ticket without a call; give its number and PIN."""
        key = node.secret(self.settings.secrets_dir, "tickets").encode()
        with self.database.transaction() as session:
            return town.ticket(session, code, key)

    def log_lines(self, *words: str) -> list[str]:
        """Return the lines of every log that contain one of ``words``."""
        ours = [path for folder in ("logs", "log") for path in (self.home / folder).glob("*.log")]
        files = [*ours, self.settings.asterisk_dir / "log/messages.log"]
        lines = [
            line for path in files if path.exists() for line in path.read_text(errors="replace").splitlines()
        ]
        return [line for line in lines if any(word in line for word in words)]

    def _start(self, name: str, command: list[str]) -> None:
        logs = self.home / "logs"
        logs.mkdir(exist_ok=True)
        with (logs / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def _stop(self, name: str) -> None:
        process = self._processes.pop(name)
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def wait_until_up(self) -> None:
        until(lambda: "fully booted" in self.cli("core waitfullybooted"), 30, "the exchange")
        until(self._agi_listens, 30, "the ivr process")
        members = [f"officer-{one}" for one in town.on_duty(self.officers)]
        until(lambda: all(member in self.cli("queue show") for member in members), 30, "queue members")

    def _agi_listens(self) -> bool:
        try:
            socket.create_connection((self.settings.agi_host, self.settings.agi_port), 1).close()
        except OSError:
            return False
        return True

    def _redis_answers(self) -> bool:
        try:
            with Redis.from_url(self.settings.redis_url) as client:
                return bool(client.ping())
        except RedisError:
            return False


def _clean_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CALLCENTER_")}
    cache = os.environ.get("CALLCENTER_EXCHANGE")
    return kept | ({"CALLCENTER_EXCHANGE": cache} if cache else {})


def _ports() -> dict[str, str]:
    ports = {name: free_port() for name in ("WEB", "REDIS", "AGI", "AMI")}
    ports["SIP"] = free_port(socket.SOCK_DGRAM)
    named = {f"CALLCENTER_{name}_PORT": str(port) for name, port in ports.items()}
    start = random.randrange(11_000, 30_000, 2)
    return named | {"CALLCENTER_RTP_START": str(start), "CALLCENTER_RTP_END": str(start + 1999)}


def until(condition: Callable[[], bool], timeout: float, what: str | Callable[[], str]) -> None:
    """Wait for a condition; raises ``TimeoutError`` that tells ``what`` was waited for."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {timeout} s: {what if isinstance(what, str) else what()}")
        time.sleep(0.1)


def children(pid: int) -> list[int]:
    """Give the processes that a process (its first thread) started and that are there."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

"""The machine that is to survive: everything of ``callcenter up``, with lines that can be cut."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bench import prompts as short
from callcenter import node
from callcenter.services.ladder import Ladders
from ivr.asterisk.ami import Connection
from ivr.asterisk.queues import Change, changes, read_status
from ivr.asterisk.service import MANAGER
from tests.asterisk import town
from tests.asterisk.hotline import Hotline, children, until
from tests.faults.databases import Server
from tests.faults.disk import FullDisk, NoMoreBytes
from tests.faults.line import Line
from tests.faults.processes import Blow, Fault, Frozen, Mended
from tests.faults.schedule import PROCESSES
from tests.faults.spoken import Listener
from tests.fixtures.children import free_port

WORDS = {"redis": "redis-server", "asterisk": "asterisk serve", "ivr": "ivr serve"}
BACK_SECONDS = 60.0
OURS = ("ivr", "web", "worker", "spool")


class House(Hotline):
    """The processes of one machine, and every fault it is to survive."""

    supervisor = ("-m", "tests.faults.up")

    def __init__(self, home: Path, database_url: str | None, notify_url: str) -> None:
        extra = {"DATABASE_URL": database_url} if database_url else {}
        super().__init__(home, NOTIFY_URL=notify_url, TURN_SECONDS="3", RESERVE_MB="32", **extra)
        self.listener = Listener()
        agi, ami = free_port(), free_port()
        self.environment |= {"FAULTS_AGI_PORT": str(agi), "FAULTS_AMI_PORT": str(ami)}
        self.calls_line = Line(agi, self.settings.agi_port, self.listener.ears)
        self.manager_line = Line(ami, self.settings.ami_port)

    def start_supervised(self) -> None:
        for line in (self.calls_line, self.manager_line):
            line.start()
        short.write(self.home / "prompts-human", [code for code, *_ in town.AGENCIES])
        super().start_supervised()
        self.wait_until_back()

    def stop(self) -> None:
        super().stop()
        for line in (self.calls_line, self.manager_line):
            line.stop()

    def faults(self, server: Server, disk: Path | None) -> dict[str, Fault]:
        """Make every fault by its kind's name; ``disk`` is a small one of the run's own."""
        calls, manager = self.calls_line, self.manager_line
        return {
            **self._of_processes(),
            **server.faults(lambda: self._all(OURS)),
            "fill disk": FullDisk(disk) if disk else NoMoreBytes(lambda: self._all(PROCESSES)),
            "cut manager connection": Mended(manager.cut, manager.mend),
            "stall manager connection": Mended(manager.stall, manager.flow),
            "cut calls' connections": Mended(calls.cut, calls.mend),
            "stall calls' connections": Mended(calls.stall, calls.flow),
        }

    def _of_processes(self) -> dict[str, Fault]:
        found: dict[str, Fault] = {}
        for name in PROCESSES:
            found[f"kill {name}"] = Blow(lambda name=name: self._all([name]), signal.SIGKILL)
            found[f"restart {name}"] = Blow(lambda name=name: [self._first(name)], signal.SIGTERM)
            found[f"freeze {name}"] = Frozen(lambda name=name: self._all([name]))
        return found

    def _first(self, name: str) -> int:
        pid = self.pid_of(WORDS.get(name, f"callcenter {name}"))
        if pid is None:
            raise LookupError(f"{name} does not run")
        return pid

    def _all(self, names: Sequence[str]) -> list[int]:
        """Give all processes of some programs; of the exchange only itself, not who looks after it."""
        found: list[int] = []
        for name in names:
            first = self._first(name)
            below = children(first)
            if name == "asterisk" and not below:
                raise LookupError("asterisk does not run")
            found += below if name == "asterisk" else [first, *below]
        return found

    def wait_until_back(self) -> None:
        """Wait until every process is there and the queues have their members again."""
        until(self._is_there, BACK_SECONDS, "every process")
        self.wait_until_up()

    def _is_there(self) -> bool:
        try:
            return bool(self._all(PROCESSES))
        except (LookupError, OSError):
            return False

    def references(self) -> int:
        """Tell how many ticket numbers the exchange has made alone."""
        answer = self.cli("database get callcenter reference")
        return int(answer.split(":")[1]) if answer.startswith("Value:") else 0

    def wrong_members(self) -> list[Change]:
        """Tell what would have to be done for the queues to have the members the roster wants."""
        with self.database.reading() as session:
            wanted = Ladders(session, ZoneInfo(self.settings.time_zone)).members(datetime.now(UTC))
        secret = node.secret(self.settings.secrets_dir, "manager")
        address = self.settings.ami_host, self.settings.ami_port
        with Connection(*address, MANAGER, secret, lambda _: None) as connection:
            return changes(wanted, read_status(connection.collect("QueueStatus")))

"""The driver's process: calls by FastAGI, everything else by the manager."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ivr.asterisk.agi import Server
from ivr.asterisk.ami import Connection, Supervisor
from ivr.asterisk.audio import Audio
from ivr.asterisk.conversation import Conversations
from ivr.asterisk.patience import Patience
from ivr.asterisk.sounds import Sounds
from ivr.asterisk.watch import Watch
from ivr.ports import Switchboard

log = logging.getLogger(__name__)

MANAGER = "callcenter"


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody listens."""

    host: str
    port: int


class Driver:
    """Serves one Asterisk until told to stop.

    Calls that are up when it stops go back to the dialplan, which asks the
    next process what to do.
    """

    def __init__(
        self,
        switchboard: Switchboard,
        *,
        prompts: Path,
        spool: Path,
        agi: Address,
        ami: Address,
        turn_seconds: float,
        floor: int,
    ) -> None:
        """Bring ``switchboard`` and the exchange at these addresses together.

        A turn that takes longer than ``turn_seconds`` is the exchange's own affair.
        With less than ``floor`` bytes of the spool's disk free nothing is recorded.
        """
        self._patience = Patience(turn_seconds)
        self._conversations = Conversations(switchboard, Sounds(prompts), Audio(spool, floor), self._patience)
        self._watch = Watch(switchboard)
        self._agi = agi
        self._ami = ami

    def run(self, secret: Callable[[], str], stop: threading.Event) -> None:
        """Serve until ``stop`` is set; ``secret`` is the manager's, asked at each login."""
        supervisor = Supervisor(lambda: self._connect(secret()), self._watch.on_connected, stop)
        with Server(self._agi.host, self._agi.port, self._conversations.serve) as server:
            for work in (self._watch.run, self._patience.run):
                threading.Thread(target=work, args=(stop,), daemon=True).start()
            for serve in (server.serve_forever, supervisor.run):
                threading.Thread(target=serve, daemon=True).start()
            log.info("serving calls at %s:%s", *server.server_address[:2])
            stop.wait()
            server.shutdown()

    def _connect(self, secret: str) -> Connection:
        return Connection(self._ami.host, self._ami.port, MANAGER, secret, self._watch.on_event)

"""The FastAGI server of the turn benchmark: ``python -m bench.turn_server real|floor``.

``real`` is the driver's server over the instance of the environment; ``floor`` the same
server with a switchboard that knows its turns by heart. Prints its port, ends with its input.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from callcenter import bootstrap, settings
from callcenter.services import deadlines
from callcenter.switchboard import utc_now
from ivr.asterisk.agi import Server
from ivr.asterisk.audio import Audio
from ivr.asterisk.conversation import Conversations
from ivr.asterisk.patience import Patience
from ivr.asterisk.sounds import Sounds
from ivr.events import Event, HungUp, LegEvent, Offered
from ivr.ports import Member, MemberState, Receipt, Switchboard
from ivr.turns import Clip, Gather, Hangup, Turn

TURNS = 5
LAST = Turn(TURNS + 1, (Hangup(16),))


class Constant:
    """A switchboard that does nothing: a few menus, then the end."""

    def receive(self, call: str, event: Event) -> Receipt | None:
        if isinstance(event, HungUp):
            return None
        number = 1 if isinstance(event, Offered) else int(event.key.rpartition(":")[2]) + 1
        menu = Gather("id", (Clip("main_menu"),), 1, 5.0)
        return Receipt(Turn(number, (menu,)) if number <= TURNS else LAST, resumed=False)

    def receive_leg(self, call: str, event: LegEvent) -> None: ...

    def still_up(self, calls: Collection[str], at: datetime) -> None: ...

    def members(self) -> Mapping[str, Sequence[Member]]:
        return {}

    def handoff(self, within: int) -> None: ...

    def members_seen(self, states: Mapping[str, MemberState]) -> None: ...

    def next_test(self) -> None: ...


def main(kind: str) -> None:
    here = replace(settings.load(), node="bench")  # no exchange knows these calls: none may look for them
    deadlines.prepare(utc_now().date())
    switchboard: Switchboard = bootstrap.switchboard(here) if kind == "real" else Constant()
    conversations = Conversations(switchboard, Sounds(here.prompts_dir), Audio(here.spool_dir), Patience(60))
    with Server("127.0.0.1", 0, conversations.serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main(sys.argv[1])

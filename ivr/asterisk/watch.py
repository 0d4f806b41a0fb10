"""Watch an Asterisk beside the callers' own turns: legs, members, what is still up."""

from __future__ import annotations

import heapq
import itertools
import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue

from ivr.asterisk.ami import AmiError, Connection, Message
from ivr.asterisk.events import Fact, Reader
from ivr.asterisk.names import CALL_KEY
from ivr.asterisk.placing import place
from ivr.asterisk.queues import changes, read_states, read_status
from ivr.events import HungUp
from ivr.ports import MemberState, Switchboard

log = logging.getLogger(__name__)

RECONCILE_SECONDS = 5
JUST_AFTER = 0.05
"""Seconds behind a handoff at which the queues follow: no clock says that it has not come yet."""
SEEN_SECONDS = 20.0
"""Members are told again after this long although nothing changed: silence means that we are away."""
GONE_SECONDS = 3.0
"""The call's own connection knows of the hang-up as well and tells it in order; it goes first."""
BOOT_SECONDS = 2.0
"""After a login the exchange tells since when it runs; without a word we compare all the same."""
SWEEP_SECONDS = 15.0
"""How often calls that are open here are looked for among the exchange's channels."""
RETRY_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)


@dataclass(order=True, slots=True)
class _Later:
    due: float
    number: int
    fact: Fact = field(compare=False)
    tries: int = field(compare=False)


class Watch:
    """Brings what the manager tells to the switchboard, and members to the queues."""

    def __init__(
        self,
        switchboard: Switchboard,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Tell ``switchboard``; ``clock`` counts seconds, ``now`` tells the time."""
        self._switchboard = switchboard
        self._clock = clock
        self._now = now
        self._reader = Reader()
        self._inbox: SimpleQueue[Message | Connection | None] = SimpleQueue()
        self._later: list[_Later] = []
        self._numbers = itertools.count()
        self._connection: Connection | None = None
        self._reconcile_at = 0.0
        self._resync_at = math.inf
        self._booted_at: datetime | None = None
        self._were_up: frozenset[str] = frozenset()
        self._seen: dict[str, MemberState] = {}
        self._seen_at = float("-inf")

    def on_event(self, message: Message) -> None:
        """Take an event (from the reader's thread)."""
        self._inbox.put(message)

    def on_connected(self, connection: Connection) -> None:
        """Take a new connection: everything is compared afresh."""
        self._inbox.put(connection)

    def wake(self) -> None:
        """Ask for the queues' members to be compared at once."""
        self._inbox.put(None)

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; nothing that fails ends it."""
        while not stop.is_set():
            try:
                self.step()
            except Exception:
                log.exception("watching the exchange failed; it goes on")
                stop.wait(1.0)

    def step(self) -> None:
        """Wait for one thing to do, at most until the next one is due, and do it."""
        try:
            self._take(self._inbox.get(timeout=self._patience()))
        except Empty:
            log.debug("nothing new")
        if self._connection is not None and self._clock() >= self._resync_at:
            self._resync_at = self._clock() + SWEEP_SECONDS
            if self._connection.alive:
                self._resync(self._connection)
        while self._later and self._later[0].due <= self._clock():
            self._tell(heapq.heappop(self._later))
        if self._clock() >= self._reconcile_at:
            self._reconcile_at = self._clock() + RECONCILE_SECONDS
            self._reconcile()

    def _patience(self) -> float:
        due = min([self._reconcile_at, self._resync_at, *(item.due for item in self._later[:1])])
        return max(0.001, min(due - self._clock(), 1.0))

    def _take(self, item: Message | Connection | None) -> None:
        if isinstance(item, Message):
            if item.name.lower() == "fullybooted":
                self._booted(item)
                return
            fact = self._reader.read(item, self._now())
            if fact is not None:
                self._plan(fact, GONE_SECONDS if isinstance(fact.event, HungUp) else 0.0)
            return
        if item is not None:
            self._reader.forget()
            self._connection = item
            self._were_up = frozenset()
            self._resync_at = self._clock() + BOOT_SECONDS
        self._reconcile_at = 0.0

    def _booted(self, message: Message) -> None:
        """Learn when the exchange began: its word comes with each login."""
        uptime = message.get("uptime")
        seconds = int(uptime) if uptime.isdecimal() else 0
        self._booted_at = self._now() - timedelta(seconds=seconds)
        self._resync_at = self._clock()

    def _plan(self, fact: Fact, seconds: float, tries: int = 0) -> None:
        heapq.heappush(self._later, _Later(self._clock() + seconds, next(self._numbers), fact, tries))

    def _tell(self, item: _Later) -> None:
        call, event = item.fact.call, item.fact.event
        try:
            if isinstance(event, HungUp):
                self._switchboard.receive(call, event)
            else:
                self._switchboard.receive_leg(call, event)
        except Exception as error:
            if item.tries >= len(RETRY_SECONDS):
                log.exception("lost for good, the call's records remain: %s %s", call, event)
                return
            log.warning("told again in %s s: %s %s: %s", RETRY_SECONDS[item.tries], call, event, error)
            self._plan(item.fact, RETRY_SECONDS[item.tries], item.tries + 1)

    def _resync(self, connection: Connection) -> None:
        """Tell which calls are up; what ended while nobody listened ends now.

        A call that was up the last time may be telling its own end just now: it
        has until the next time.
        """
        at = self._now()
        try:
            channels = connection.collect("CoreShowChannels")
        except AmiError as error:
            log.warning("which calls are up is not known: %s", error)
            return
        up = {key for key in map(_call, channels) if CALL_KEY.match(key)}
        self._switchboard.still_up(up | self._were_up, at, self._booted_at)
        self._were_up = frozenset(up)

    def _reconcile(self) -> None:
        connection = self._connection
        if connection is None or not connection.alive:
            return
        desired = self._switchboard.members()
        try:
            status = connection.collect("QueueStatus")
        except AmiError as error:
            log.warning("the queues' members stay as they are: %s", error)
            return
        for change in changes(desired, read_status(status)):
            self._change(connection, change.action, dict(change.fields))
        self._see(read_states(status))
        self._test(connection)
        self._look_ahead()

    def _look_ahead(self) -> None:
        """Compare again in the second in which duty is handed over."""
        handoff = self._switchboard.handoff(RECONCILE_SECONDS + 1)
        if handoff is not None:
            self._reconcile_at = min(self._reconcile_at, self._clock() + handoff + JUST_AFTER)

    def _see(self, states: dict[str, MemberState]) -> None:
        """Tell who can be rung: when that changed, and now and then."""
        if states != self._seen or self._clock() >= self._seen_at + SEEN_SECONDS:
            self._switchboard.members_seen(states)
            self._seen, self._seen_at = states, self._clock()

    def _test(self, connection: Connection) -> None:
        """Place the test call that is due; one that cannot be placed will be missed in the log."""
        test = self._switchboard.next_test()
        if test is None:
            return
        try:
            place(connection, test)
        except (AmiError, ValueError) as error:
            log.warning("the test call %s to %s was not placed: %s", test.key, test.number, error)

    def _change(self, connection: Connection, action: str, fields: dict[str, str]) -> None:
        try:
            connection.act(action, **fields)
            log.debug("%s %s", action, fields)
        except (AmiError, ValueError) as error:
            log.warning("%s %s: %s", action, fields, error)


def _call(channel: Message) -> str:
    return channel.get("linkedid")

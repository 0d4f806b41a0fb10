"""The backend as the drivers see it: each call of it is one transaction."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from callcenter.db import Database
from callcenter.models import Call
from callcenter.services.calls import Calls, Policy
from callcenter.services.ladder import Ladders
from callcenter.services.legs import Legs
from callcenter.services.line_checks import LineChecks
from callcenter.services.reach import Sightings
from ivr.events import Event, HungUp, LegEvent
from ivr.ports import LineTest, Member, MemberState, Receipt

MARGIN = timedelta(seconds=10)
"""A call offered this shortly before a list of channels may not be on it."""

UNSEEN = HungUp("hungup", 0, "unknown")
EXCHANGE_DIED = HungUp("hungup", 41, "exchange")
"""Q.850: temporary failure."""
REMEMBERED = 1000
"""Ended calls whose further reports need not be looked up."""


def utc_now() -> datetime:
    """Give the current time, aware, in UTC."""
    return datetime.now(UTC)


class DatabaseSwitchboard:
    """Implements ``ivr.ports.Switchboard`` over the database."""

    def __init__(
        self,
        database: Database,
        policy: Policy,
        *,
        node: str,
        provider: str = "asterisk",
        test_every: timedelta = timedelta(0),
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._policy = policy
        self._node = node
        self._provider = provider
        self._test_every = test_every
        self._clock = clock
        self._told: OrderedDict[str, None] = OrderedDict()

    def receive(self, call: str, event: Event) -> Receipt | None:
        """Take an event of a call; ``None`` when nothing is left to be done."""
        if isinstance(event, HungUp) and call in self._told:
            return None
        with self._database.transaction() as session:
            receipt = Calls(session, self._policy).receive(
                self._provider, self._node, call, event, self._clock()
            )
        self._remember(call, event)
        return receipt

    def _remember(self, call: str, event: Event) -> None:
        """Know that a call's end is written, cause and all: it is told twice, and the second time in vain."""
        if not isinstance(event, HungUp):
            self._told.pop(call, None)
        elif event.cause and event.side != "unknown":
            self._told[call] = None
            if len(self._told) > REMEMBERED:
                self._told.popitem(last=False)

    def receive_leg(self, call: str, event: LegEvent) -> None:
        """Take a fact about an officer's leg; unknown calls are ignored."""
        with self._database.transaction() as session:
            Legs(session, self._policy.secret, self._policy.zone).receive(self._provider, call, event)

    def still_up(self, calls: Collection[str], at: datetime, booted_at: datetime | None = None) -> None:
        """Close this node's calls that are open here but not among ``calls``.

        Those offered before ``booted_at`` ended with the exchange itself.
        """
        for key, offered_at in self._open_before(at - MARGIN):
            if key not in calls:
                died = booted_at is not None and offered_at < booted_at
                self.receive(key, EXCHANGE_DIED if died else UNSEEN)

    def _open_before(self, latest: datetime) -> list[tuple[str, datetime]]:
        query = (
            select(Call.key, Call.offered_at)
            .where(Call.provider == self._provider, Call.node == self._node)
            .where(Call.ended_at.is_(None), Call.offered_at < latest)
            .order_by(Call.key)
        )
        with self._database.reading() as session:
            return [(key, offered_at) for key, offered_at in session.execute(query)]

    def members(self) -> Mapping[str, Sequence[Member]]:
        """Tell who belongs into each queue now."""
        with self._database.reading() as session:
            return Ladders(session, self._policy.zone).members(self._clock())

    def handoff(self, within: int) -> float | None:
        """Tell in how many seconds the members change next, ``None`` when not ``within`` seconds."""
        now = self._clock()
        with self._database.reading() as session:
            ladders = Ladders(session, self._policy.zone)
            here = ladders.members(now)

            def changed(second: int) -> bool:
                return ladders.members(now.replace(microsecond=0) + timedelta(seconds=second)) != here

            if not changed(within):
                return None
            seconds = bisect_left(range(within), True, lo=1, key=changed)
        return seconds - now.microsecond / 1e6

    def members_seen(self, states: Mapping[str, MemberState]) -> None:
        """Take how this node's exchange sees all members, by interface."""
        with self._database.transaction() as session:
            Sightings(session).take(self._node, states, self._clock())

    def next_test(self) -> LineTest | None:
        """Begin the test call that is due on this node now, if one is."""
        if not self._test_every:
            return None
        with self._database.transaction() as session:
            return LineChecks(session, self._policy.zone, self._node).next(self._test_every, self._clock())

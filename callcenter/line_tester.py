"""Calls lines of this node now and waits for what comes of it, for ``callcenter lines test``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.services.line_checks import LineChecks
from ivr.asterisk.ami import Connection
from ivr.asterisk.placing import place
from ivr.ports import LineTest

AT_ONCE = 5
LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Result:
    """How a line's test call went; see ``services.line_checks.Verdict``."""

    number: str
    agency: str
    passed: bool
    reason: str | None
    detail: str | None


class UnknownLineError(LookupError):
    """There is no active line with one of the numbers; nothing was called."""


class LineTester:
    """Places test calls; ``connect`` gives a manager connection of its own."""

    def __init__(
        self,
        database: Database,
        zone: ZoneInfo,
        node: str,
        connect: Callable[[], Connection],
        clock: Callable[[], datetime],
    ) -> None:
        """Keep the results in ``database``, as those of the scheduled calls."""
        self._database = database
        self._zone = zone
        self._node = node
        self._connect = connect
        self._clock = clock

    def test(self, numbers: Sequence[str]) -> Iterator[Result]:
        """Call some lines, or all for none given, a few at once; each takes a minute at most.

        Raises ``UnknownLineError``, and ``AmiError`` when the exchange is away.
        """
        with self._database.reading() as session:
            found = [line.number for line in self._checks(session).lines(numbers, self._clock())]
        if lost := sorted(set(numbers) - set(found)):
            raise UnknownLineError(", ".join(lost))
        with self._connect() as connection:
            waiting = iter(found)
            while some := list(islice(waiting, AT_ONCE)):
                yield from self._call(connection, some)

    def _call(self, connection: Connection, numbers: Sequence[str]) -> Iterator[Result]:
        with self._database.transaction() as session:
            checks, now = self._checks(session), self._clock()
            tests = [checks.begin(line, now) for line in checks.lines(numbers, now)]
        for test in tests:
            place(connection, test)
        while self._running(tests):
            time.sleep(LOOK_SECONDS)
        for test in tests:
            yield self._result(test)

    def _running(self, tests: Sequence[LineTest]) -> bool:
        with self._database.transaction() as session:
            checks = self._checks(session)
            checks.conclude(self._clock())
            return any(checks.of_call(test.key).passed is None for test in tests)

    def _result(self, test: LineTest) -> Result:
        with self._database.reading() as session:
            check = self._checks(session).of_call(test.key)
            return Result(test.number, check.line.agency.name, bool(check.passed), check.reason, check.detail)

    def _checks(self, session: Session) -> LineChecks:
        return LineChecks(session, self._zone, self._node)

"""The lines as a page shows them: who cannot be reached now, and how the last test calls went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from callcenter.models import Agency, Line, LineCheck
from callcenter.services.access import Viewer
from callcenter.services.line_checks import PROVIDER, active_lines, latest
from callcenter.services.reach import Reach, Trouble
from callcenter.services.residency import Residency


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A line, and the last test call that each node made to it (the worst first).

    A line that is not ``served`` is on a provider abroad and not switched on.
    """

    line: Line
    checks: Sequence[LineCheck]
    served: bool = True

    @property
    def tested(self) -> bool:
        """Tell whether the line is called as a test at all: only those on our own exchanges are."""
        return self.line.provider == PROVIDER

    @property
    def failing(self) -> bool:
        """Tell whether the last call of some node failed."""
        return self.tested and any(not check.passed for check in self.checks)


@dataclass(frozen=True, slots=True)
class LinesView:
    """What there is to see of a viewer's lines now."""

    troubles: Sequence[Trouble]
    lines: Sequence[CheckedLine]

    @property
    def failing(self) -> int:
        """Count the lines whose test call failed."""
        return sum(it.failing for it in self.lines)


class Lines:
    """The lines that one viewer may see."""

    def __init__(self, session: Session, viewer: Viewer, zone: ZoneInfo) -> None:
        """Read through ``session`` what ``viewer`` may see."""
        self._session = session
        self._viewer = viewer
        self._zone = zone

    def view(self, search: str, now: datetime) -> LinesView:
        """Look at all lines whose agency's name or code or whose number contains ``search``."""
        wanted = search.strip().casefold()
        troubles = [
            it
            for it in Reach(self._session, self._zone).troubles(now)
            if self._viewer.sees(it.agency.id) and _matches(it.agency, it.lines, wanted)
        ]
        tested = [it for it in self._tested(now) if _matches(it.line.agency, [it.line], wanted)]
        return LinesView(troubles, sorted(tested, key=_order))

    def _tested(self, now: datetime) -> list[CheckedLine]:
        last = latest().subquery()
        checks: dict[int, list[LineCheck]] = {}
        newest = select(LineCheck).join(last, last.c.id == LineCheck.id)
        for check in self._session.scalars(newest.order_by(LineCheck.passed, LineCheck.at.desc())):
            checks.setdefault(check.line_id, []).append(check)
        lines = select(Line).where(*active_lines(now.astimezone(self._zone).date()))
        query = self._viewer.narrow(lines, Line.agency_id).options(joinedload(Line.agency))
        found = self._session.scalars(query).all()
        served = {line.id for line in Residency(self._session).served(found)}
        return [CheckedLine(line, checks.get(line.id, []), line.id in served) for line in found]


def _matches(agency: Agency, lines: Sequence[Line], wanted: str) -> bool:
    number = wanted.replace(" ", "")
    return (
        wanted in agency.name.casefold()
        or wanted in agency.code
        or any(number in line.number for line in lines)
    )


def _order(it: CheckedLine) -> tuple[int, str, str]:
    """Put first the lines that fail or are off, then those never tested, then the others by name."""
    urgency = 0 if it.failing or not it.served else 1 if it.tested and not it.checks else 2
    return urgency, it.line.agency.name, it.line.number

"""Calls in progress, as the board shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from callcenter.models import Alarm, Call, CallEvent, Leg, Officer
from callcenter.services.access import Viewer
from callcenter.services.alarms import Alarms
from callcenter.services.line_checks import FAILING
from callcenter.services.reach import NOBODY_REACHABLE

OF_LINES = frozenset({FAILING, NOBODY_REACHABLE})
MOST_CALLS = 200
"""Cards on a board; a flood is told by the count."""


@dataclass(frozen=True, slots=True)
class OnBoard:
    """A call in progress; ``node`` is where it is in its flow."""

    call: Call
    node: str
    officers: Sequence[tuple[str, Leg]]
    """Those whose legs are up."""

    @property
    def talking(self) -> bool:
        """Tell whether an officer is on the line now, not whether one was."""
        return any(leg.answered_at for _name, leg in self.officers)


@dataclass(frozen=True, slots=True)
class BoardView:
    """What is on the board now: emergencies first, then the longest waiting."""

    calls: Sequence[OnBoard]
    total: int
    alarms: Sequence[Alarm]
    line_alarms: int
    """Alarms on single lines and agencies: there may be hundreds, and a page of their own tells them."""


class Board:
    """The board of one viewer."""

    def __init__(self, session: Session, viewer: Viewer) -> None:
        """Read through ``session`` what ``viewer`` may see."""
        self._session = session
        self._viewer = viewer

    def version(self) -> tuple[object, ...]:
        """Give something cheap that differs when the board does."""
        counts = select(
            select(func.max(CallEvent.id)).scalar_subquery(),
            select(func.count(Call.id)).where(Call.ended_at.is_(None)).scalar_subquery(),
            select(func.count(Alarm.id)).where(Alarm.cleared_at.is_(None)).scalar_subquery(),
            select(func.max(Alarm.id)).scalar_subquery(),
        )
        return tuple(self._session.execute(counts).one())

    def view(self) -> BoardView:
        """Read the board."""
        query = select(Call).where(Call.ended_at.is_(None), Call.test.is_(False))
        query = self._viewer.narrow(query, Call.agency_id)
        total = self._session.scalar(select(func.count()).select_from(query.subquery())) or 0
        query = query.order_by(Call.emergency.desc(), Call.offered_at, Call.id).limit(MOST_CALLS)
        related = (joinedload(Call.agency), joinedload(Call.line), selectinload(Call.legs))
        calls = self._session.scalars(query.options(*related)).all()
        names = self._names(calls)
        alarms = self._alarms()
        others = [alarm for alarm in alarms if alarm.kind not in OF_LINES]
        on_board = [_on_board(call, names) for call in calls]
        return BoardView(on_board, total, others, len(alarms) - len(others))

    def _alarms(self) -> Sequence[Alarm]:
        return Alarms(self._session).open() if self._viewer.sees_all else []

    def _names(self, calls: Sequence[Call]) -> dict[int, str]:
        ids = {leg.officer_id for call in calls for leg in call.legs} - {None}
        rows = self._session.execute(select(Officer.id, Officer.name).where(Officer.id.in_(ids)))
        return {officer_id: name for officer_id, name in rows}


def _on_board(call: Call, names: dict[int, str]) -> OnBoard:
    legs = [(names.get(leg.officer_id or 0, ""), leg) for leg in call.legs if leg.ended_at is None]
    return OnBoard(call, str(call.cursor.get("node") or ""), legs)

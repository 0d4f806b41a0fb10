"""The figures that supervision watches; counts and ages only, nothing of a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from callcenter.models import (
    Alarm,
    Call,
    Difference,
    Disposition,
    LineCheck,
    NodeState,
    Obligation,
    ObligationStatus,
    Outbox,
    ReconciliationRun,
)
from callcenter.services.line_checks import latest
from callcenter.services.reach import REASONS, Reach


@dataclass(frozen=True, slots=True)
class Figure:
    """A gauge: its name, what it tells, and its values by the value of ``label`` (if it has one)."""

    name: str
    help: str
    values: Mapping[str, float]
    label: str = ""


class Figures:
    """Counts what is going on."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Read through ``session``; a day begins at midnight in ``zone``."""
        self._session = session
        self._zone = zone

    def read(self, now: datetime) -> Iterator[Figure]:
        """Tell all figures as they are now."""
        yield from self._calls(now)
        yield from self._work(now)
        yield self._alarms()
        yield from self._balance(now)
        yield from self._lines(now)

    def _calls(self, now: datetime) -> Iterator[Figure]:
        real = Call.test.is_(False)
        up = select(func.count()).where(Call.ended_at.is_(None), real)
        yield self._one("callcenter_calls_up", "Calls in progress.", up)
        midnight = datetime.combine(now.astimezone(self._zone).date(), time(), self._zone)
        query = select(Call.disposition, func.count()).where(Call.offered_at >= midnight, real)
        counts = dict.fromkeys(map(str, Disposition), 0.0)
        counts |= self._by(query.where(Call.disposition.is_not(None)).group_by(Call.disposition))
        yield Figure("callcenter_calls_today", "Calls since midnight that are over.", counts, "disposition")

    def _work(self, now: datetime) -> Iterator[Figure]:
        owed = select(func.count()).where(Obligation.status == ObligationStatus.OPEN)
        yield self._one("callcenter_obligations_open", "Call-backs that are owed.", owed)
        late = owed.where(Obligation.due_at < now)
        yield self._one("callcenter_obligations_overdue", "Call-backs past their deadline.", late)
        waiting = select(func.count()).where(Outbox.done_at.is_(None))
        yield self._one("callcenter_outbox_waiting", "Jobs that are not done.", waiting)
        oldest = self._session.scalar(select(func.min(Outbox.due_at)).where(Outbox.done_at.is_(None)))
        age = max((now - oldest).total_seconds(), 0.0) if oldest else 0.0
        yield Figure("callcenter_outbox_oldest_seconds", "How long a job is overdue at most.", {"": age})

    def _alarms(self) -> Figure:
        query = select(Alarm.kind, func.count()).where(Alarm.cleared_at.is_(None)).group_by(Alarm.kind)
        return Figure("callcenter_alarms_open", "Open alarms.", self._by(query), "kind")

    def _balance(self, now: datetime) -> Iterator[Figure]:
        last = select(ReconciliationRun.node, func.max(ReconciliationRun.at))
        rows = self._session.execute(last.group_by(ReconciliationRun.node))
        ages = {node: max((now - at).total_seconds(), 0.0) for node, at in rows}
        text = "Since the log was compared with an exchange's records."
        yield Figure("callcenter_reconciled_seconds", text, ages, "node")
        differing = select(func.count()).where(Difference.resolved_at.is_(None))
        yield self._one("callcenter_differences_open", "Where the log and the records differ.", differing)

    def _lines(self, now: datetime) -> Iterator[Figure]:
        counts = dict.fromkeys(REASONS, 0.0)
        for it in Reach(self._session, self._zone).troubles(now):
            counts[it.reason] += len(it.lines)
        text = "Lines that nobody can answer now; unknown: no exchange tells."
        yield Figure("callcenter_lines_unreachable", text, counts, "reason")
        last = latest().subquery()
        failing = select(func.count(func.distinct(LineCheck.line_id))).join(last, last.c.id == LineCheck.id)
        text = "Lines whose last test call failed."
        yield self._one("callcenter_lines_failing", text, failing.where(LineCheck.passed.is_(False)))
        nodes = self._session.scalars(select(NodeState))
        ages = {row.node: max((now - row.seen_at).total_seconds(), 0.0) for row in nodes}
        yield Figure("callcenter_node_silent_seconds", "Since an exchange told what it sees.", ages, "node")

    def _one(self, name: str, text: str, query: Select[int]) -> Figure:
        return Figure(name, text, {"": float(self._session.scalar(query) or 0)})

    def _by(self, query: Select[str | None, int]) -> dict[str, float]:
        return {str(key): float(count) for key, count in self._session.execute(query)}

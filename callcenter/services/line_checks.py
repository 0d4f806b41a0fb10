"""Test calls: which line is due, how its call went, and the alarm on a line that fails.

Each node calls each line, as a citizen's call may come to any of them. The
call's key is made before the call, so that its trace in the log is certain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from callcenter.models import Call, Line, LineCheck
from callcenter.services.alarms import Alarms
from ivr.ports import LineTest

PROVIDER = "asterisk"
RETRY = timedelta(minutes=5)
"""A line that failed is called again after this long."""
PAUSE = timedelta(seconds=30)
"""From the beginning of one test call to the next: they are spread over the day and never a crowd."""
LIMIT = timedelta(seconds=60)
"""The first prompts of a line are over long before this."""
STALE = timedelta(days=3)
"""What a node found longer ago says nothing any more: it may be no node of ours now."""
KEPT = timedelta(days=30)
FAILING = "line-failing"
TROUBLES = {
    "no_call": "panggilan uji tidak dijawab; periksa apakah proses ivr berjalan",
    "unknown_line": "nomor ini tidak dikenal sebagai nomor aktif; periksa masa berlakunya",
    "unplayed": "suara panduan tidak terdengar utuh; jalankan `callcenter prompts build`",
    "cut_off": "panggilan uji terputus sebelum suara panduan selesai; periksa log ivr dan asterisk",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a test call went; ``reason`` is a key of ``TROUBLES`` unless it passed."""

    passed: bool
    reason: str | None = None
    detail: str = ""


class LineChecks:
    """The test calls of a node (of all nodes, where none is named)."""

    def __init__(self, session: Session, zone: tzinfo, node: str = "") -> None:
        """Work through ``session``; lines' dates are days in ``zone``."""
        self._session = session
        self._zone = zone
        self._node = node

    def next(self, every: timedelta, now: datetime) -> LineTest | None:
        """Conclude what is over, then begin what is due longest, one call at a time."""
        if self.conclude(now):
            return None
        newest = self._session.scalar(select(func.max(LineCheck.at)).where(LineCheck.node == self._node))
        if newest is not None and newest > now - PAUSE:
            return None
        line = self._due(every, now)
        return self.begin(line, now) if line else None

    def begin(self, line: Line, now: datetime) -> LineTest:
        """Write down that a line is called now; old checks of it are forgotten."""
        old = (LineCheck.line_id == line.id, LineCheck.at < now - KEPT)
        self._session.execute(delete(LineCheck).where(*old))
        key = f"test-{self._node}-{int(now.timestamp())}.{line.id}"
        self._session.add(LineCheck(line_id=line.id, node=self._node, call_key=key, at=now))
        self._session.flush()
        return LineTest(line.number, key)

    def conclude(self, now: datetime) -> int:
        """Judge the calls that are over, raise and clear alarms; tells how many go on."""
        query = select(LineCheck).where(LineCheck.passed.is_(None), self._here())
        running = self._session.scalars(query.with_for_update(skip_locked=True)).all()
        verdicts = [(check, self._verdict(check, now)) for check in running]
        for check, verdict in verdicts:
            if verdict is not None:
                self._close(check, verdict, now)
        return sum(verdict is None for _, verdict in verdicts)

    def lines(self, numbers: Sequence[str], now: datetime) -> Sequence[Line]:
        """Find the active lines with these numbers, or all of them."""
        query = select(Line).where(*self._active(now)).options(joinedload(Line.agency)).order_by(Line.number)
        return self._session.scalars(query.where(Line.number.in_(numbers)) if numbers else query).all()

    def of_call(self, key: str) -> LineCheck:
        """Give the check that a call was placed for."""
        return self._session.scalars(select(LineCheck).where(LineCheck.call_key == key)).one()

    def _due(self, every: timedelta, now: datetime) -> Line | None:
        """Find the line that waits longest; a line never called goes first."""
        last = latest().where(LineCheck.node == self._node).subquery()
        late = or_(
            last.c.id.is_(None),
            LineCheck.at <= now - every,
            (LineCheck.passed.is_(False)) & (LineCheck.at <= now - min(RETRY, every)),
        )
        query = (
            select(Line)
            .outerjoin(last, last.c.line_id == Line.id)
            .outerjoin(LineCheck, LineCheck.id == last.c.id)
            .where(*self._active(now), late)
            .order_by(LineCheck.at.is_not(None), LineCheck.at, Line.id)
        )
        return self._session.scalar(query.limit(1))

    def _verdict(self, check: LineCheck, now: datetime) -> Verdict | None:
        query = select(Call).where(Call.provider == PROVIDER, Call.key == check.call_key)
        call = self._session.scalar(query.options(selectinload(Call.events)))
        return verdict(check, call, now)

    def _close(self, check: LineCheck, found: Verdict, now: datetime) -> None:
        check.passed, check.reason, check.detail = found.passed, found.reason, found.detail or None
        self._session.flush()
        last = latest().where(LineCheck.line_id == check.line_id, LineCheck.at > now - STALE).subquery()
        query = select(LineCheck).join(last, last.c.id == LineCheck.id).where(LineCheck.passed.is_(False))
        failing = self._session.scalars(query.order_by(LineCheck.node)).all()
        detail = _told(failing[0]) if failing else ""
        Alarms(self._session).show(FAILING, check.line.number, detail, now)

    def _active(self, now: datetime) -> tuple[ColumnElement[bool], ...]:
        return (Line.provider == PROVIDER, *active_lines(now.astimezone(self._zone).date()))

    def _here(self) -> ColumnElement[bool]:
        return LineCheck.node == self._node if self._node else true()


def verdict(check: LineCheck, call: Call | None, now: datetime) -> Verdict | None:
    """Judge a test call by its trace in the log; ``None`` while it may still pass."""
    over = now >= check.at + LIMIT
    served = call is not None and any(event.kind == "node" for event in call.events)
    if call is None or (call.ended_at and not served):
        return Verdict(False, "no_call") if over or call else None
    if call.line_id != check.line_id:
        return Verdict(False, "unknown_line")
    for event in call.events:
        if event.kind == "timed_out":  # the first prompts are over; a test call goes no further
            unplayed = str(event.data.get("unplayed", ""))
            return Verdict(False, "unplayed", unplayed) if unplayed else Verdict(True)
    return Verdict(False, "cut_off") if call.ended_at or over else None


def latest() -> Select[int, int, str]:
    """Select the newest concluded check of each line on each node."""
    newest = select(func.max(LineCheck.id).label("id"), LineCheck.line_id, LineCheck.node)
    return newest.where(LineCheck.passed.is_not(None)).group_by(LineCheck.line_id, LineCheck.node)


def active_lines(today: date) -> tuple[ColumnElement[bool], ...]:
    """Keep the lines that are answered on a day of the instance's zone."""
    return Line.active_from <= today, or_(Line.active_until.is_(None), Line.active_until > today)


def _told(check: LineCheck) -> str:
    trouble = TROUBLES[check.reason or ""] + (f" ({check.detail})" if check.detail else "")
    agency = check.line.agency.name
    return f"Panggilan uji ke {check.line.number} ({agency}) dari {check.node} gagal: {trouble}. Diuji lagi tiap 5 menit."

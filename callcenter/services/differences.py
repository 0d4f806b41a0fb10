"""Differences between the log and the records: kept, seen again, mended, shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload

from callcenter.models import Call, Difference, ReconciliationRun
from callcenter.services.access import Viewer
from callcenter.services.comparison import Finding
from callcenter.services.exchange_records import ASTERISK, BATCH
from callcenter.services.upsert import insert_into

MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where a difference belongs: its call's row, if there is one, and when that was offered."""

    call_id: int | None
    at: datetime


class Differences:
    """The differences of one node; one row for each, however often it is seen."""

    def __init__(self, session: Session, node: str, provider: str = ASTERISK) -> None:
        self._session = session
        self._node = node
        self._provider = provider

    def open_calls(self, since: datetime) -> set[str]:
        """Give the keys of calls, offered since then, that still differ."""
        return set(
            self._session.scalars(select(Difference.call_key).where(*self._open(), Difference.at >= since))
        )

    def keep(
        self, found: Iterable[Finding], places: Mapping[str, Place], compared: Collection[str], now: datetime
    ) -> None:
        """Write down what was found, and that the other differences of the ``compared`` calls are mended."""
        seen = {(one.call, str(one.kind), one.subject) for one in found}
        for one in found:
            self._see(one, places[one.call], now)
        for row in self._open_of(sorted(compared)):
            if (row.call_key, row.kind, row.subject) not in seen:
                row.resolved_at = now

    def _see(self, one: Finding, place: Place, now: datetime) -> None:
        facts = {
            "data": {"logged": one.logged, "recorded": one.recorded},
            "call_id": place.call_id,
            "last_seen_at": now,
            "resolved_at": None,
        }
        row = insert_into(self._session, Difference).values(
            provider=self._provider,
            node=self._node,
            call_key=one.call,
            kind=one.kind,
            subject=one.subject,
            at=place.at,
            first_seen_at=now,
            **facts,
        )
        keys = ["provider", "call_key", "kind", "subject"]
        self._session.execute(row.on_conflict_do_update(index_elements=keys, set_=facts))

    def _open_of(self, keys: Sequence[str]) -> Iterable[Difference]:
        for start in range(0, len(keys), BATCH):
            wanted = Difference.call_key.in_(keys[start : start + BATCH])
            yield from self._session.scalars(select(Difference).where(*self._open(), wanted))

    def _open(self) -> tuple[ColumnElement[bool], ...]:
        mine = (Difference.provider == self._provider, Difference.node == self._node)
        return (*mine, Difference.resolved_at.is_(None))


class DifferenceList:
    """The differences one viewer may see; those of calls nobody knows are for who sees all."""

    def __init__(self, session: Session, viewer: Viewer) -> None:
        """Read through ``session`` what ``viewer`` may see."""
        self._session = session
        self._viewer = viewer

    def between(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        agency_id: int | None = None,
        mended: bool = False,
    ) -> Sequence[Difference]:
        """List open differences, or mended ones, of calls offered in [since, until), the newest first."""
        state = Difference.resolved_at.is_not(None) if mended else Difference.resolved_at.is_(None)
        query = self._query().where(state)
        if since is not None:
            query = query.where(Difference.at >= since)
        if until is not None:
            query = query.where(Difference.at < until)
        if agency_id is not None:
            query = query.where(Call.agency_id == agency_id)
        query = query.order_by(Difference.at.desc(), Difference.id.desc()).limit(MOST_SHOWN)
        return self._session.scalars(query).all()

    def last_run(self) -> ReconciliationRun | None:
        """Give the newest comparison."""
        newest = select(ReconciliationRun).order_by(ReconciliationRun.at.desc(), ReconciliationRun.id.desc())
        return self._session.scalar(newest.limit(1))

    def _query(self) -> Select[Difference]:
        query = select(Difference).outerjoin(Difference.call)
        # The system's own test calls are compared like others, but are nobody's work.
        query = query.where(Call.id.is_(None) | ~Call.test)
        return self._viewer.narrow(query, Call.agency_id).options(
            joinedload(Difference.call).joinedload(Call.agency)
        )

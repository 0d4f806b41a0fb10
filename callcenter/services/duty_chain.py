"""An agency's sealed days: read, and checked against their hashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import DutyRecord
from callcenter.services.day_content import FIRST, Content, digest, read
from callcenter.services.sealing import newest


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed day: its newest version."""

    record: DutyRecord
    content: Content


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a check: ``broken`` is the first day that is wrong, and why; ``None`` when none is."""

    records: int
    last_hash: str
    broken: str | None = None


class DutyChain:
    """The chain of one agency's records."""

    def __init__(self, session: Session, agency_id: int) -> None:
        """Read through ``session``."""
        self._session = session
        self._agency_id = agency_id

    def days(self, first: date, last: date) -> dict[date, Sealed]:
        """Give the sealed days from ``first`` to ``last``."""
        query = select(DutyRecord).where(
            DutyRecord.agency_id == self._agency_id, DutyRecord.day >= first, DutyRecord.day <= last
        )
        found = newest(self._session.scalars(query.order_by(DutyRecord.id)))
        return {record.day: Sealed(record, read(record.content)) for record in found}

    def verify(self) -> Verdict:
        """Compute the whole chain again."""
        query = select(DutyRecord).where(DutyRecord.agency_id == self._agency_id).order_by(DutyRecord.id)
        walk = _Walk()
        for record in self._session.scalars(query.execution_options(yield_per=500)):
            wrong = walk.step(record)
            if wrong:
                named = f"{record.day.isoformat()} version {record.version}"
                return Verdict(walk.records, walk.last, f"{named}: {wrong}")
        return Verdict(walk.records, walk.last)


class _Walk:
    """Goes along a chain and remembers what the next record has to fit."""

    def __init__(self) -> None:
        self.records = 0
        self.last = FIRST
        self._newest: date | None = None
        self._known: dict[date, tuple[int, str]] = {}

    def step(self, record: DutyRecord) -> str:
        """Say what is wrong with the next record; nothing when it fits."""
        wrong = self._hashes(record) or self._content(record)
        if not wrong:
            self.records, self.last = self.records + 1, record.sha256
            self._newest = max(self._newest or record.day, record.day)
            self._known[record.day] = record.version, record.sha256
        return wrong

    def _hashes(self, record: DutyRecord) -> str:
        if record.previous != self.last:
            return "does not follow the record before it"
        if digest(record.previous, record.content) != record.sha256:
            return "its content is not what was hashed"
        return ""

    def _content(self, record: DutyRecord) -> str:
        try:
            content = read(record.content)
        except (ValueError, TypeError, KeyError):
            return "its content cannot be read"
        written = (content.agency, content.day, content.version, content.sealed_at)
        if written != (record.agency_id, record.day, record.version, record.sealed_at):
            return "its columns do not say what its content says"
        return self._order(content)

    def _order(self, content: Content) -> str:
        version, superseded = self._known.get(content.day, (0, None))
        if (content.version, content.supersedes) != (version + 1, superseded):
            return "a version before it is missing"
        follows = self._newest is None or content.day == self._newest + timedelta(days=1)
        return "" if version or follows else "a day before it is missing"

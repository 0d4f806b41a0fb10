"""Changes of duty as facts: read by whoever resolves a roster, made and decided in ``duty_work``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from callcenter.models import ChangeKind, ChangeStatus, DutyChange
from callcenter.roster.plan import Deed, Leave, Override
from callcenter.services.weekly import role_of


@dataclass(frozen=True, slots=True)
class Change:
    """A change that is in force for [starts, ends)."""

    change_id: int
    kind: str
    starts: datetime
    ends: datetime
    people: Sequence[int]
    instead_of: Sequence[int]
    rung: int | None

    @property
    def officers(self) -> list[int]:
        """Everybody it names, by id."""
        return [*self.people, *self.instead_of]

    def made(self, names: Mapping[int, str]) -> Override | Leave:
        """Write it in the words of a roster."""
        people = tuple(names[one] for one in self.people)
        instead_of = tuple(names[one] for one in self.instead_of)
        role = role_of(self.rung) if self.rung is not None else None
        match self.kind:
            case ChangeKind.LEAVE:
                return Leave(instead_of[0], self.starts, self.ends, people[0] if people else None)
            case ChangeKind.REMOVE:
                return Override(Deed.REMOVE, self.starts, self.ends, instead_of, role=role)
            case ChangeKind.ADD:
                return Override(Deed.ADD, self.starts, self.ends, people, role=role)
            case _:
                return Override(Deed.REPLACE, self.starts, self.ends, people, instead_of, role)


class Changes:
    """The changes of all agencies."""

    def __init__(self, session: Session) -> None:
        """Read through ``session``."""
        self._session = session

    def between(self, starts: int, ends: int, agency_id: int | None = None) -> dict[int, list[Change]]:
        """Give what is in force in [starts, ends) (seconds since 1970), by agency, the earlier made first.

        What was undone had been in force until then.
        """
        first, last = (datetime.fromtimestamp(at, UTC) for at in (starts, ends))
        query = _IN_FORCE.where(DutyChange.ends > first, DutyChange.starts < last)
        if agency_id is not None:
            query = query.where(DutyChange.agency_id == agency_id)
        found: dict[int, list[Change]] = defaultdict(list)
        for agency, change_id, status, decided_at, *facts in self._session.execute(query):
            change = _change(change_id, facts, decided_at if status == ChangeStatus.UNDONE else None)
            if change.ends > first:
                found[agency].append(change)
        return dict(found)

    def of_agency(self, agency_id: int, since: datetime, until: datetime) -> Sequence[DutyChange]:
        """List everything that was asked or decided for [since, until), the newest first."""
        query = select(DutyChange).options(joinedload(DutyChange.account), joinedload(DutyChange.decided_by))
        query = query.where(
            DutyChange.agency_id == agency_id, DutyChange.ends > since, DutyChange.starts < until
        )
        return self._session.scalars(query.order_by(DutyChange.id.desc())).all()


def _change(change_id: int, facts: list[Any], undone_at: datetime | None) -> Change:
    kind, starts, ends, people, instead_of, rung = facts
    until = min(ends, undone_at) if undone_at else ends
    return Change(change_id, kind, starts, until, people, instead_of, rung)


_IN_FORCE = (
    select(DutyChange.agency_id, DutyChange.id, DutyChange.status, DutyChange.decided_at, DutyChange.kind)
    .add_columns(DutyChange.starts, DutyChange.ends, DutyChange.people, DutyChange.instead_of)
    .add_columns(DutyChange.rung)
    .where(DutyChange.kind != ChangeKind.ASK)
    .where(
        or_(
            DutyChange.status == ChangeStatus.IN_FORCE,
            and_(DutyChange.status == ChangeStatus.UNDONE, DutyChange.decided_at > DutyChange.starts),
        )
    )
    .order_by(DutyChange.id)
)

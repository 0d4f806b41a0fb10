"""What will be wrong with duty, for all agencies at once: found ahead, told to its owner, mended.

A warning's owner is the officer who answers for the agency's roster, else the
one of the agency above it, at last the instance. The owner is told 14, 7 and 1
days before, in one message for all that is new; until it is mended calls ring
at whoever covers (``services.ladder``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from callcenter.models import (
    ChangeKind,
    ChangeStatus,
    DutyChange,
    DutyOwner,
    DutyReminder,
    DutyWarning,
    Officer,
    WarningKind,
)
from callcenter.roster.resolver import Span, second
from callcenter.roster.stack import OnDuty
from callcenter.roster.troubles import Kind, RestRule, Trouble, troubles
from callcenter.services.access import NotVisibleError, Viewer, possible_id
from callcenter.services.gaps import Gaps
from callcenter.services.ladder import Ladders
from callcenter.services.outbox import Work
from callcenter.services.rosters import Planned
from callcenter.services.upsert import insert_into

AHEAD = timedelta(days=60)
TOLD_DAYS = (14, 7, 1)
AWAKE = time(7), time(21)
"""Only what begins within a day is told outside of these hours."""
CONFIRMED_BEFORE = timedelta(hours=1)
"""Who has not confirmed a duty so long before it is somebody's trouble."""
MOST_TOLD = 200
_BY_OFFICER = frozenset({WarningKind.TOO_LONG, WarningKind.NO_PHONE})
"""Kinds that an officer has once, however often it comes about."""


@dataclass(frozen=True, slots=True)
class Found:
    """A trouble in an agency's duty, [starts, ends)."""

    kind: WarningKind
    agency_id: int
    officer_id: int | None
    starts: datetime
    ends: datetime
    change_id: int | None = None

    @property
    def subject(self) -> str:
        """Tell it from every other one."""
        about = self.change_id or self.officer_id or 0
        words = [self.kind.value, str(self.agency_id), str(about)]
        return ":".join(words if self.kind in _BY_OFFICER else [*words, str(second(self.starts))])


class DutyWarnings:
    """The troubles ahead."""

    def __init__(self, session: Session, zone: ZoneInfo, rule: RestRule) -> None:
        """Work inside the caller's transaction; days are those of ``zone``."""
        self._session = session
        self._zone = zone
        self._rule = rule

    def find(self, now: datetime) -> list[Found]:
        """Look through every agency with a line; takes a while, and writes nothing."""
        starts = second(self._today(now))
        ends = starts + int(AHEAD.total_seconds())
        active = self._active()
        plans = Gaps(self._session, self._zone).plans(now, starts, ends)
        spans = {str(plan.agency_id): _by_id(plan, plan.spans(starts, ends, active.keys())) for plan in plans}
        found = [
            *self._of_spans(spans),
            *self._two_places(spans, active),
            *self._without_phone(plans, starts, ends, active),
            *self._without_substitute(now),
            *self._unconfirmed(spans, now),
        ]
        first: dict[str, Found] = {}
        for one in sorted(found, key=lambda one: one.starts):
            if one.ends > now:
                first.setdefault(one.subject, one)
        return list(first.values())

    def take(self, found: Iterable[Found], now: datetime) -> None:
        """Open what is new, clear what is no more; another worker may do the same at the same time."""
        known = {row.subject: row for row in self._open()}
        today = self._today(now)
        seen: set[str] = set()
        for one in found:
            row = known.get(one.subject) or (
                _begun_before(one, known.values()) if one.starts == today else None
            )
            if row is None:
                self._insert(one, now)
            else:
                row.starts, row.ends = one.starts if one.kind in _BY_OFFICER else row.starts, one.ends
                seen.add(row.subject)
        for subject in known.keys() - seen:
            known[subject].cleared_at = now
        self._session.flush()

    def _insert(self, one: Found, now: datetime) -> None:
        row = insert_into(self._session, DutyWarning).values(
            subject=one.subject,
            kind=one.kind,
            agency_id=one.agency_id,
            officer_id=one.officer_id,
            starts=one.starts,
            ends=one.ends,
            found_at=now,
        )
        open_ones = DutyWarning.cleared_at.is_(None)
        self._session.execute(row.on_conflict_do_nothing(index_elements=["subject"], index_where=open_ones))

    def tell(self, now: datetime) -> None:
        """Owe each owner one message about all that is to be told now."""
        by_owner: dict[int | None, list[DutyWarning]] = defaultdict(list)
        owners = self.owners(now)
        for row in self._open():
            days = self._to_be_told(row, now)
            if days is not None:
                row.told_days, row.told_id = days, owners.get(row.agency_id)
                by_owner[row.told_id].append(row)
        for owner, rows in by_owner.items():
            fact = f"duty-warnings:{now:%Y%m%dT%H%M%S}:officer:{owner or 'none'}"
            ids = [row.id for row in rows[:MOST_TOLD]]
            payload = {"officer_id": owner, "warnings": ids, "all": len(rows), "fact": fact}
            Work(self._session).owe("notify_duty_warnings", fact, payload, now)
        self._session.flush()

    def owners(self, now: datetime) -> dict[int, int]:
        """Tell who answers for each agency's roster; an agency without anybody below or above is left out."""
        query = (
            select(DutyOwner.agency_id, DutyOwner.officer_id).join(DutyOwner.officer).where(Officer.active)
        )
        own = {agency_id: officer_id for agency_id, officer_id in self._session.execute(query)}
        tree = Ladders(self._session, self._zone).tree(now)
        found: dict[int, int] = {}
        for agency_id in tree.places:
            places = [agency_id, *(place.id for place in tree.above(agency_id))]
            owner = next((own[place] for place in places if place in own), None)
            if owner is not None:
                found[agency_id] = owner
        return found

    def owner_of(self, agency_id: int) -> int | None:
        """Tell which of an agency's own officers answers for its roster."""
        row = self._session.get(DutyOwner, possible_id(agency_id))
        return row.officer_id if row else None

    def listed(self, viewer: Viewer, agency_id: int | None = None) -> Sequence[DutyWarning]:
        """List the open warnings that may be seen, the soonest first."""
        query = select(DutyWarning).where(DutyWarning.cleared_at.is_(None))
        if agency_id is not None:
            query = query.where(DutyWarning.agency_id == possible_id(agency_id))
        query = query.options(
            joinedload(DutyWarning.agency), joinedload(DutyWarning.officer), joinedload(DutyWarning.told)
        )
        query = viewer.narrow(query, DutyWarning.agency_id)
        return self._session.scalars(query.order_by(DutyWarning.starts, DutyWarning.id)).all()

    def give(self, viewer: Viewer, agency_id: int, officer_id: int | None) -> None:
        """Let an officer of the agency answer for its roster, or with ``None`` nobody (supervisors only)."""
        officer = self._session.get(Officer, possible_id(officer_id or 0))
        if not viewer.sees_all or (officer_id and (officer is None or officer.agency_id != agency_id)):
            raise NotVisibleError(f"officer {officer_id} of agency {agency_id}")
        row = self._session.get(DutyOwner, possible_id(agency_id))
        if officer is None:
            if row is not None:
                self._session.delete(row)
        elif row is None:
            self._session.add(DutyOwner(agency_id=agency_id, officer_id=officer.id))
        else:
            row.officer_id = officer.id
        self._session.flush()

    def _of_spans(self, spans: Mapping[str, Sequence[Span]]) -> Iterator[Found]:
        """Nobody there, and no rest."""
        for one in troubles(spans, self._rule):
            if one.kind is not Kind.TWO_PLACES:
                yield from _found(one)

    def _two_places(
        self, spans: Mapping[str, Sequence[Span]], active: Mapping[int, Officer]
    ) -> Iterator[Found]:
        """Find telephones that ring for two agencies: the person has an officer's row at each."""
        by_phone = {
            place: [Span(span.starts, span.ends, _phones(span, active)) for span in some]
            for place, some in spans.items()
        }
        officers = {(str(one.agency_id), _phone(one)): one.id for one in active.values()}
        for one in troubles(by_phone):
            if one.kind is Kind.TWO_PLACES:
                for place in one.places:
                    yield _of_place(one, place, officers[place, one.who])

    def _without_phone(
        self, plans: Iterable[Planned], starts: int, ends: int, active: Mapping[int, Officer]
    ) -> Iterator[Found]:
        unproved = {one.id for one in active.values() if one.phone_proved_at is None}
        for plan in plans:
            first: dict[int, Found] = {}
            for turn in plan.turns(starts, ends, unproved):
                if turn.officer_id not in first:
                    facts = (WarningKind.NO_PHONE, turn.agency_id, turn.officer_id, turn.starts, turn.ends)
                    first[turn.officer_id] = Found(*facts)
            yield from first.values()

    def _without_substitute(self, now: datetime) -> Iterator[Found]:
        query = select(DutyChange).where(
            DutyChange.kind == ChangeKind.LEAVE,
            DutyChange.status == ChangeStatus.IN_FORCE,
            DutyChange.ends > now,
            DutyChange.starts < now + AHEAD,
        )
        for leave in self._session.scalars(query.order_by(DutyChange.id)):
            if not leave.people:
                who = (leave.agency_id, leave.instead_of[0])
                yield Found(WarningKind.NO_SUBSTITUTE, *who, leave.starts, leave.ends, leave.id)

    def _unconfirmed(self, spans: Mapping[str, Sequence[Span]], now: datetime) -> Iterator[Found]:
        query = select(DutyReminder).where(
            DutyReminder.confirmed_at.is_(None),
            DutyReminder.starts > now,
            DutyReminder.starts <= now + CONFIRMED_BEFORE,
        )
        for one in self._session.scalars(query.order_by(DutyReminder.id)):
            if str(one.officer_id) in _there(spans.get(str(one.agency_id), ()), second(one.starts)):
                yield Found(WarningKind.UNCONFIRMED, one.agency_id, one.officer_id, one.starts, one.ends)

    def _to_be_told(self, row: DutyWarning, now: datetime) -> int | None:
        """Tell for which of the days before it is to be told, when it was not yet."""
        local = now.astimezone(self._zone)
        left = (row.starts.astimezone(self._zone).date() - local.date()).days
        days = min((one for one in TOLD_DAYS if left <= one), default=None)
        if days is None or (row.told_days is not None and row.told_days <= days):
            return None
        awake = AWAKE[0] <= local.time() < AWAKE[1]
        return days if awake or days == min(TOLD_DAYS) else None

    def _open(self) -> Sequence[DutyWarning]:
        query = select(DutyWarning).where(DutyWarning.cleared_at.is_(None)).with_for_update()
        return self._session.scalars(query.order_by(DutyWarning.starts, DutyWarning.id)).all()

    def _active(self) -> dict[int, Officer]:
        return {one.id: one for one in self._session.scalars(select(Officer).where(Officer.active))}

    def _today(self, now: datetime) -> datetime:
        """Give the midnight before ``now``: a gap that runs keeps its beginning for the day."""
        return datetime.combine(now.astimezone(self._zone).date(), time(), self._zone).astimezone(UTC)


def rest_rule(longest_hours: int, rest_hours: int) -> RestRule:
    """Make the house's rule; 0 hours warn of nothing."""
    longest = timedelta(hours=longest_hours) if longest_hours else timedelta.max
    return RestRule(longest // timedelta(seconds=1), timedelta(hours=rest_hours) // timedelta(seconds=1))


def _by_id(plan: Planned, spans: Iterable[Span]) -> list[Span]:
    """Name people by their officers' ids, as every roster knows them."""
    return [
        Span(
            span.starts,
            span.ends,
            tuple(OnDuty(str(plan.people[one.who]), one.role) for one in span.people),
        )
        for span in spans
    ]


def _phones(span: Span, active: Mapping[int, Officer]) -> tuple[OnDuty, ...]:
    """Name people by their telephones, each once."""
    first = {_phone(active[int(one.who)]): one.role for one in span.people}
    return tuple(OnDuty(phone, role) for phone, role in first.items())


def _phone(officer: Officer) -> str:
    return officer.mobile or f"officer-{officer.id}"


def _found(one: Trouble) -> Iterator[Found]:
    for place in one.places:
        yield _of_place(one, place, int(one.who) if one.who else None)


def _of_place(one: Trouble, place: str, officer_id: int | None) -> Found:
    starts, ends = (datetime.fromtimestamp(at, UTC) for at in (one.starts, one.ends))
    return Found(WarningKind(one.kind.value), int(place), officer_id, starts, ends)


def _there(spans: Iterable[Span], instant: int) -> Collection[str]:
    return {one.who for span in spans if span.starts <= instant < span.ends for one in span.people}


def _begun_before(one: Found, known: Iterable[DutyWarning]) -> DutyWarning | None:
    """Find the open warning of yesterday that goes on today."""
    for row in known:
        same = (row.kind, row.agency_id, row.officer_id) == (one.kind, one.agency_id, one.officer_id)
        if same and row.starts < one.starts <= row.ends:
            return row
    return None

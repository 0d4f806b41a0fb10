"""The proposal for an agency's coming month: the turns of its own plan, shared out by arithmetic."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Officer, RosterVersion
from callcenter.roster.burden import Burden, Measure
from callcenter.roster.credit import credits
from callcenter.roster.plan import Role
from callcenter.roster.proposal import Proposal, Turn, propose
from callcenter.roster.resolver import second
from callcenter.roster.rest import Refusal
from callcenter.roster.seats import NOTHING, Candidate
from callcenter.roster.troubles import Interval, RestRule, stretches
from callcenter.roster.vacancies import Vacancy, vacancies
from callcenter.roster.wall import wall_of
from callcenter.services.deadlines import holidays_between
from callcenter.services.duty_plans import DutyPlans
from callcenter.services.duty_rows import DutyRow, Period
from callcenter.services.fairness import NIGHT, Fairness
from callcenter.services.fields import FieldError
from callcenter.services.rosters import Planned, Rosters

DAY = timedelta(days=1)
PAST = timedelta(days=90)
"""Duty this long before the month counts as carried."""
BESIDE = timedelta(days=3)
"""Duty this long before and behind the month is looked at for rest."""
AHEAD = timedelta(days=400)
LONGEST = 12 * 3600
"""Seconds of duty without a break that are proposed at most, where neither the house's rule nor a turn says otherwise."""


@dataclass(frozen=True, slots=True)
class ProposedTurn:
    """A turn, who is proposed for it, and why places are left empty: names by reason."""

    starts: datetime
    ends: datetime
    role: Role
    people: Sequence[tuple[int, str]]
    missing: int
    refusals: Mapping[Refusal, Sequence[str]]


@dataclass(frozen=True, slots=True)
class ProposedShare:
    """What an officer carried in the 90 days before, and what it comes to with the month proposed."""

    name: str
    before: Burden
    after: Burden
    credit: Burden
    """Counted as carried: for leave, and for the time before the first duty."""


@dataclass(frozen=True)
class Proposed:
    """A month that nobody has decided on yet."""

    agency: Agency
    first: date
    turns: Sequence[ProposedTurn]
    shares: Sequence[ProposedShare]
    rule: RestRule

    @property
    def period(self) -> Period:
        """The month."""
        return Period(self.first, _next_month(self.first) - DAY)

    @property
    def empty(self) -> list[ProposedTurn]:
        """The turns in which a place is left empty."""
        return [turn for turn in self.turns if turn.missing]

    @property
    def weeks(self) -> list[list[tuple[date, list[ProposedTurn]]]]:
        """The month as whole weeks from Monday on: each day with the turns that begin on it."""
        monday = self.first - self.first.weekday() * DAY
        count = -(-((self.period.last - monday).days + 1) // 7)
        days = [monday + number * DAY for number in range(7 * count)]
        on = [(day, [turn for turn in self.turns if turn.starts.date() == day]) for day in days]
        return [on[number : number + 7] for number in range(0, len(on), 7)]

    @cached_property
    def rows(self) -> list[DutyRow]:
        """The proposal as the rows of a file, which may be changed and read in again."""
        taken = [(turn, *person) for turn in self.turns for person in turn.people]
        return [
            DutyRow(number, officer_id, name, _wall(turn.starts), _wall(turn.ends), turn.role)
            for number, (turn, officer_id, name) in enumerate(taken, 2)
        ]

    @property
    def mark(self) -> str:
        """A short text that differs where another proposal does."""
        return hashlib.sha256(repr(self.rows).encode()).hexdigest()[:16]


class Proposals:
    """Proposes and publishes months of agencies."""

    def __init__(self, session: Session, zone: ZoneInfo, rule: RestRule) -> None:
        """Work inside the caller's transaction; months, nights and weekends are those of ``zone``.

        ``rule`` is the house's, as warnings take it.
        """
        self._session = session
        self._zone = zone
        self._rule = rule

    def propose(self, agency: Agency, first: date, now: datetime) -> Proposed:
        """Propose the month that begins on ``first``; raises ``FieldError`` when it has begun.

        The turns are those of the plan that the agency follows, without its
        changes: those stay laid over what is published. Who had no duty in the
        180 days before is new, and is credited what the others carried on average
        in the last 90; who began in those, or was on leave, for the time missed.
        """
        today = now.astimezone(self._zone).date()
        if first <= today:
            raise FieldError("month", "month_begun", f"{first:%Y-%m}")
        if first - today > AHEAD:
            raise FieldError("month", "too_far", f"{first:%Y-%m}")
        wanted, wall = self._vacancies(agency, first), wall_of(self._zone.key)
        turns = (one.ends - one.starts for one in wanted)
        rule = RestRule(max([min(LONGEST, self._rule.longest), *turns]), self._rule.least_rest)
        measure = Measure(*NIGHT, holidays_between(first, _next_month(first)))
        people = self._officers(agency)
        made = propose(wanted, self._candidates(agency, first, people), measure, rule, wall)
        return self._proposed(agency, first, made, people, rule)

    def publish(
        self, proposed: Proposed, reason: str, account_id: int | None, now: datetime, *, with_gaps: bool
    ) -> RosterVersion:
        """Put a proposal in force for its month.

        Raises ``FieldError`` for places that are empty, unless that is meant,
        and ``DocumentError`` without a reason.
        """
        if proposed.empty and not with_gaps:
            raise FieldError("with_gaps", "gaps_left")
        plans = DutyPlans(self._session, self._zone)
        return plans.publish(proposed.agency, proposed.rows, proposed.period, reason, account_id, now)

    def _vacancies(self, agency: Agency, first: date) -> list[Vacancy]:
        plan = Rosters(self._session).unchanged(agency.id, self._zone.key)
        spans = plan.resolver.spans(self._midnight(first), self._midnight(_next_month(first)))
        return vacancies(spans, wall_of(self._zone.key))

    def _candidates(self, agency: Agency, first: date, people: Mapping[str, int]) -> list[Candidate]:
        starts, ends = self._midnight(first), self._midnight(_next_month(first))
        begin, beside = starts - int(PAST.total_seconds()), int(BESIDE.total_seconds())
        plan = Rosters(self._session).plan(agency.id, self._zone.key, 2 * begin - starts, ends + beside)
        carried = self._carried(agency, begin, starts)
        there = {one: _there(plan, one, begin, starts) for one in people.values()}
        credit = credits(sum(carried.values(), NOTHING), there, starts - begin)
        return [
            Candidate(
                who,
                carried.get(one, NOTHING),
                credit[one],
                tuple(plan.absences(one, starts, ends)),
                (*_duties(plan, one, starts - beside, starts), *_duties(plan, one, ends, ends + beside)),
            )
            for who, one in people.items()
        ]

    def _carried(self, agency: Agency, starts: int, ends: int) -> dict[int, Burden]:
        between = (datetime.fromtimestamp(at, self._zone) for at in (starts, ends))
        shares = Fairness(self._session, self._zone).shares(agency.id, *between)
        return {share.officer_id: share.burden for share in shares}

    def _proposed(
        self, agency: Agency, first: date, made: Proposal, people: Mapping[str, int], rule: RestRule
    ) -> Proposed:
        shares = [ProposedShare(_name(it.who), it.before, it.after, it.credit) for it in made.shares]
        return Proposed(agency, first, [self._turn(turn, people) for turn in made.turns], shares, rule)

    def _turn(self, turn: Turn, people: Mapping[str, int]) -> ProposedTurn:
        refusals: dict[Refusal, list[str]] = {}
        for who, refusal in turn.refusals:
            refusals.setdefault(refusal, []).append(_name(who))
        starts, ends = (
            datetime.fromtimestamp(at, self._zone) for at in (turn.vacancy.starts, turn.vacancy.ends)
        )
        taken = [(people[who], _name(who)) for who in turn.people]
        return ProposedTurn(starts, ends, turn.vacancy.role, taken, turn.missing, refusals)

    def _officers(self, agency: Agency) -> dict[str, int]:
        """Give the active officers' ids by name, and where two share one, by the id as well."""
        query = select(Officer.id, Officer.name).where(Officer.agency_id == agency.id, Officer.active)
        return {f"{name}\0{officer_id}": officer_id for officer_id, name in self._session.execute(query)}

    def _midnight(self, day: date) -> int:
        return second(datetime.combine(day, time(), self._zone))


def month(text: str) -> date:
    """Read a month as ``2026-12``; raises ``FieldError``."""
    try:
        first = date.fromisoformat(f"{text.strip()}-01")
    except ValueError:
        raise FieldError("month", "bad_month", text) from None
    if not 2000 <= first.year < 2199:
        raise FieldError("month", "bad_month", text)
    return first


def coming(now: datetime, zone: ZoneInfo) -> date:
    """Tell the first day of the month that comes next."""
    return _next_month(now.astimezone(zone).date())


def _next_month(day: date) -> date:
    return (day.replace(day=1) + 31 * DAY).replace(day=1)


def _name(who: str) -> str:
    return who.partition("\0")[0]


def _wall(at: datetime) -> datetime:
    return at.replace(tzinfo=None, fold=0)


def _duties(plan: Planned, officer_id: int, starts: int, ends: int) -> list[Interval]:
    found = plan.duties(officer_id, starts, ends)
    return [(second(begins), second(over)) for begins, over, _ in found]


def _there(plan: Planned, officer_id: int, starts: int, ends: int) -> int:
    """Tell for how much of [starts, ends) somebody was there: since the first duty known, less leave.

    The first duty is looked for in the time before as well, twice as far back:
    whose turn in a long rotation came late was there all the same.
    """
    duties = _duties(plan, officer_id, 2 * starts - ends, ends)
    if not duties:
        return 0
    since = max(starts, duties[0][0])
    leaves = ((max(first, since), min(last, ends)) for first, last in plan.absences(officer_id, since, ends))
    return ends - since - sum(last - first for first, last in stretches(leaves))

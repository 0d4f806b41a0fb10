"""A proposal for who takes which turn: everything filled that may be, the burden as even as it gets.

It is arithmetic, and the same for the same input in whatever order. The rules
are never broken for the balance; a seat stays empty only when nobody may take
it, and when no one else may take another seat to let somebody.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from callcenter.roster.burden import Burden, Measure, burdens
from callcenter.roster.credit import credits, limited
from callcenter.roster.plan import Role
from callcenter.roster.resolver import Span
from callcenter.roster.rest import Refusal
from callcenter.roster.seats import Candidate, Seat, Seating, weights
from callcenter.roster.stack import OnDuty
from callcenter.roster.troubles import Interval, RestRule, stretches
from callcenter.roster.vacancies import Vacancy
from callcenter.roster.wall import Wall

MOST_EXCHANGES = 2000
"""How often a proposal is made more even at most; a month takes some dozens."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A vacancy and who takes it, in the order of names; ``refusals`` tell why places are left, by person."""

    vacancy: Vacancy
    people: tuple[str, ...]
    refusals: tuple[tuple[str, Refusal], ...] = ()

    @property
    def missing(self) -> int:
        """How many places nobody can take."""
        return self.vacancy.count - len(self.people)


@dataclass(frozen=True, slots=True)
class Share:
    """A person's burden before a proposal and with it.

    ``credit`` is what counts for time missed; ``counted`` what was balanced
    with: both together, as far as one proposal may even it out.
    """

    who: str
    before: Burden
    after: Burden
    credit: Burden
    counted: Burden


@dataclass(frozen=True, slots=True)
class Proposal:
    """All turns in the order of time, and all shares in that of names."""

    turns: tuple[Turn, ...]
    shares: tuple[Share, ...]
    exchanges: int
    """How often it was made more even; at ``MOST_EXCHANGES`` it was left as it was."""


def propose(
    vacancies: Iterable[Vacancy],
    candidates: Iterable[Candidate],
    measure: Measure,
    rule: RestRule,
    wall: Wall,
) -> Proposal:
    """Propose who takes which turn."""
    seats = _seats(vacancies, measure, wall)
    people = _credited(sorted(candidates, key=lambda one: one.who), seats)
    by_weight = sorted(range(len(seats)), key=lambda seat: (-sum(seats[seat].weights), seat))
    counted = _counted(people, seats)
    tries = [
        _filled(Seating(seats, people, counted, rule), order) for order in (by_weight, range(len(seats)))
    ]
    seating, exchanges = min(tries, key=lambda it: (len(it[0].empty), it[0].imbalance))
    return Proposal(_turns(seating), _shares(seating, counted), exchanges)


def _seats(vacancies: Iterable[Vacancy], measure: Measure, wall: Wall) -> list[Seat]:
    """Give each place its seat; equal vacancies are one."""
    wanted: Counter[tuple[int, int, Role]] = Counter()
    for one in vacancies:
        wanted[one.starts, one.ends, one.role] += one.count
    found = []
    for starts, ends, role in sorted(wanted, key=lambda it: (it[0], it[1], it[2].rung)):
        cost = burdens([Span(starts, ends, (OnDuty("", role),))], wall, measure)[""]
        count = wanted[starts, ends, role]
        found += [Seat(Vacancy(starts, ends, role, count), cost, weights(cost))] * count
    return found


def _credited(people: Sequence[Candidate], seats: Sequence[Seat]) -> list[Candidate]:
    """Credit who is away for a part of the time: nobody works off a leave."""
    if not seats:
        return list(people)
    starts, ends = seats[0].vacancy.starts, max(seat.vacancy.ends for seat in seats)
    whole = sum((seat.cost for seat in seats), Burden())
    there = {one.who: ends - starts - _absent(one, starts, ends) for one in people}
    more = credits(whole, there, ends - starts)
    return [replace(one, credit=one.credit + more[one.who]) for one in people]


def _counted(people: Sequence[Candidate], seats: Sequence[Seat]) -> list[Burden]:
    carried = {one.who: one.carried + one.credit for one in people}
    found = limited(carried, sum((seat.cost for seat in seats), Burden()))
    return [found[one.who] for one in people]


def _absent(one: Candidate, starts: int, ends: int) -> int:
    away: list[Interval] = sorted([*one.away, (starts, one.since), (one.until, ends)])
    inside = ((max(first, starts), min(last, ends)) for first, last in away)
    return sum(last - first for first, last in stretches(it for it in inside if it[0] < it[1]))


def _filled(seating: Seating, order: Iterable[int]) -> tuple[Seating, int]:
    """Fill the seats in an order, then make it more even, and fill what that made possible."""
    _fill(seating, order)
    exchanges = _improve(seating, MOST_EXCHANGES)
    while _fill(seating, seating.empty):
        exchanges += _improve(seating, MOST_EXCHANGES - exchanges)
    return seating, exchanges


def _fill(seating: Seating, order: Iterable[int]) -> bool:
    before = len(seating.empty)
    for seat in order:
        for person in seating.free(seat)[:1]:
            seating.seat([(seat, person)])
    for seat in seating.empty:
        _make_room(seating, seat)
    return len(seating.empty) < before


def _make_room(seating: Seating, seat: int) -> None:
    """Let somebody take a seat whose other seat somebody else can take."""
    for person in range(len(seating.people)):
        for other, holder in enumerate(seating.holders):
            if holder == person and seating.refusal(person, seat, instead_of=other) is None:
                for taker in seating.free(other)[:1]:
                    seating.seat([(other, taker), (seat, person)])
                    return


def _improve(seating: Seating, most: int) -> int:
    """Exchange or hand over seats while that makes the burden more even; tells how often."""
    done, settled = 0, False
    while not settled:
        settled = True
        for seat in range(len(seating.seats)):
            while done < most and (changes := _better(seating, seat)):
                seating.seat(changes)
                done, settled = done + 1, False
    return done


def _better(seating: Seating, seat: int) -> list[tuple[int, int]]:
    """Find who else should have a seat, and which other one its holder should have for it, if any."""
    holder = seating.holders[seat]
    if holder is None:
        return []
    mine = seating.seats[seat].weights
    for other in range(seat + 1, len(seating.seats)):
        if _worth_exchanging(seating, seat, other):
            taker = seating.holders[other]
            assert taker is not None
            return [(seat, taker), (other, holder)]
    for person in range(len(seating.people)):
        lower = person != holder and seating.gain(person, holder, mine) < 0
        if lower and seating.spares(seat) and seating.refusal(person, seat) is None:
            return [(seat, person)]
    return []


def _worth_exchanging(seating: Seating, seat: int, other: int) -> bool:
    holder, taker = seating.holders[seat], seating.holders[other]
    mine, theirs = seating.seats[seat].weights, seating.seats[other].weights
    if holder is None or taker is None or holder == taker or mine == theirs:
        return False
    more = (theirs[0] - mine[0], theirs[1] - mine[1], theirs[2] - mine[2], theirs[3] - mine[3])
    return (
        seating.gain(holder, taker, more) < 0
        and seating.refusal(holder, other, instead_of=seat) is None
        and seating.refusal(taker, seat, instead_of=other) is None
    )


def _turns(seating: Seating) -> tuple[Turn, ...]:
    holders: dict[Vacancy, list[str]] = defaultdict(list)
    refusals: dict[Vacancy, tuple[tuple[str, Refusal], ...]] = {}
    for number, seat in enumerate(seating.seats):
        holder = seating.holders[number]
        if holder is not None:
            holders[seat.vacancy].append(seating.people[holder].who)
        elif seat.vacancy not in refusals:
            refusals[seat.vacancy] = _refusals(seating, number)
    return tuple(
        Turn(vacancy, tuple(sorted(holders[vacancy])), refusals.get(vacancy, ()))
        for vacancy in dict.fromkeys(seat.vacancy for seat in seating.seats)
    )


def _refusals(seating: Seating, seat: int) -> tuple[tuple[str, Refusal], ...]:
    found = ((one.who, seating.refusal(number, seat)) for number, one in enumerate(seating.people))
    return tuple((who, refusal) for who, refusal in found if refusal is not None)


def _shares(seating: Seating, counted: Sequence[Burden]) -> tuple[Share, ...]:
    taken: dict[int, Burden] = defaultdict(Burden)
    for seat, holder in zip(seating.seats, seating.holders, strict=True):
        if holder is not None:
            taken[holder] += seat.cost
    return tuple(
        Share(one.who, one.carried, one.carried + taken[number], one.credit, counted[number])
        for number, one in enumerate(seating.people)
    )

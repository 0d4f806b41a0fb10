"""Who sits where while a proposal is made: each place of a vacancy is a seat for one person."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from callcenter.roster.burden import Burden
from callcenter.roster.rest import Refusal, with_duty, without_duty
from callcenter.roster.troubles import Interval, RestRule
from callcenter.roster.turns import ALWAYS, NEVER
from callcenter.roster.vacancies import Vacancy

SCALE = (1, 2, 2, 4)
"""An hour, and what one at night, on a weekend and on a holiday weighs by itself: what people mind most."""
NOTHING = Burden()
Weights = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be asked to serve.

    ``credit`` is what counts as carried beside what was: see ``credit.py``.
    ``duties`` are those that stand already, before and after the proposal's
    time; ``since`` and ``until`` bound when the person belongs here.
    """

    who: str
    carried: Burden = NOTHING
    credit: Burden = NOTHING
    away: tuple[Interval, ...] = ()
    duties: tuple[Interval, ...] = ()
    since: int = ALWAYS
    until: int = NEVER

    def refuses(self, starts: int, ends: int) -> Refusal | None:
        """Tell why the person is not there in [starts, ends), whatever else they do."""
        if starts < self.since or ends > self.until:
            return Refusal.NOT_HERE
        return Refusal.AWAY if any(first < ends and last > starts for first, last in self.away) else None


@dataclass(frozen=True, slots=True)
class Seat:
    """One place of a vacancy, and what it costs who takes it."""

    vacancy: Vacancy
    cost: Burden
    weights: Weights

    @property
    def interval(self) -> Interval:
        """[starts, ends)."""
        return self.vacancy.starts, self.vacancy.ends


def weights(cost: Burden) -> Weights:
    """Weigh the parts of a burden."""
    whole, nights, weekends, holidays = SCALE
    return whole * cost.whole, nights * cost.nights, weekends * cost.weekends, holidays * cost.holidays


class Seating:
    """Which person (by number) has which seat (by number), within the rules."""

    def __init__(
        self, seats: Sequence[Seat], people: Sequence[Candidate], counted: Sequence[Burden], rule: RestRule
    ) -> None:
        """Begin with every seat empty; ``counted`` is what each person carries already."""
        self.seats, self.people, self._rule = seats, people, rule
        self.holders: list[int | None] = [None] * len(seats)
        self.loads = [list(weights(one)) for one in counted]
        self._duties = [sorted(one.duties) for one in people]
        self._absent = [[one.refuses(*seat.interval) for seat in seats] for one in people]

    @property
    def empty(self) -> list[int]:
        """The seats that nobody has."""
        return [seat for seat, holder in enumerate(self.holders) if holder is None]

    @property
    def imbalance(self) -> int:
        """The sum of squares of all that people carry: the lower, the more alike."""
        return sum(part * part for load in self.loads for part in load)

    def refusal(self, person: int, seat: int, instead_of: int | None = None) -> Refusal | None:
        """Tell why a person cannot take a seat, if they left another one for it."""
        absent = self._absent[person][seat]
        if absent is not None:
            return absent
        duties = self._duties[person]
        interval = self.seats[seat].interval
        if instead_of is None:
            return with_duty(duties, interval, self._rule)
        duties = [one for one in duties if one != self.seats[instead_of].interval]
        refusal = with_duty(duties, interval, self._rule)
        insort(duties, interval)
        left = self.seats[instead_of].interval
        return refusal or (None if without_duty(duties, left, self._rule) else Refusal.NO_REST)

    def spares(self, seat: int) -> bool:
        """Tell whether a seat's holder may leave it for nothing."""
        holder, interval = self.holders[seat], self.seats[seat].interval
        assert holder is not None
        duties = [one for one in self._duties[holder] if one != interval]
        return without_duty(duties, interval, self._rule)

    def free(self, seat: int) -> list[int]:
        """List who can take a seat, the one who would carry least of its sort first."""
        fit = [person for person in range(len(self.people)) if self.refusal(person, seat) is None]
        return sorted(fit, key=lambda person: self._rise(person, seat))

    def seat(self, changes: Iterable[tuple[int, int]]) -> None:
        """Give seats to people, all at once."""
        placed = list(changes)
        for seat, _ in placed:
            self._leave(seat)
        for seat, person in placed:
            self.holders[seat] = person
            insort(self._duties[person], self.seats[seat].interval)
            self._weigh(person, seat, 1)

    def gain(self, here: int, there: int, weights: Weights) -> int:
        """Tell by how much the imbalance rises, if one person takes such weights off another."""
        mine, theirs = self.loads[here], self.loads[there]
        return sum(
            2 * part * (load - other + part) for part, load, other in zip(weights, mine, theirs, strict=True)
        )

    def _rise(self, person: int, seat: int) -> int:
        load = self.loads[person]
        parts = self.seats[seat].weights
        return sum(part * (2 * carried + part) for part, carried in zip(parts, load, strict=True))

    def _leave(self, seat: int) -> None:
        holder = self.holders[seat]
        if holder is not None:
            self._duties[holder].remove(self.seats[seat].interval)
            self._weigh(holder, seat, -1)
            self.holders[seat] = None

    def _weigh(self, person: int, seat: int, sign: int) -> None:
        load = self.loads[person]
        for number, part in enumerate(self.seats[seat].weights):
            load[number] += sign * part

"""One-off turns of duty as a table: its columns, and what is wrong with a row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from callcenter.roster.plan import Role
from callcenter.services import fields
from callcenter.services.csv_table import Mistake, Row
from callcenter.services.duty_work import LONGEST
from callcenter.services.fields import FieldError

DAY = timedelta(days=1)
HEADINGS = {
    "tanggal": "date",
    "mulai": "starts",
    "selesai": "ends",
    "petugas": "officer",
    "peran": "role",
    "date": "date",
    "start": "starts",
    "end": "ends",
    "officer": "officer",
    "role": "role",
}
REQUIRED = ("date", "starts", "ends", "officer")
COLUMNS = ("tanggal", "mulai", "selesai", "petugas", "peran")
ROLES = {Role.PRIMARY: "utama", Role.DEPUTY: "cadangan", Role.SUPERVISOR: "pengawas"}
_ROLES = {"": Role.PRIMARY, **{role.value: role for role in Role}, **{it: role for role, it in ROLES.items()}}
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-]([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both ends belonging to them."""

    first: date
    last: date

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Give its first moment, and the first one after it."""
        first, last = (datetime.combine(day, time(), zone) for day in (self.first, self.last + DAY))
        return first.astimezone(UTC), last.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Turn:
    """Who is to be on duty, as a file tells it; wall-clock times [starts, ends)."""

    number: int
    starts: datetime
    ends: datetime
    officer: str
    role: Role


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A turn of an officer who is known; ``number`` is the row's."""

    number: int
    officer_id: int
    name: str
    starts: datetime
    ends: datetime
    role: Role


def period(first: str, last: str, today: date) -> Period:
    """Read a period; raises ``FieldError``."""
    found = Period(day("first_day", first), day("last_day", last))
    if found.last < found.first:
        raise FieldError("last_day", "before_start", last)
    if found.last < today:
        raise FieldError("last_day", "past", last)
    if found.last - found.first >= LONGEST:
        raise FieldError("last_day", "too_far", last)
    return found


def turn(row: Row) -> Turn:
    """Read a table's row; raises ``FieldError``."""
    cells = row.cells
    on = day("date", cells["date"])
    starts = datetime.combine(on, _clock("starts", cells["starts"]))
    ends = datetime.combine(on, _clock("ends", cells["ends"]))
    officer = fields.text("officer", cells["officer"])
    return Turn(
        row.number, starts, ends if ends > starts else ends + DAY, officer, role(cells.get("role", ""))
    )


def day(field: str, text: str) -> date:
    """Take a day as ``2026-12-01`` or, the day first, ``01/12/2026``."""
    clean = text.strip()
    if not clean:
        raise FieldError(field, "empty")
    found = _DAY_FIRST.fullmatch(clean)
    parts = (
        found.groups()[::-1] if found else (_YEAR_FIRST.fullmatch(clean) or _nothing(field, text)).groups()
    )
    try:
        on = date(*map(int, parts))
    except ValueError:
        raise FieldError(field, "impossible_date", text) from None
    if not 2000 <= on.year < 2200:
        raise FieldError(field, "impossible_date", text)
    return on


def _nothing(field: str, text: str) -> re.Match[str]:
    raise FieldError(field, "bad_day", text)


def _clock(field: str, text: str) -> time:
    """Take a time of day; spreadsheets like to add seconds."""
    clean = text.strip()
    if not clean:
        raise FieldError(field, "empty")
    return fields.clock_time(field, clean.removesuffix(":00") if clean.count(":") == 2 else clean)


def role(text: str) -> Role:
    """Take a role in Indonesian or English; nothing is primary."""
    found = _ROLES.get(text.strip().casefold())
    if found is None:
        raise FieldError("role", "unknown_duty_role", text)
    return found


class Officers:
    """Finds officers by the names that people write."""

    def __init__(self, officers: Mapping[int, str]) -> None:
        """Know an agency's officers: names by id."""
        self._names = officers
        self._ids: dict[str, list[int]] = {}
        for officer_id, name in officers.items():
            self._ids.setdefault(_plain(name), []).append(officer_id)

    def row(self, turn: Turn) -> DutyRow | Mistake:
        """Tell whom a turn means, or why nobody."""
        ids = self._ids.get(_plain(turn.officer), [])
        if len(ids) == 1:
            return DutyRow(turn.number, ids[0], self._names[ids[0]], turn.starts, turn.ends, turn.role)
        if ids:
            return Mistake(turn.number, "officer", "two_officers", turn.officer)
        near = get_close_matches(_plain(turn.officer), self._ids, 1)
        name = self._names[self._ids[near[0]][0]] if near else ""
        return Mistake(turn.number, "officer", "unknown_officer", turn.officer[:60], name)


def outside(rows: Iterable[DutyRow], period: Period) -> list[Mistake]:
    """Find the rows that do not begin in the period."""
    return [
        Mistake(row.number, "date", "outside_period", row.starts.date().isoformat())
        for row in rows
        if not period.first <= row.starts.date() <= period.last
    ]


def overlaps(rows: Iterable[DutyRow]) -> list[Mistake]:
    """Find the rows in which somebody is on duty twice at the same time."""
    latest: dict[int, DutyRow] = {}
    found = []
    for row in sorted(rows, key=lambda row: (row.starts, row.number)):
        before = latest.get(row.officer_id)
        if before is not None and before.ends > row.starts:
            found.append(Mistake(row.number, "starts", "overlapping", row.name, str(before.number)))
        if before is None or before.ends < row.ends:
            latest[row.officer_id] = row
    return sorted(found, key=lambda mistake: mistake.row)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()

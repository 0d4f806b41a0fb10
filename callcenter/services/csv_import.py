"""Agencies, officers and rosters from CSV: everything in a file, or nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Officer
from callcenter.services.agencies import DEFAULT_PROVIDER, Agencies, AgencyForm, LineForm
from callcenter.services.csv_kinds import KINDS, Kind
from callcenter.services.csv_table import Mistake, Row, UnreadableError, read
from callcenter.services.fields import FieldError
from callcenter.services.officers import OfficerForm, Officers
from callcenter.services.roster import Roster, ShiftForm

MOST_MISTAKES = 200
"""Told at once; a file with more of them is the wrong file."""

WEEKDAYS = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
_DAY_NUMBERS = {name: number for number, name in enumerate(WEEKDAYS)} | {"jum'at": 4, "ahad": 6}
_YES_OR_NO = {"": True, "ya": True, "y": True, "1": True, "tidak": False, "t": False, "0": False}
_TIERS = {"kabupaten": "regency"}


@dataclass(frozen=True, slots=True)
class Report:
    """How an import ended: with ``mistakes`` nothing at all was kept."""

    rows: int
    mistakes: list[Mistake]


class CsvImport:
    """Takes a whole file or leaves everything as it was."""

    def __init__(self, session: Session) -> None:
        """Write through ``session``."""
        self.session = session

    def run(self, kind_name: str, data: bytes, now: datetime) -> Report:
        """Import a file of a kind in ``KINDS``; ``now`` is in the instance's zone."""
        kind = KINDS[kind_name]
        try:
            rows = read(data, kind.headings, kind.required)
        except UnreadableError as error:
            return Report(0, [_named(error.mistake, kind)])
        savepoint = self.session.begin_nested()
        mistakes = self._take_all(kind, rows, now)
        if mistakes:
            savepoint.rollback()
        else:
            savepoint.commit()
        return Report(len(rows), mistakes)

    def _take_all(self, kind: Kind, rows: list[Row], now: datetime) -> list[Mistake]:
        if not rows:
            return [Mistake(0, "", "empty_file")]
        batch = _BATCHES[kind.name](self.session, now)
        mistakes: list[Mistake] = []
        for take in (batch.take, batch.finish):
            for row in rows:
                if len(mistakes) < MOST_MISTAKES:
                    mistakes += _tried(take, row, kind)
            if mistakes:
                break
        return mistakes


def _tried(take: Callable[[Row], None], row: Row, kind: Kind) -> list[Mistake]:
    try:
        take(row)
    except FieldError as error:
        return [Mistake(row.number, kind.heading(error.field), error.code, error.value[:60])]
    return []


def _named(mistake: Mistake, kind: Kind) -> Mistake:
    return Mistake(mistake.row, kind.heading(mistake.column), mistake.code, mistake.value)


class _Batch(ABC):
    """One file's rows, taken one by one; ``finish`` goes over them again."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session = session
        self.now = now
        self.agencies = Agencies(session)

    @abstractmethod
    def take(self, row: Row) -> None: ...

    def finish(self, row: Row) -> None:  # noqa: B027 - most kinds have nothing left to do
        pass

    def agency(self, code: str) -> Agency:
        found = self.agencies.by_code(code.strip())
        if found is None:
            raise FieldError("agency", "unknown_agency", code)
        return found


class _AgencyBatch(_Batch):
    """A second row with the same code adds another number to the agency."""

    def __init__(self, session: Session, now: datetime) -> None:
        super().__init__(session, now)
        self.made: dict[str, Agency] = {}

    def take(self, row: Row) -> None:
        cells = row.cells
        agency = self.made.get(cells["code"].strip())
        if agency is None:
            tier = cells["tier"].strip().lower()
            made = AgencyForm(cells["code"], cells["name"], _TIERS.get(tier, tier))
            agency = self.agencies.create(made, self.now)
            self.made[agency.code] = agency
        elif " ".join(cells["name"].split()) != agency.name or not cells.get("number", "").strip():
            raise FieldError("code", "code_twice", agency.code)
        provider = cells.get("provider", "").strip().lower()
        if provider or cells.get("number", "").strip():
            form = LineForm(cells.get("number", ""), provider=provider or DEFAULT_PROVIDER)
            self.agencies.add_line(agency, form, self.now)

    def finish(self, row: Row) -> None:
        """Parents may stand below their children in the file."""
        parent = row.cells.get("parent", "")
        if parent.strip():
            self.agencies.put_under(self.made[row.cells["code"].strip()], parent)


class _OfficerBatch(_Batch):
    def take(self, row: Row) -> None:
        cells = row.cells
        agency, sip = self.agency(cells["agency"]), cells.get("sip", "").strip().lower()
        if sip not in _YES_OR_NO:
            raise FieldError("sip", "yes_or_no", sip)
        form = OfficerForm(
            cells["name"], _YES_OR_NO[sip], cells.get("mobile", ""), cells.get("notify_url", "")
        )
        if _officer(self.session, agency, form.name) is not None:
            raise FieldError("name", "taken_name", form.name)
        Officers(self.session).create(agency, form)


class _RosterBatch(_Batch):
    def take(self, row: Row) -> None:
        cells = row.cells
        agency = self.agency(cells["agency"])
        officer = _officer(self.session, agency, cells["officer"])
        if officer is None:
            raise FieldError("officer", "unknown_officer", cells["officer"])
        form = ShiftForm(days(cells["weekdays"]), cells["starts"], cells["ends"], cells.get("rung", ""))
        Roster(self.session).add(agency, officer, form)


_BATCHES: dict[str, type[_Batch]] = {
    "agencies": _AgencyBatch,
    "officers": _OfficerBatch,
    "roster": _RosterBatch,
}


def _officer(session: Session, agency: Agency, name: str) -> Officer | None:
    clean = " ".join(name.split())
    query = select(Officer).where(Officer.agency_id == agency.id, Officer.name == clean, Officer.active)
    return session.scalars(query.order_by(Officer.id)).first()


def days(text: str) -> list[str]:
    """Read ``senin``, ``senin-jumat`` or ``setiap hari`` as weekday numbers."""
    clean = " ".join(text.lower().split())
    if clean == "setiap hari":
        return list("0123456")
    first, dash, last = (part.strip() for part in clean.partition("-"))
    if first not in _DAY_NUMBERS or (dash and last not in _DAY_NUMBERS):
        raise FieldError("weekdays", "bad_weekday", text)
    start = _DAY_NUMBERS[first]
    length = (_DAY_NUMBERS[last] - start) % 7 if dash else 0
    return [str((start + n) % 7) for n in range(length + 1)]

"""Duty of a period from a file and into one: CSV, XLSX or a calendar; all of a file, or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Officer
from callcenter.roster.resolver import second
from callcenter.services import csv_table, duty_ics, xlsx_table
from callcenter.services.csv_import import MOST_MISTAKES
from callcenter.services.csv_table import Mistake, Row, UnreadableError
from callcenter.services.duty_plans import layers_of
from callcenter.services.duty_rows import (
    COLUMNS,
    DAY,
    HEADINGS,
    REQUIRED,
    ROLES,
    DutyRow,
    Officers,
    Period,
    Turn,
    outside,
    overlaps,
    turn,
)
from callcenter.services.fields import FORMULA, FieldError
from callcenter.services.rosters import Rosters

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How a workbook begins: of today, and of twenty years ago."""
BOM = b"\xef\xbb\xbf"
_DAY_FORMAT, _CLOCK_FORMAT = "yyyy-mm-dd", "hh:mm"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a file says; with ``mistakes`` nothing of it may be published."""

    rows: Sequence[DutyRow]
    mistakes: Sequence[Mistake]


class DutyFiles:
    """Reads and writes the duty of agencies."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Read through ``session``; a file's times are those of ``zone`` where it does not tell others."""
        self._session = session
        self._zone = zone

    def read(self, agency: Agency, data: bytes, period: Period) -> Draft:
        """Read a file of any kind, and look for everything that is wrong with it."""
        try:
            turns, mistakes = self._turns(data, period)
        except UnreadableError as error:
            return Draft([], [_named(error.mistake)])
        if not turns and not mistakes:
            return Draft([], [Mistake(0, "", "empty_file")])
        officers = Officers(self._officers(agency))
        found = [officers.row(one) for one in turns]
        rows = [one for one in found if isinstance(one, DutyRow)]
        mistakes += [one for one in found if isinstance(one, Mistake)]
        mistakes += outside(rows, period) + overlaps(rows) + _crowds(rows)
        mistakes = [_named(one) for one in sorted(mistakes, key=lambda one: one.row)]
        return Draft(rows, mistakes[:MOST_MISTAKES])

    def rows(self, agency: Agency, period: Period) -> list[DutyRow]:
        """Tell an agency's duty of a period as it is planned now; who shares a turn has rows of their own."""
        starts, ends = map(second, period.bounds(self._zone))
        plan = Rosters(self._session).plan(agency.id, self._zone.key, starts, ends)
        found = [
            DutyRow(0, officer_id, name, begins, over, role)
            for officer_id, name in self._officers(agency).items()
            for first, last, role in plan.duties(officer_id, starts, ends)
            for begins, over in _days(self._wall(first), self._wall(last))
        ]
        return sorted(found, key=lambda row: (row.starts, row.role.rung, row.name))

    def _turns(self, data: bytes, period: Period) -> tuple[list[Turn], list[Mistake]]:
        if data.startswith(OLE):
            raise UnreadableError(Mistake(0, "", "old_workbook"))
        if data.removeprefix(BOM).lstrip()[:15].upper() == b"BEGIN:VCALENDAR":
            return duty_ics.read(data.removeprefix(BOM), self._zone, period)
        read = xlsx_table.read if data.startswith(ZIP) else csv_table.read
        return _tried(turn, read(data, HEADINGS, REQUIRED))

    def _officers(self, agency: Agency) -> dict[int, str]:
        query = select(Officer.id, Officer.name).where(Officer.agency_id == agency.id, Officer.active)
        return {officer_id: name for officer_id, name in self._session.execute(query.order_by(Officer.id))}

    def _wall(self, at: datetime) -> datetime:
        return at.astimezone(self._zone).replace(tzinfo=None, second=0, microsecond=0)


def to_csv(rows: Iterable[DutyRow]) -> str:
    """Write rows as ``DutyFiles.read`` takes them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow(COLUMNS)
    writer.writerows(
        (
            f"{row.starts:%Y-%m-%d}",
            f"{row.starts:%H:%M}",
            f"{row.ends:%H:%M}",
            _safe(row.name),
            ROLES[row.role],
        )
        for row in rows
    )
    return out.getvalue()


def to_xlsx(rows: Iterable[DutyRow]) -> bytes:
    """Write rows as ``DutyFiles.read`` takes them, with dates and times that a spreadsheet can count with."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("jaga")
    sheet.freeze_panes = "A2"
    for column, width in zip("ABCDE", (12, 8, 8, 32, 12), strict=True):
        sheet.column_dimensions[column].width = width

    def cell(value: Any, shape: str = "General", *, bold: bool = False) -> Any:
        made = WriteOnlyCell(sheet, value)
        made.number_format, made.font = shape, Font(bold=bold)
        return made

    sheet.append([cell(name, bold=True) for name in COLUMNS])
    for row in rows:
        clocks = [cell(at.time(), _CLOCK_FORMAT) for at in (row.starts, row.ends)]
        words = [cell(_safe(row.name)), cell(ROLES[row.role])]
        sheet.append([cell(row.starts.date(), _DAY_FORMAT), *clocks, *words])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _safe(name: str) -> str:
    """Keep a spreadsheet from computing a name."""
    return f"'{name}" if name.startswith(FORMULA) else name


def _days(starts: datetime, ends: datetime) -> Iterable[tuple[datetime, datetime]]:
    """Cut a turn to pieces that a row can tell: 24 hours at most."""
    while starts < ends:
        yield starts, min(starts + DAY, ends)
        starts += DAY


def _tried(take: Callable[[Row], Turn], rows: Iterable[Row]) -> tuple[list[Turn], list[Mistake]]:
    turns, mistakes = [], []
    for row in rows:
        try:
            turns.append(take(row))
        except FieldError as error:
            mistakes.append(Mistake(row.number, error.field, error.code, error.value[:60]))
    return turns, mistakes


def _crowds(rows: Sequence[DutyRow]) -> list[Mistake]:
    try:
        layers_of(rows, {row.officer_id: row.name for row in rows})
    except ValueError:
        return [Mistake(0, "starts", "too_many_at_once")]
    return []


def _named(mistake: Mistake) -> Mistake:
    """Name the column as the files do."""
    heading = next((heading for heading, name in HEADINGS.items() if name == mistake.column), mistake.column)
    return replace(mistake, column=heading)

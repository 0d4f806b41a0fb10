"""The monthly sheet as a spreadsheet; text stays text, whatever it begins with."""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from callcenter.services.duty_sheet import Sheet
from callcenter.sheets import words

_BOLD = Font(bold=True)
_TOP = Alignment(vertical="top", wrap_text=True)
_WIDTHS = (6, 34, 11, 14, 13, 12, 12, 11, 14, 13)
_DAY_WIDTHS = (18, 60, 14, 11, 34)
_FORMULA = ("=", "+", "-", "@")
Value = str | int | float


def write(sheet: Sheet) -> bytes:
    """Write the sheet: one page of officers, one of days."""
    book = Workbook()
    assert isinstance(book.active, Worksheet)  # a new workbook has one
    _officers(book.active, sheet)
    _days(book.create_sheet(), sheet)
    for page in book.worksheets:
        _prepare_print(page, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _officers(page: Worksheet, sheet: Sheet) -> None:
    page.title = "Rekap"
    _line(page, [words.TITLE], bold=True)
    _line(page, [f"{sheet.agency.name} - {words.month(sheet)}"], bold=True)
    _line(page, [f"Dicetak {words.moment(sheet.made_at)}"])
    _line(page, [words.status(sheet)])
    _line(page, [words.chain(sheet)])
    _heading(page, words.COLUMNS, _WIDTHS)
    for number, row in enumerate(sheet.rows, start=1):
        _line(page, [number, row.name, *words.numbers(row)])
    if sheet.rows:
        _line(page, ["", "Jumlah", *words.sums(sheet)], bold=True)
    _line(page, [f"Waktu tanpa petugas: {words.minutes(sheet.uncovered_seconds)} menit"])
    _line(page, [words.EXPLAINED])
    _line(page, [])
    _line(page, ["", words.PLACE, "", "", "", words.PLACE])
    _line(page, ["", words.AUTHOR, "", "", "", words.head(sheet)])
    for _ in range(4):
        _line(page, [])
    _line(page, ["", words.NAME, "", "", "", words.NAME])


def _days(page: Worksheet, sheet: Sheet) -> None:
    page.title = "Hari"
    _heading(page, words.DAY_COLUMNS, _DAY_WIDTHS)
    for day in sheet.days:
        said = words.day(day.day) + (" (libur)" if day.is_holiday else "")
        turns = "\n".join(words.turns(sheet, day))
        uncovered = words.minutes(day.plan.uncovered_seconds)
        for cell in _line(page, [said, turns, uncovered, words.calls(day), words.seal(day)]):
            cell.alignment = _TOP


def _heading(page: Worksheet, columns: Sequence[str], widths: Sequence[int]) -> None:
    cells = _line(page, columns, bold=True)
    for cell, width in zip(cells, widths, strict=True):
        cell.alignment = _TOP
        page.column_dimensions[cell.column_letter].width = width
    page.print_title_rows = f"{cells[0].row}:{cells[0].row}"


def _line(page: Worksheet, values: Sequence[Value], *, bold: bool = False) -> list[Cell]:
    """Write the next line; an empty one takes its room as well."""
    number = page.max_row + 1 if page["A1"].value is not None else 1
    made = [_put(page, number, column, value) for column, value in enumerate(values or [" "], start=1)]
    if bold:
        for cell in made:
            cell.font = _BOLD
    return made


def _put(page: Worksheet, row: int, column: int, value: Value) -> Cell:
    cell = page.cell(row, column)
    assert isinstance(cell, Cell)  # nothing is merged here
    if not isinstance(value, str):
        cell.value = value
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)
    cell.value = text
    cell.data_type = "s"  # also what begins like a formula
    cell.quotePrefix = text.startswith(_FORMULA)
    return cell


def _prepare_print(page: Worksheet, sheet: Sheet) -> None:
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToHeight = 0
    page.page_setup.fitToPage = True
    footer = page.oddFooter
    assert footer is not None  # every page has one
    footer.left.text = words.chain(sheet)
    footer.right.text = "Halaman &P dari &N"

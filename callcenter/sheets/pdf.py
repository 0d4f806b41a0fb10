"""The monthly sheet as a PDF to print and sign (A4)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap

from fpdf import FPDF
from fpdf.enums import Align, VAlign, XPos, YPos
from fpdf.fonts import FontFace

from callcenter.services.duty_sheet import Sheet, SheetDay
from callcenter.sheets import words
from callcenter.sheets.fonts import DEJAVU, font_for

_MARGIN = 12
_SMALL, _NORMAL, _LARGE = 7.5, 9, 14
_LINE = 4
"""Millimetres, as all lengths here; sizes of letters are points."""
_SIGNATURES = 52
_HEADING = FontFace(emphasis="BOLD", fill_color=(232, 236, 240))
_WIDTHS = (8, 46, 17, 19, 18, 17, 19, 17, 19, 18)
_MOST_LINES, _LONGEST_LINE = 30, 55
"""Of a row of a day; the widest letters take twice as many lines, and those still fit on a page."""
_DAY_WIDTHS = (30, 82, 20, 18, 52)


def write(sheet: Sheet, fonts: Path = DEJAVU) -> bytes:
    """Write the sheet; letters that no font of ``fonts`` has are question marks."""
    pdf = _Document(sheet, fonts)
    pdf.add_page()
    pdf.opening()
    pdf.officers()
    pdf.days()
    pdf.signatures()
    return bytes(pdf.output())


class _Document(FPDF):
    def __init__(self, sheet: Sheet, fonts: Path) -> None:
        super().__init__(format="A4")
        self._sheet = sheet
        self._face = font_for(self, fonts)
        self.set_margins(_MARGIN, _MARGIN)
        self.set_auto_page_break(True, margin=18)
        self.set_title(self._shown(f"{words.TITLE} {sheet.agency.name} {words.month(sheet)}"))
        self.set_creation_date(sheet.made_at)
        self.set_lang("id")

    def footer(self) -> None:
        """Tell on each page what it belongs to."""
        self.set_y(-14)
        self._letters(_SMALL)
        sheet = self._sheet
        page = f"{sheet.agency.code}, {words.month(sheet)}. Halaman {self.page_no()} dari {{nb}}"
        for text in (words.chain(sheet), page):
            self._line(text, height=3.5)

    def opening(self) -> None:
        sheet = self._sheet
        self._letters(_LARGE, "B")
        self._line(words.TITLE, height=7)
        self._letters(_NORMAL, "B")
        self._lines(f"{sheet.agency.name} - {words.month(sheet)}")
        self._letters(_NORMAL)
        self._line(f"Dicetak {words.moment(sheet.made_at)}")
        self._lines(words.status(sheet))
        self.ln(2)

    def officers(self) -> None:
        rows = [
            [str(number), row.name, *map(words.decimal, words.numbers(row))]
            for number, row in enumerate(self._sheet.rows, start=1)
        ]
        sums = [["", "Jumlah", *map(words.decimal, words.sums(self._sheet))]] if rows else []
        self._table(words.COLUMNS, [*rows, *sums], _WIDTHS, left=(1,))
        self._letters(_NORMAL, "B")
        uncovered = words.minutes(self._sheet.uncovered_seconds)
        self._line(f"Waktu tanpa petugas: {uncovered} menit")
        self._letters(_SMALL)
        self._lines(words.EXPLAINED, height=3.5)
        self.ln(3)

    def days(self) -> None:
        rows = [row for day in self._sheet.days for row in _day_rows(self._sheet, day)]
        self._table(words.DAY_COLUMNS, rows, _DAY_WIDTHS, left=(0, 1, 4))

    def signatures(self) -> None:
        """Leave room to sign, all of it on one page."""
        if self.will_page_break(_SIGNATURES):
            self.add_page()
        self.ln(6)
        self._letters(_NORMAL)
        width = self.epw / 2
        top = self.get_y()
        for column, title in enumerate((words.AUTHOR, words.head(self._sheet))):
            left = self.l_margin + column * width
            for offset, text in ((0, words.PLACE), (5, title), (32, words.NAME)):
                self.set_xy(left, top + offset)
                self.multi_cell(width, 5, self._shown(text), align=Align.C)

    def _table(
        self,
        heading: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths: Sequence[int],
        left: Sequence[int],
    ) -> None:
        self._letters(_SMALL)
        align = [Align.L if column in left else Align.R for column in range(len(heading))]
        with self.table(
            col_widths=tuple(widths),
            text_align=align,
            line_height=_LINE,
            headings_style=_HEADING,
            padding=0.8,
            v_align=VAlign.T,
        ) as table:
            for cells in (heading, *rows):
                table.row([self._shown(cell) for cell in cells])
        self.ln(2)

    def _line(self, text: str, height: float = _LINE) -> None:
        self.cell(0, height, self._shown(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _lines(self, text: str, height: float = _LINE) -> None:
        self.multi_cell(0, height, self._shown(text), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _letters(self, size: float, style: str = "") -> None:
        self.set_font(self._face.family, style, size)

    def _shown(self, text: str) -> str:
        return self._face.shown(text)


def _day_rows(sheet: Sheet, day: SheetDay) -> list[list[str]]:
    """Give a day's row, and further ones where it would not fit on a page."""
    lines = [line for turn in words.turns(sheet, day) for line in wrap(turn, _LONGEST_LINE)]
    first = [
        words.day(day.day) + (" (libur)" if day.is_holiday else ""),
        "\n".join(lines[:_MOST_LINES]),
        str(words.minutes(day.plan.uncovered_seconds)),
        str(words.calls(day)),
        words.seal(day),
    ]
    further = range(_MOST_LINES, len(lines), _MOST_LINES)
    return [first, *(["", "\n".join(lines[at : at + _MOST_LINES]), "", "", ""] for at in further)]

"""Reads a table from an XLSX workbook's first sheet, whatever the file really is."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from openpyxl import load_workbook

from callcenter.services.csv_table import MAX_BYTES, MAX_ROWS, Mistake, Row, UnreadableError, table

MOST_COLUMNS = 20
MOST_PARTS = 200
MOST_UNPACKED = 8 * 1024 * 1024
"""Bytes of all parts of a workbook; 5,000 rows of duty take less than two million."""
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_MINUTE = timedelta(minutes=1)


def read(data: bytes, headings: Mapping[str, str], required: Sequence[str]) -> list[Row]:
    """Read a table as ``csv_table.read`` does; of a formula its last result counts.

    Raises ``UnreadableError`` when the file is no such table.
    """
    try:
        return table(_records(_unpacked(data)), headings, required)
    except UnreadableError:
        raise
    except Exception:  # a broken workbook fails in a dozen ways, by zipfile, XML and openpyxl
        raise UnreadableError(Mistake(0, "", "broken_workbook")) from None


def _unpacked(data: bytes) -> bytes:
    """Give a workbook's parts unpacked; refuse what would be too much, in parts or in XML entities.

    Whoever reads a part whole unpacks all of it, whatever size is listed. So
    each is read here, up to that size, and nobody sees the file itself.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableError(Mistake(0, "", "too_big"))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(out, "w") as unpacked:
        listed = packed.infolist()
        if len(listed) > MOST_PARTS or sum(part.file_size for part in listed) > MOST_UNPACKED:
            raise UnreadableError(Mistake(0, "", "too_big_inside"))
        for part in listed:
            unpacked.writestr(part.filename, _part(packed, part))
    return out.getvalue()


def _part(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnreadableError(Mistake(0, "", "broken_workbook"))  # others cannot be unpacked in bounds
    with packed.open(part) as opened:
        content = opened.read(part.file_size)
    if any(mark in content for mark in _DOCTYPES):
        raise UnreadableError(Mistake(0, "", "broken_workbook"))
    return content


def _records(data: bytes) -> Iterator[tuple[int, list[str]]]:
    shown, written = _rows(data, results=True), _rows(data, results=False)
    for number, (values, sources) in enumerate(zip(shown, written, strict=True), start=1):
        if number > MAX_ROWS + 1:
            raise UnreadableError(Mistake(number, "", "too_many_rows"))
        yield number, [_text(value, source) for value, source in zip(values, sources, strict=True)]


def _rows(data: bytes, *, results: bool) -> Iterator[Sequence[Any]]:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=results)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # a file may tell wrong ones
    return sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)


def _text(value: object, source: object) -> str:
    """Write a cell as people would type it; a formula that was never computed stands for itself."""
    if value is None:
        return "" if source is None else str(source)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, time):
        return _clock(timedelta(hours=value.hour, minutes=value.minute, seconds=value.second))
    return _clock(value) if isinstance(value, timedelta) else str(value)


def _clock(since_midnight: timedelta) -> str:
    """Write a time of day to the minute: a spreadsheet keeps it as a fraction of the day."""
    hours, minutes = divmod(round(since_midnight / _MINUTE), 60)
    return f"{hours:02}:{minutes:02}"

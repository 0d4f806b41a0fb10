"""Reads a spreadsheet's CSV file, whatever the file really is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 5000
DELIMITERS = (";", ",", "\t")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a file: ``row`` counts like a spreadsheet, from 1; 0 is the whole file."""

    row: int
    column: str
    code: str
    value: str = ""
    near: str = ""
    """The known value, or the row, that it comes close to."""


class UnreadableError(ValueError):
    """The file as a whole cannot be taken."""

    def __init__(self, mistake: Mistake) -> None:
        """Say what is wrong with it."""
        super().__init__(f"{mistake.code}: row {mistake.row}, column {mistake.column!r}")
        self.mistake = mistake


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells by the names of ``headings``; a cell that is not there is empty."""

    number: int
    cells: Mapping[str, str]


def read(data: bytes, headings: Mapping[str, str], required: Sequence[str]) -> list[Row]:
    """Read a table; ``headings`` maps each heading to the name of its cells.

    Raises ``UnreadableError`` when the file is no such table.
    """
    return table(_records(_text(data), headings), headings, required)


def table(
    records: Iterator[tuple[int, list[str]]], headings: Mapping[str, str], required: Sequence[str]
) -> list[Row]:
    """Make rows of numbered records, of which the first one holds the headings; as ``read`` does."""
    names = _names(records, headings, required)
    return [_row(number, record, names) for number, record in records if any(cell.strip() for cell in record)]


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise UnreadableError(Mistake(0, "", "too_big"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError(Mistake(0, "", "not_utf8")) from None
    if "\0" in text:
        raise UnreadableError(Mistake(0, "", "binary"))
    if not text.strip():
        raise UnreadableError(Mistake(0, "", "empty_file"))
    return text


def _records(text: str, headings: Mapping[str, str]) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for number, record in enumerate(_reader(text, _delimiter(text, headings)), start=1):
            if number > MAX_ROWS + 1:
                raise UnreadableError(Mistake(number, "", "too_many_rows"))
            yield number, record
    except csv.Error:
        raise UnreadableError(Mistake(number + 1, "", "broken_quotes")) from None


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _delimiter(text: str, headings: Mapping[str, str]) -> str:
    first_line = text.splitlines()[0]

    def known(delimiter: str) -> int:
        return sum(_heading(cell.strip('"')) in headings for cell in first_line.split(delimiter))

    return max(DELIMITERS, key=known)


def _heading(cell: str) -> str:
    return " ".join(cell.lower().split())


def _names(
    records: Iterator[tuple[int, list[str]]], headings: Mapping[str, str], required: Sequence[str]
) -> list[str]:
    _number, first = next(records, (1, []))
    if not any(cell.strip() for cell in first):
        raise UnreadableError(Mistake(0, "", "empty_file"))
    while first and not first[-1].strip():
        first.pop()
    for cell in first:
        if _heading(cell) not in headings:
            raise UnreadableError(Mistake(1, cell[:60], "unknown_column", cell[:60]))
    names = [headings[_heading(cell)] for cell in first]
    for name, cell in zip(names, first, strict=True):
        if names.count(name) > 1:
            raise UnreadableError(Mistake(1, cell, "column_twice"))
    for name in required:
        if name not in names:
            raise UnreadableError(Mistake(1, name, "missing_column"))
    return names


def _row(number: int, record: list[str], names: list[str]) -> Row:
    if any(cell.strip() for cell in record[len(names) :]):
        raise UnreadableError(Mistake(number, "", "too_many_cells"))
    cells = [*record[: len(names)], *[""] * (len(names) - len(record))]
    return Row(number, dict(zip(names, cells, strict=True)))

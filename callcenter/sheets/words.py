"""The words and the cells of the monthly sheet, whatever it is written as."""

from __future__ import annotations

from datetime import date, datetime

from babel.dates import format_date

from callcenter.services.day_content import Turn
from callcenter.services.duty_sheet import Sheet, SheetDay, SheetRow

TITLE = "Rekap Jaga Bulanan"
UNSEALED = "belum disegel"
COLUMNS = (
    "No.",
    "Petugas",
    "Jam jaga",
    "Malam (22–06)",
    "Akhir pekan",
    "Hari libur",
    "Berdering",
    "Dijawab",
    "Tidak dijawab",
    "Serah terima",
)
DAY_COLUMNS = ("Tanggal", "Jadwal jaga", "Tanpa petugas (menit)", "Panggilan", "Segel")
AUTHOR = "Petugas penyusun"
PLACE = "...................., ...................."
NAME = "(......................................)"
EXPLAINED = (
    "Jam jaga menurut jadwal yang berlaku pada hari itu, termasuk perubahannya. Malam, akhir pekan, dan hari"
    " libur adalah bagian dari jam jaga dan dapat beririsan. Berdering: berapa kali telepon petugas berdering;"
    " yang dijawab petugas lain atau ditutup penelepon lebih dahulu tidak termasuk “Tidak dijawab”."
)
_RUNGS = {"primary": "", "deputy": " (cadangan)", "supervisor": " (pengawas)"}


def month(sheet: Sheet) -> str:
    """Say the month: November 2026."""
    return format_date(sheet.first, "MMMM yyyy", locale="id")


def head(sheet: Sheet) -> str:
    """Say who signs for the agency."""
    return f"Kepala {sheet.agency.name}"


def day(of: date) -> str:
    """Say a date: Sen, 23 Nov 2026."""
    return format_date(of, "EEE, d MMM yyyy", locale="id")


def moment(at: datetime) -> str:
    """Say a time: 24 Nov 2026 06.10 WIB."""
    zone = f" {at.tzname()}" if at.tzname() and not str(at.tzname()).startswith("UTC") else ""
    return f"{format_date(at.date(), 'd MMM yyyy', locale='id')} {at:%H.%M}{zone}"


def numbers(row: SheetRow) -> tuple[float | int, ...]:
    """Give what stands behind an officer's name: hours first, then how often."""
    planned = row.planned
    seconds = (planned.whole, planned.nights, planned.weekends, planned.holidays)
    return *(round(one / 3600, 2) for one in seconds), row.rung, row.answered, row.missed, row.notes


def sums(sheet: Sheet) -> tuple[float | int, ...]:
    """Add up all officers."""
    columns = zip(*map(numbers, sheet.rows), strict=True)
    return tuple(round(sum(column), 2) for column in columns)


def decimal(number: float) -> str:
    """Say a number as Indonesian offices write it: 12,5."""
    return (
        f"{number:.2f}".rstrip("0").rstrip(".").replace(".", ",")
        if isinstance(number, float)
        else str(number)
    )


def turns(sheet: Sheet, of: SheetDay) -> list[str]:
    """Say who was planned when, a line a turn."""
    return [f"{_clock(turn)} {_people(sheet, turn)}" for turn in of.plan.turns]


def seal(of: SheetDay) -> str:
    """Say by which hash a day is sealed, and since when."""
    if of.sealed is None:
        return UNSEALED
    version = f" (versi {of.sealed.content.version})" if of.sealed.content.version > 1 else ""
    return f"{of.sealed.record.sha256[:12]}{version}, {moment(of.sealed.content.sealed_at)}"


def minutes(seconds: int) -> int:
    """Round to minutes: what is uncovered at all is a minute at least."""
    return -(-seconds // 60)


def calls(of: SheetDay) -> int | str:
    """Say how many calls were offered, as far as it is known."""
    return of.calls if of.sealed else "-"


def status(sheet: Sheet) -> str:
    """Say how much of the sheet is evidence."""
    if not sheet.unsealed:
        return f"Semua {len(sheet.days)} hari sudah disegel."
    return (
        f"{sheet.unsealed} dari {len(sheet.days)} hari belum disegel: dari hari-hari itu hanya jadwalnya"
        " yang dihitung. Jangan dipakai untuk pembayaran sebelum semuanya disegel."
    )


def chain(sheet: Sheet) -> str:
    """Say the hash that fixes the sheet's records and all before them."""
    return f"Segel terakhir (SHA-256): {sheet.chain_hash or UNSEALED}"


def _clock(turn: Turn) -> str:
    ends = "24.00" if turn.ends.date() > turn.starts.date() else f"{turn.ends:%H.%M}"
    return f"{turn.starts:%H.%M}–{ends}"


def _people(sheet: Sheet, turn: Turn) -> str:
    said = (f"{sheet.names[post.officer]}{_RUNGS[post.role]}" for post in turn.people)
    return ", ".join(said) or "TIDAK ADA PETUGAS"

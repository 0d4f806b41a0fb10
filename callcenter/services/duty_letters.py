"""What messages about duty say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from callcenter.models import (
    ChangeKind,
    DutyChange,
    DutyReminder,
    DutyWarning,
    Officer,
    WarningKind,
)
from callcenter.services import duty_telling
from callcenter.services.letters import Letter, Letters
from callcenter.services.reminders import token

MOST_LINES = 12
WHAT = {
    WarningKind.NOBODY: "tidak ada petugas jaga",
    WarningKind.TWO_PLACES: "satu telepon berjaga di dua instansi sekaligus",
    WarningKind.TOO_LONG: "jaga terlalu lama tanpa istirahat",
    WarningKind.NO_REST: "istirahat di antara dua jaga terlalu pendek",
    WarningKind.NO_PHONE: "telepon petugas belum terbukti berfungsi",
    WarningKind.NO_SUBSTITUTE: "cuti tanpa pengganti",
    WarningKind.UNCONFIRMED: "jaga belum dikonfirmasi petugas",
}
_FIRST = (WarningKind.NOBODY, WarningKind.UNCONFIRMED)
_DAYS = ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min")
_CHANGES = {
    ChangeKind.ADD: "Petugas ditambahkan",
    ChangeKind.REMOVE: "Dilepas dari jaga",
    ChangeKind.REPLACE: "Penggantian jaga",
    ChangeKind.LEAVE: "Cuti",
    ChangeKind.ASK: "Permintaan tukar jaga",
    ChangeKind.SWAP: "Tukar jaga",
}
_OCCASIONS = {
    duty_telling.MADE: "Jadwal jaga berubah",
    duty_telling.ASKED: "Rekan mencari pengganti jaga",
    duty_telling.TAKEN: "Tukar jaga menunggu persetujuan",
    duty_telling.APPROVED: "Tukar jaga disetujui",
    duty_telling.REFUSED: "Permintaan jaga ditolak",
    duty_telling.UNDONE: "Perubahan jaga dibatalkan",
}


@dataclass(frozen=True, slots=True)
class DutyLetters:
    """Writes messages about duty, with what ``letters`` knows of links and times."""

    session: Session
    letters: Letters
    secret: bytes
    """Signs the links by which officers confirm."""

    def change(self, change_id: int, occasion: str) -> Letter:
        """Tell of a change, as it is now; raises ``LookupError``."""
        change = self.session.get(DutyChange, change_id, options=[joinedload(DutyChange.agency)])
        if change is None:
            raise LookupError(f"no change {change_id}")
        title = _OCCASIONS[occasion]
        return Letter(
            f"{title} - {change.agency.name}",
            _lines(
                f"{title} di {change.agency.name}.",
                f"Jenis  : {_CHANGES[ChangeKind(change.kind)]}",
                *self._who("Semula", change.instead_of),
                *self._who("Menjadi", change.people),
                f"Waktu  : {self._interval(change.starts, change.ends)}",
                f"Alasan : {change.reason}",
                *([f"Keputusan: {change.decision}"] if change.decision else []),
                f"Buka   : {self.letters.web_url}{_page(change)}",
            ),
        )

    def warnings(self, ids: Sequence[int], count: int) -> Letter | None:
        """Tell of warnings that are still open; ``None`` when all are mended.

        Whatever leaves a call to others comes first, then the soonest.
        """
        query = select(DutyWarning).where(DutyWarning.id.in_(ids), DutyWarning.cleared_at.is_(None))
        query = query.options(joinedload(DutyWarning.agency), joinedload(DutyWarning.officer))
        found = self.session.scalars(query.order_by(DutyWarning.starts, DutyWarning.id)).all()
        rows = sorted(found, key=lambda row: row.kind not in _FIRST)
        if not rows:
            return None
        more = max(count, len(rows)) - min(len(rows), MOST_LINES)
        return Letter(
            f"Jadwal jaga perlu dilengkapi ({max(count, len(rows))})",
            _lines(
                "Mohon dilengkapi sebelum waktunya. Sampai itu, panggilan diteruskan ke instansi di atasnya.",
                *(f"- {self._warning(row)}" for row in rows[:MOST_LINES]),
                *([f"- dan {more} lagi"] if more > 0 else []),
                f"Buka: {self.letters.web_url}/duty/warnings",
            ),
        )

    def reminder(self, reminder_id: int, now: datetime) -> Letter | None:
        """Remind of a duty, with a link that confirms it; ``None`` once it is confirmed, or begun."""
        row = self.session.get(DutyReminder, reminder_id, options=[joinedload(DutyReminder.agency)])
        if row is None or row.confirmed_at is not None or row.starts <= now:
            return None
        return Letter(
            f"Jaga {self._time(row.starts)} - {row.agency.name}",
            _lines(
                f"Anda berjaga untuk {row.agency.name}.",
                f"Waktu      : {self._interval(row.starts, row.ends)}",
                f"Konfirmasi : {self.letters.web_url}/duty/confirm/{token(row.id, self.secret)}",
                "Berhalangan? Minta digantikan pada halaman Jaga saya, atau hubungi pengawas.",
            ),
        )

    def _warning(self, row: DutyWarning) -> str:
        who = f" ({row.officer.name})" if row.officer else ""
        when = self._interval(row.starts, row.ends)
        return f"{when}, {row.agency.name}: {WHAT[WarningKind(row.kind)]}{who}"

    def _who(self, label: str, officers: Iterable[int]) -> list[str]:
        query = select(Officer.name).where(Officer.id.in_(list(officers))).order_by(Officer.name)
        names = ", ".join(self.session.scalars(query))
        return [f"{label:<7}: {names}"] if names else []

    def _interval(self, starts: datetime, ends: datetime) -> str:
        first, last = starts.astimezone(self.letters.zone), ends.astimezone(self.letters.zone)
        until = f"{last:%H.%M}" if first.date() == last.date() else self._time(ends)
        return f"{self._time(starts)} sampai {until}"

    def _time(self, at: datetime) -> str:
        local = at.astimezone(self.letters.zone)
        return f"{_DAYS[local.weekday()]} {local:%d-%m-%Y %H.%M}"


def _page(change: DutyChange) -> str:
    return "/duty/mine" if change.kind in (ChangeKind.ASK, ChangeKind.SWAP) else f"/duty/{change.agency_id}"


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"

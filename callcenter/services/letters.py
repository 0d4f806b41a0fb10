"""What messages to officers say. They leave the house: no more than is needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from callcenter.models import Obligation, Ticket
from callcenter.services.callers import mask
from callcenter.services.telling import EMERGENCY, HANDED_OVER, LATE, OPENED, is_about

CATEGORIES = {"general": "umum", "emergency": "DARURAT"}
NEW, MORE, UNTAKEN = "new", "more", "untaken"
WHYS = {
    NEW: ("Aduan baru", "Aduan baru untuk {name}."),
    MORE: ("Keterangan baru pada aduan", "Warga menulis lagi tentang aduan untuk {name}."),
    UNTAKEN: ("Belum diterima: aduan", "Belum ada petugas yang menerima aduan untuk {name}."),
}
OCCASIONS = {
    EMERGENCY: "Warga yang sama menelepon lagi dan memilih darurat.",
    LATE: "Batas waktu sudah lewat dan warga belum ditelepon.",
    HANDED_OVER: "Petugas sebelumnya selesai jaga; tanggung jawab beralih kepada Anda.",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A message's words."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Letters:
    """Writes messages with links to the instance's ``web_url`` and times of its ``zone``."""

    web_url: str
    zone: ZoneInfo

    def ticket(self, ticket: Ticket, why: str = NEW, accept: str | None = None) -> Letter:
        """Tell of a ticket, and ``why``: a key of ``WHYS``; ``accept`` is the end of the link that takes it."""
        name = ticket.agency.name
        title, words = WHYS[why]
        urgent = "DARURAT: " if ticket.category == "emergency" else ""
        return Letter(
            f"{urgent}{title} {ticket.number} - {name}",
            _lines(
                words.format(name=name),
                f"Nomor tiket : {ticket.number}",
                f"Kategori    : {CATEGORIES.get(ticket.category, ticket.category)}",
                f"{'Penelepon' if ticket.call_id else 'Pengirim '}   : {mask(ticket.caller_number)}",
                f"Buka        : {self.web_url}/tickets/{ticket.id}",
                *([f"Terima      : {self.web_url}/tugas/{accept}"] if accept else []),
            ),
        )

    def summary(self, count: int) -> Letter:
        """Tell of many tickets at once."""
        words = "Terlalu banyak untuk dikirim satu per satu. Semuanya tersimpan."
        return Letter(f"{count} aduan lain menunggu", _lines(words, f"Buka        : {self.web_url}/tickets"))

    def obligation(self, obligation: Obligation, occasion: str = OPENED) -> Letter:
        """Tell of a citizen who is to be called back, and why it is told now."""
        name = obligation.agency.name
        urgent = "DARURAT: " if obligation.emergency else ""
        late = "LEWAT BATAS: " if is_about(occasion, LATE) else ""
        return Letter(
            f"{urgent}{late}Telepon balik - {name}",
            _lines(
                f"Seorang warga menelepon {name} dan belum terlayani. Mohon telepon balik.",
                *_why(occasion),
                f"Batas waktu : {self._time(obligation.due_at)}",
                f"Percobaan   : {obligation.attempts} kali",
                f"Penelepon   : {mask(obligation.caller_number)}",
                f"Buka        : {self.web_url}/obligations/{obligation.id}",
            ),
        )

    def _time(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%d-%m-%Y %H.%M %Z}"


def _why(occasion: str) -> list[str]:
    return [words for kind, words in OCCASIONS.items() if is_about(occasion, kind)]


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"

"""What messages to officers say. They leave the house: no more than is needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from callcenter.models import Obligation, Ticket
from callcenter.services.callers import mask
from callcenter.services.telling import EMERGENCY, HANDED_OVER, LATE, OPENED, is_about

CATEGORIES = {"general": "umum", "emergency": "DARURAT"}
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

    def ticket(self, ticket: Ticket, *, more: bool = False) -> Letter:
        """Tell of a new ticket, or that its citizen wrote ``more`` about it."""
        name = ticket.agency.name
        title = f"Keterangan baru pada aduan {ticket.number}" if more else f"Aduan baru {ticket.number}"
        return Letter(
            f"{title} - {name}",
            _lines(
                f"Warga menulis lagi tentang aduan untuk {name}." if more else f"Aduan baru untuk {name}.",
                f"Nomor tiket : {ticket.number}",
                f"Kategori    : {CATEGORIES.get(ticket.category, ticket.category)}",
                f"Penelepon   : {mask(ticket.caller_number)}",
                f"Buka        : {self.web_url}/tickets/{ticket.id}",
            ),
        )

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

"""The kinds of CSV file that can be imported, and their templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its headings (and the form's fields behind them)."""

    name: str
    headings: Mapping[str, str]
    required: tuple[str, ...]
    example: tuple[tuple[str, ...], ...]

    def template(self) -> str:
        """Write a file to begin with: the headings and an example."""
        lines = [";".join(self.headings), *(";".join(row) for row in self.example)]
        return "\ufeff" + "\r\n".join(lines) + "\r\n"

    def heading(self, field: str) -> str:
        """Name the column a form's field came from."""
        return next((heading for heading, name in self.headings.items() if name == field), field)


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "agencies",
            {
                "kode": "code",
                "nama": "name",
                "jenis": "tier",
                "induk": "parent",
                "nomor": "number",
                "penyedia": "provider",
            },
            ("code", "name", "tier"),
            (
                ("dinsos", "Dinas Sosial", "dinas", "diskominfo", "70102", ""),
                ("kecamatan-gantar", "Kecamatan Gantar", "kecamatan", "diskominfo", "70425", "asterisk"),
            ),
        ),
        Kind(
            "officers",
            {
                "kode instansi": "agency",
                "nama": "name",
                "sip": "sip",
                "ponsel": "mobile",
                "notifikasi": "notify_url",
            },
            ("agency", "name"),
            (("dinsos", "Petugas 3 Dinas Sosial", "ya", "", ""),),
        ),
        Kind(
            "roster",
            {
                "kode instansi": "agency",
                "petugas": "officer",
                "hari": "weekdays",
                "mulai": "starts",
                "selesai": "ends",
                "urutan": "rung",
            },
            ("agency", "officer", "weekdays", "starts", "ends"),
            (
                ("dinsos", "Petugas 3 Dinas Sosial", "senin-jumat", "07:30", "16:00", "0"),
                ("dinsos", "Petugas 3 Dinas Sosial", "sabtu", "19:00", "07:00", "1"),
            ),
        ),
    )
}

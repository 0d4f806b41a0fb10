"""The agencies of the demonstration: names that were confirmed, and no others.

Sources: the programme's press coverage for perangkat daerah, RSUD and BUMD
(class S; RSUD Indramayu is class R), Kepmendagri 300.2.2-2430/2025 for the
kecamatan. Everything else comes by CSV import.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files

from callcenter.models import Tier

POST = "diskominfo"
"""The regency's post: Diskominfo is the programme's admin centre."""


@dataclass(frozen=True, slots=True)
class DemoAgency:
    """An agency of the demonstration and the number to dial.

    The numbers are extensions of five digits from 70001 to 70599. They are
    nobody's: public Indonesian short codes begin with 1, and subscribers'
    numbers have more digits. An exchange must not route them to a public trunk.
    """

    code: str
    name: str
    tier: Tier
    number: str
    parent: str = POST


def agencies() -> list[DemoAgency]:
    """List the demonstration's agencies, parents first."""
    return [*_PERANGKAT_DAERAH, *_BUMD, *_RSUD, *_kecamatan(), _GANTAR]


_PERANGKAT_DAERAH = (
    DemoAgency(POST, "Dinas Komunikasi dan Informatika", Tier.REGENCY, "70001", parent=""),
    DemoAgency("satpol-pp-damkar", "Satpol PP dan Damkar", Tier.DINAS, "70101"),
    DemoAgency("dinsos", "Dinas Sosial", Tier.DINAS, "70102"),
    DemoAgency("dinkes", "Dinas Kesehatan", Tier.DINAS, "70103"),
    DemoAgency("dlh", "Dinas Lingkungan Hidup", Tier.DINAS, "70104"),
)
_BUMD = (
    DemoAgency("perumdam-tirta-darma-ayu", "Perumdam Tirta Darma Ayu", Tier.BUMD, "70201"),
    DemoAgency("bpr-karya-remaja", "BPR Karya Remaja", Tier.BUMD, "70202"),
    DemoAgency("pt-bwi", "PT BWI", Tier.BUMD, "70203"),
)
_RSUD = (
    DemoAgency("rsud-mis-krangkeng", "RSUD MIS Krangkeng", Tier.RSUD, "70301"),
    DemoAgency("rsud-ma-sentot-patrol", "RSUD Pantura M.A. Sentot Patrol", Tier.RSUD, "70302"),
    DemoAgency("rsud-indramayu", "RSUD Indramayu", Tier.RSUD, "70303"),
)
_GANTAR = DemoAgency("puskesmas-gantar", "Puskesmas Gantar", Tier.PUSKESMAS, "70501", parent="dinkes")


def _kecamatan() -> list[DemoAgency]:
    table = files("callcenter.data").joinpath("kecamatan.csv").read_text(encoding="utf-8")
    return [_one_kecamatan(row["code"], row["name"]) for row in csv.DictReader(table.splitlines())]


def _one_kecamatan(region_code: str, name: str) -> DemoAgency:
    ordinal = region_code.rsplit(".", 1)[1]
    code = "kecamatan-" + name.lower().replace(" ", "-")
    return DemoAgency(code, f"Kecamatan {name}", Tier.KECAMATAN, f"704{ordinal}")

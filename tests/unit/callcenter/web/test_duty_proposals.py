"""The proposal on the web: seen, taken along, published as it was seen."""

from __future__ import annotations

import re
from datetime import time

import pytest
from sqlalchemy import select

from callcenter.models import Agency, Officer, RosterVersion
from tests import factories
from tests.unit.callcenter.web.conftest import LogIn, Place


@pytest.fixture
def address(place: Place) -> str:
    """The proposal of dinsos: Ani by day, Budi by night, Cici free."""
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "dinsos")).one()
        for name, hours in (("Ani", (7, 19)), ("Budi", (19, 7)), ("=Cici", None)):
            officer = factories.officer(session, agency, name)
            for day in range(7) if hours else ():
                factories.shift(session, officer, day, starts=time(hours[0]), ends=time(hours[1]))
        return f"/duty/{agency.id}/proposal"


def versions(place: Place) -> list[RosterVersion]:
    with place.database.reading() as session:
        return list(session.scalars(select(RosterVersion)))


def mark(page: str) -> str:
    return re.findall(r'name="mark" value="(\w+)"', page)[0]


def test_the_coming_month_is_shown(place: Place, log_in: LogIn, address: str) -> None:
    supervisor = log_in("pengawas")
    assert address in supervisor.get(address.removesuffix("/proposal")).text
    page = supervisor.get(address).text
    assert "Desember 2026" in page
    assert "Cici" in page
    assert "tidak dapat diisi" not in page
    assert "Februari 2027" in supervisor.get(f"{address}?month=2027-02").text


def test_officers_do_not_see_it(place: Place, log_in: LogIn, address: str) -> None:
    officer = log_in("petugas")
    for it in (address, f"{address}.csv", f"{address}.xlsx"):
        assert officer.get(it).status_code == 403
    assert officer.post(address, data={"reason": "x"}).status_code == 403
    assert address not in officer.get(address.removesuffix("/proposal")).text


@pytest.mark.parametrize(
    ("month", "said"),
    [("2026-13", "Bukan bulan"), ("x", "Bukan bulan"), ("2026-11", "sudah berjalan"), ("2199-01", "Bukan")],
)
def test_other_months_are_refused_in_words(
    place: Place, log_in: LogIn, address: str, month: str, said: str
) -> None:
    supervisor = log_in("pengawas")
    assert said in supervisor.get(f"{address}?month={month}").text
    assert said in supervisor.get(f"{address}.csv?month={month}", follow_redirects=True).text
    answer = supervisor.post(f"{address}?month={month}", data={"reason": "x"})
    assert (answer.status_code, said in answer.text) == (422, True)


def test_what_does_not_exist_is_not_found(place: Place, log_in: LogIn) -> None:
    supervisor = log_in("pengawas")
    for it in ("/duty/999/proposal", f"/duty/{2**70}/proposal", "/duty/999/proposal.csv"):
        assert supervisor.get(it).status_code == 404
    assert supervisor.post("/duty/999/proposal").status_code == 404


def test_it_is_taken_along_without_formulas(place: Place, log_in: LogIn, address: str) -> None:
    supervisor = log_in("pengawas")
    answer = supervisor.get(f"{address}.csv")
    assert "jaga-dinsos-2026-12.csv" in answer.headers["Content-Disposition"]
    assert answer.text.lstrip("\ufeff").startswith("tanggal;mulai;selesai;petugas;peran")
    assert ";'=Cici;" in answer.text
    assert ";=Cici" not in answer.text
    assert supervisor.get(f"{address}.xlsx").data.startswith(b"PK")


def test_it_is_published_as_it_was_seen(place: Place, log_in: LogIn, address: str) -> None:
    supervisor = log_in("pengawas")
    seen = mark(supervisor.get(address).text)
    for data, said in (
        ({"mark": "x", "reason": "Rapat"}, "baru saja berubah"),
        ({"mark": seen, "reason": " "}, "Belum diisi"),
    ):
        answer = supervisor.post(address, data=data)
        assert (answer.status_code, said in answer.text) == (422, True)
    assert versions(place) == []
    answer = supervisor.post(f"{address}?month=2026-12", data={"mark": seen, "reason": "Rapat"})
    assert answer.location == address.replace("/proposal", "?month=2026-12")
    (kept,) = versions(place)
    assert kept.reason == "Rapat"
    assert kept.account_id is not None


def test_what_changed_meanwhile_is_shown_anew(place: Place, log_in: LogIn, address: str) -> None:
    supervisor = log_in("pengawas")
    seen = mark(supervisor.get(address).text)
    with place.database.transaction() as session:
        session.scalars(select(Officer).where(Officer.name == "=Cici")).one().active = False
    answer = supervisor.post(address, data={"mark": seen, "reason": "Rapat"})
    assert (answer.status_code, mark(answer.text) != seen) == (422, True)
    assert versions(place) == []


def test_empty_turns_are_told_and_published_only_when_meant(place: Place, log_in: LogIn) -> None:
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "dinkes")).one()
        factories.officer(session, agency, "<b>Dewi</b>")
        address = f"/duty/{agency.id}/proposal"
    supervisor = log_in("pengawas")
    page = supervisor.get(address).text
    assert "giliran tidak dapat diisi" in page
    assert "jaga menjadi terlalu lama:" in page
    assert "<b>Dewi" not in page
    data = {"mark": mark(page), "reason": "Sementara"}
    refused = supervisor.post(address, data=data)
    assert (refused.status_code, "Ada giliran kosong" in refused.text) == (422, True)
    assert supervisor.post(address, data={**data, "with_gaps": "1"}).status_code == 303
    assert len(versions(place)) == 1


def test_an_agency_without_officers_has_a_page(place: Place, log_in: LogIn) -> None:
    with place.database.reading() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "dinkes")).one()
    assert "Tidak ada petugas aktif" in log_in("pengawas").get(f"/duty/{agency.id}/proposal").text

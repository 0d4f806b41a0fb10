"""The proposal in a real browser: looked at, taken along, published."""

from __future__ import annotations

from datetime import time

from playwright.sync_api import Page, expect

from tests import factories
from tests.browser import scenes
from tests.browser.conftest import Shoot, Site


def test_a_supervisor_publishes_the_coming_month(site: Site, page: Page, shoot: Shoot) -> None:
    agency_id = _town(site)
    site.log_in(page)
    page.goto(f"{site.address}/duty/{agency_id}")
    page.get_by_role("link", name="Usulan bulan depan").click()
    expect(page.get_by_role("heading", name="Pembagian beban")).to_be_visible()
    expect(page.locator(".calendar li").first).to_be_visible()
    shoot(page, "duty-proposal")
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh XLSX").click()
    assert download.value.suggested_filename.startswith("jaga-dinsos-")
    names = page.locator(".calendar .date:not(.other) li").nth(1).inner_text()
    page.get_by_label("Alasan").fill("Rapat jaga bulanan")
    page.get_by_role("button", name="Terbitkan").click()
    expect(page.get_by_text("Usulan diterbitkan")).to_be_visible()
    expect(page.locator(".calendar .date:not(.other) li").nth(1)).to_have_text(names)


def test_what_nobody_can_take_is_seen_first(site: Site, page: Page, shoot: Shoot) -> None:
    with site.database.transaction() as session:
        agency = factories.agency(session, "desa-karangsong", "Desa Karangsong", tier="desa")
        factories.officer(session, agency, "Ani Suryani")
        agency_id = agency.id
    site.log_in(page)
    page.goto(f"{site.address}/duty/{agency_id}/proposal")
    expect(page.get_by_text("jaga menjadi terlalu lama:").first).to_be_visible()
    shoot(page, "duty-proposal-empty")
    page.get_by_label("Alasan").fill("Baru satu petugas")
    page.get_by_role("button", name="Terbitkan").click()
    expect(page.get_by_text("Ada giliran kosong.")).to_be_visible()
    page.get_by_label("Terbitkan walau ada giliran kosong").check()
    page.get_by_role("button", name="Terbitkan").click()
    expect(page.get_by_text("Usulan diterbitkan")).to_be_visible()


def _town(site: Site) -> int:
    """Ani by day, Budi by night, Cici and Dedi free."""
    with site.database.transaction() as session:
        agency = scenes.dinsos(session)
        for name, hours in (
            ("Ani Suryani", (7, 19)),
            ("Budi Santoso", (19, 7)),
            ("Cici Paramida", None),
            ("Dedi Mulyadi", None),
        ):
            officer = factories.officer(session, agency, name)
            for day in range(7) if hours else ():
                factories.shift(session, officer, day, starts=time(hours[0]), ends=time(hours[1]))
        return agency.id

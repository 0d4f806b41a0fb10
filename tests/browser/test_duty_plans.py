"""A plan from a file in a real browser: looked at, mended, published, taken back."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests import factories
from tests.browser import scenes
from tests.browser.conftest import Shoot, Site

FIRST, LAST = "2031-03-03", "2031-03-04"
GOOD = """tanggal;mulai;selesai;petugas;peran
2031-03-03;00:00;12:00;Ani Suryani;utama
2031-03-03;12:00;06:00;Budi Santoso;utama
"""
WRONG = """tanggal;mulai;selesai;petugas;peran
2031-03-03;00:00;12:00;Ani Suriani;utama
kemarin;12:00;06:00;Budi Santoso;utama
"""


def test_a_file_is_looked_at_mended_and_published(
    site: Site, page: Page, shoot: Shoot, tmp_path: Path
) -> None:
    agency_id = _town(site)
    site.log_in(page)
    page.goto(f"{site.address}/duty/{agency_id}/plan")
    _upload(page, tmp_path, WRONG)
    expect(page.get_by_role("heading", name="Tidak ada yang diterbitkan")).to_be_visible()
    expect(page.get_by_text("Maksudnya Ani Suryani?")).to_be_visible()
    shoot(page, "duty-plan-mistakes")
    _upload(page, tmp_path, GOOD)
    expect(page.get_by_role("heading", name="Periksa sebelum diterbitkan")).to_be_visible()
    expect(page.get_by_text("1 waktu tanpa petugas")).to_be_visible()
    shoot(page, "duty-plan-preview")
    page.get_by_label("Alasan", exact=True).fill("Rapat jaga Maret")
    page.get_by_role("button", name="Terbitkan").click()
    expect(page.get_by_text("Rencana jaga diterbitkan dan berlaku.")).to_be_visible()
    expect(page.locator(".calendar li", has_text="Budi Santoso").first).to_be_visible()


def test_what_was_published_is_taken_back(site: Site, page: Page, shoot: Shoot, tmp_path: Path) -> None:
    agency_id = _town(site)
    site.log_in(page)
    page.goto(f"{site.address}/duty/{agency_id}/plan")
    _upload(page, tmp_path, GOOD)
    page.get_by_label("Alasan", exact=True).fill("Rapat jaga Maret")
    page.get_by_role("button", name="Terbitkan").click()
    page.goto(f"{site.address}/duty/{agency_id}/plan")
    expect(page.get_by_text("Rapat jaga Maret")).to_be_visible()
    shoot(page, "duty-plan-versions")
    page.get_by_label("Alasan kembali ke pola mingguan").fill("Salah berkas")
    page.get_by_role("button", name="Kembali ke pola mingguan").click()
    expect(page.get_by_text("Instansi kembali ke pola mingguan.")).to_be_visible()
    expect(page.locator(".duties li").first).to_contain_text("Salah berkas")


def _upload(page: Page, folder: Path, text: str) -> None:
    path = folder / "jaga.csv"
    path.write_text(text)
    page.get_by_label("Dari tanggal").fill(FIRST)
    page.get_by_label("Sampai tanggal").fill(LAST)
    page.get_by_label("Berkas").set_input_files(path)
    page.get_by_role("button", name="Periksa").click()


def _town(site: Site) -> int:
    with site.database.transaction() as session:
        agency = scenes.dinsos(session)
        for name in ("Ani Suryani", "Budi Santoso"):
            factories.officer(session, agency, name)
        return agency.id

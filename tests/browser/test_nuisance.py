"""A prank is reported by an officer and decided by a supervisor, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import scenes
from tests.browser.conftest import Shoot, Site


def test_a_prank_is_reported_and_the_number_marked(site: Site, page: Page, shoot: Shoot) -> None:
    scenes.a_day(site)
    site.log_in(page, "petugas")
    page.get_by_role("link", name="Telepon balik").click()
    page.get_by_role("link", name="Semua panggilan dan pemberitahuan").click()
    shoot(page, "obligation")
    page.locator(".entries a").first.click()
    page.get_by_text("Laporkan panggilan iseng").click()
    page.get_by_label("Keterangan").fill("Tertawa lalu menutup")
    page.get_by_role("button", name="Laporkan ke pengawas").click()
    expect(page.get_by_role("status")).to_contain_text("diteruskan kepada pengawas")
    shoot(page, "call-reported")

    page.context.clear_cookies()
    site.log_in(page, "pengawas")
    page.goto(f"{site.address}/nuisance")
    expect(page.get_by_text("Tertawa lalu menutup")).to_be_visible()
    shoot(page, "nuisance-proposed")
    page.get_by_role("button", name="Tetapkan tanda").click()
    expect(page.get_by_role("button", name="Perpanjang 30 hari")).to_be_visible()
    shoot(page, "nuisance-active")
    page.get_by_role("button", name="Cabut tanda").click()
    expect(page.get_by_role("alert")).to_contain_text("tulis alasannya")

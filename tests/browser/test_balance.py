"""The balance of calls: read, narrowed, and followed to calls and differences."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import scenes
from tests.browser.conftest import Shoot, Site


def test_a_supervisor_reads_the_balance_and_follows_a_number(site: Site, page: Page, shoot: Shoot) -> None:
    scenes.a_week(site)
    site.log_in(page)
    page.get_by_role("link", name="Neraca").click()
    expect(page.get_by_role("heading", name="Neraca panggilan")).to_be_visible()
    expect(page.locator(".counts tbody tr")).to_have_count(7)
    expect(page.locator(".counts tr.wrong")).to_have_count(2)
    shoot(page, "balance")
    page.locator(".counts tbody tr").first.get_by_role("link", name="2", exact=True).click()
    expect(page.locator("#rows tr")).to_have_count(2)
    expect(page.locator("#rows").get_by_text("Pesan direkam").first).to_be_visible()
    shoot(page, "balance-calls")


def test_a_marked_day_leads_to_its_difference_and_to_the_call(site: Site, page: Page, shoot: Shoot) -> None:
    call_id = scenes.a_week(site)
    site.log_in(page)
    page.goto(f"{site.address}/balance")
    page.locator(".counts tbody tr").last.get_by_role("link", name="1 perbedaan").click()
    expect(page.locator("#rows tr")).to_have_count(1)
    expect(page.get_by_text("Catatan kami: nomor sibuk (17)")).to_be_visible()
    page.get_by_role("link", name="Hapus saringan").click()
    expect(page.locator("#rows tr")).to_have_count(2)
    shoot(page, "differences")
    page.locator(f'#rows a[href="/calls/{call_id}"]').click()
    expect(page.get_by_role("heading", name="Urutan kejadian")).to_be_visible()


def test_a_quiet_day_says_so(site: Site, page: Page, shoot: Shoot) -> None:
    site.log_in(page)
    page.goto(f"{site.address}/balance?from=2026-01-01&to=2026-01-01")
    expect(page.locator(".counts").get_by_text("Tidak ada panggilan")).to_be_visible()
    page.get_by_role("link", name="Perbedaan").click()
    expect(page.get_by_text("Tidak ada perbedaan")).to_be_visible()
    shoot(page, "differences-none")

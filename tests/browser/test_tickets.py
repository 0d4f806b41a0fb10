"""Working on a ticket and on call-backs."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser import scenes
from tests.browser.conftest import Shoot, Site


def test_a_note_and_a_status_are_kept(site: Site, page: Page, shoot: Shoot) -> None:
    _call_id, ticket_id = scenes.talked(site)
    site.log_in(page, "petugas")
    page.goto(f"{site.address}/tickets/{ticket_id}")
    page.get_by_label("Catatan", exact=True).fill("Warga sudah dihubungi.\nSurvei besok pagi.")
    page.get_by_role("button", name="Simpan catatan").click()
    expect(page.get_by_text("Survei besok pagi.")).to_be_visible()
    page.get_by_label("Status berikutnya").select_option("verified")
    page.get_by_role("button", name="Ubah status").click()
    expect(page.get_by_role("status").first).to_contain_text("Status aduan diubah")
    shoot(page, "ticket")


def test_closing_asks_for_a_reason(site: Site, page: Page, shoot: Shoot) -> None:
    _call_id, ticket_id = scenes.talked(site)
    site.log_in(page, "petugas")
    page.goto(f"{site.address}/tickets/{ticket_id}")
    page.get_by_label("Status berikutnya").select_option("closed")
    page.get_by_role("button", name="Ubah status").click()
    expect(page.get_by_role("alert")).to_contain_text("tulis alasannya")
    shoot(page, "ticket-refused")


def test_the_list_of_tickets(site: Site, page: Page, shoot: Shoot) -> None:
    scenes.talked(site)
    scenes.a_day(site)
    site.log_in(page)
    page.goto(f"{site.address}/tickets")
    expect(page.locator("#rows .badge.bad")).to_have_text("Lewat batas")
    shoot(page, "tickets")


def test_a_call_back_is_done(site: Site, page: Page, shoot: Shoot) -> None:
    scenes.a_day(site)
    site.log_in(page, "petugas")
    page.get_by_role("link", name="Telepon balik").click()
    shoot(page, "obligations")
    page.get_by_role("button", name="Tutup tanpa menelepon").click()
    expect(page.get_by_role("alert")).to_contain_text("tulis alasan")
    page.get_by_role("button", name="Sudah ditelepon").click()
    expect(page.get_by_text("Tidak ada telepon balik yang terbuka.")).to_be_visible()

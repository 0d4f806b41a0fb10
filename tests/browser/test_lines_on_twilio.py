"""A line on Twilio in a real browser: off, switched on with a reason, off again."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from sqlalchemy import select

from callcenter.models import Agency
from tests.browser.conftest import Shoot, Site


def test_an_administrator_switches_a_line_on_with_a_reason(site: Site, page: Page, shoot: Shoot) -> None:
    agency_id = _dinsos(site)
    site.log_in(page, "admin")
    page.goto(f"{site.address}/admin/agencies/{agency_id}/lines/new")
    page.get_by_label("Nomor", exact=True).fill("0234 271234")
    page.get_by_label("Penyedia").select_option("twilio")
    page.get_by_role("button", name="Simpan").click()
    row = page.get_by_role("row", name="+62234271234")
    expect(row).to_contain_text("Twilio")
    expect(row).to_contain_text("mati")
    shoot(page, "agency-line-off")
    row.get_by_role("link", name="Nyalakan nomor").click()
    expect(page.get_by_role("heading", name="Penyedia di luar negeri mati")).to_be_visible()
    page.get_by_label("Alasan").fill("x" * 501)
    page.get_by_role("button", name="Nyalakan nomor").click()
    expect(page.get_by_text("paling banyak 500 huruf")).to_be_in_viewport()
    expect(page.get_by_label("Alasan")).to_have_value("x" * 501)
    shoot(page, "line-reason-too-long")
    page.get_by_label("Alasan").fill("Keputusan Bupati 12/2026")
    page.get_by_role("button", name="Nyalakan nomor").click()
    expect(page.get_by_text("Nomor dinyalakan.")).to_be_visible()
    expect(page.locator(".entries li").first).to_contain_text("Keputusan Bupati 12/2026")
    shoot(page, "line-on-twilio")
    page.goto(f"{site.address}/admin/agencies/{agency_id}")
    for told in ("menyala", "Keputusan Bupati 12/2026", ", admin"):
        expect(row).to_contain_text(told)
    shoot(page, "agency-line-on")
    row.get_by_role("link", name="Matikan nomor").click()
    page.get_by_label("Alasan").fill("Ujicoba" * 70)
    page.get_by_role("button", name="Matikan nomor").click()
    expect(page.get_by_role("heading", name="Penyedia di luar negeri mati")).to_be_visible()
    expect(page.locator(".entries li")).to_have_count(2)
    shoot(page, "line-off-again")
    page.goto(f"{site.address}/admin/agencies/{agency_id}")
    expect(row).to_contain_text("mati")
    flow = row.get_by_role("cell", name="hotline").bounding_box()
    assert flow
    assert flow["width"] > 60, "a long reason squeezes the other columns"
    shoot(page, "agency-line-off-again")


def test_a_line_on_the_own_exchange_needs_no_decision(site: Site, page: Page) -> None:
    site.log_in(page, "admin")
    page.goto(f"{site.address}/admin/agencies/{_dinsos(site)}/lines/new")
    page.get_by_label("Nomor", exact=True).fill("70102")
    page.get_by_role("button", name="Simpan").click()
    page.get_by_role("link", name="70102").click()
    expect(page.get_by_text("Penyedia di luar negeri")).to_have_count(0)


def _dinsos(site: Site) -> int:
    with site.database.reading() as session:
        return session.scalars(select(Agency.id).where(Agency.code == "dinsos")).one()

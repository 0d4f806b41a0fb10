"""A key for another program is made on a phone, and works until it is revoked."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Shoot, Site


def test_a_key_is_made_used_and_revoked(site: Site, page: Page, shoot: Shoot) -> None:
    site.log_in(page)
    page.locator("summary", has_text="pengawas").click()
    page.get_by_role("link", name="Kunci API").click()
    expect(page.get_by_text("Belum ada kunci.")).to_be_visible()
    page.get_by_label("Untuk apa").fill("Papan pengumuman di lobi")
    page.get_by_label("Masa berlaku").select_option("365")
    page.get_by_role("button", name="Buat kunci").click()
    expect(page.get_by_text("salin sekarang")).to_be_visible()
    secret = page.locator(".notice.note").inner_text().strip()
    shoot(page, "tokens-made")
    headers = {"Authorization": f"Bearer {secret}"}
    told = page.request.get(f"{site.address}/api/v1/duty/now", headers=headers)
    assert [one["agency"]["code"] for one in told.json()["agencies"]] == ["dinsos"]
    assert page.request.get(f"{site.address}/api/v1/duty/now").status == 401
    page.goto(f"{site.address}/tokens")
    expect(page.get_by_text("Terakhir dipakai")).to_be_visible()
    expect(page.get_by_text(secret)).to_have_count(0)
    shoot(page, "tokens")
    page.get_by_role("button", name="Cabut").click()
    expect(page.get_by_text("Kunci API dicabut.")).to_be_visible()
    assert page.request.get(f"{site.address}/api/v1/duty/now", headers=headers).status == 401

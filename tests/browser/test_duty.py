"""Duty is seen and changed: by a supervisor in the calendar, by officers on a phone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from callcenter.models import Role
from callcenter.services.duty import Duty
from tests import factories
from tests.browser import scenes
from tests.browser.conftest import Shoot, Site

ZONE = ZoneInfo("Asia/Jakarta")


def test_a_supervisor_replaces_somebody_and_takes_it_back(site: Site, page: Page, shoot: Shoot) -> None:
    agency_id = _town(site)
    site.log_in(page)
    page.get_by_role("link", name="Jaga", exact=True).click()
    expect(page.get_by_role("heading", name="Siapa berjaga")).to_be_visible()
    expect(page.get_by_text("1 tanpa petugas")).to_be_visible()
    shoot(page, "duty-now")
    page.get_by_role("link", name="Dinas Sosial").click()
    shoot(page, "duty-month")
    page.get_by_role("link", name="→").click()
    page.locator(".date:not(.other) [data-piece]").nth(3).click()
    expect(page.get_by_label("Yang berhalangan")).not_to_have_value("")
    starts = page.get_by_label("Mulai").input_value()
    page.get_by_role("button", name="Cici Paramida").click()
    page.get_by_label("Alasan").first.fill("Rapat di Bandung")
    shoot(page, "duty-change")
    page.get_by_role("button", name="Simpan perubahan").click()
    expect(page.get_by_text("Perubahan jaga disimpan")).to_be_visible()
    change = page.get_by_role("article").filter(has_text="Rapat di Bandung")
    expect(change).to_contain_text("Cici Paramida")
    shoot(page, "duty-changed")
    assert "Cici Paramida" in _on_duty(site, agency_id, starts)
    change.get_by_role("button", name="Batalkan").click()
    expect(page.get_by_text("Belum diubah: tulis alasannya.")).to_be_visible()
    change.get_by_label("Alasan").fill("Rapat batal")
    change.get_by_role("button", name="Batalkan").click()
    expect(change).to_contain_text("Rapat batal")
    assert "Cici Paramida" not in _on_duty(site, agency_id, starts)


def test_a_name_is_dragged_onto_a_turn(site: Site, page: Page) -> None:
    agency_id = _town(site)
    site.log_in(page)
    page.goto(f"{site.address}/duty/{agency_id}?month=2031-01")
    page.locator("[data-officer]", has_text="Cici").drag_to(page.locator("[data-piece]").nth(12))
    expect(page.get_by_label("Penggantinya").locator("option:checked")).to_have_text("Cici Paramida")
    expect(page.get_by_label("Mulai")).not_to_have_value("")


def test_a_week_is_changed_by_a_drag(site: Site, page: Page, shoot: Shoot) -> None:
    agency_id = _town(site)
    site.log_in(page)
    page.goto(f"{site.address}/duty/{agency_id}")
    page.get_by_role("link", name="Minggu", exact=True).click()
    expect(page.get_by_role("heading", name="Minggu jaga")).to_be_visible()
    shoot(page, "duty-week")
    page.get_by_role("link", name="Berikutnya").click()
    expect(page.locator(".week .today")).to_have_count(0)
    page.locator("[data-officer]", has_text="Cici").drag_to(page.locator("[data-piece]").nth(3))
    expect(page.get_by_label("Penggantinya").locator("option:checked")).to_have_text("Cici Paramida")
    starts = page.get_by_label("Mulai").input_value()
    page.get_by_label("Alasan").first.fill("Rapat di Bandung")
    page.get_by_role("button", name="Simpan perubahan").click()
    expect(page.get_by_role("heading", name="Minggu jaga")).to_be_visible()
    expect(page.locator(".week", has_text="Cici Paramida")).to_be_visible()
    assert "Cici Paramida" in _on_duty(site, agency_id, starts)


def test_leave_without_a_letter_is_refused_where_it_is_missing(site: Site, page: Page, shoot: Shoot) -> None:
    agency_id = _town(site)
    site.log_in(page)
    page.goto(f"{site.address}/duty/{agency_id}?month=2031-01&starts=2031-01-06T00:00&ends=2031-01-09T00:00")
    page.get_by_label("Perubahan").select_option("leave")
    page.get_by_label("Yang berhalangan").select_option(label="Ani Suryani")
    page.get_by_label("Alasan").first.fill("Cuti tahunan")
    page.get_by_role("button", name="Simpan perubahan").click()
    expect(page.get_by_label("Nomor surat cuti")).to_have_attribute("aria-invalid", "true")
    shoot(page, "duty-refused")
    page.get_by_label("Nomor surat cuti").fill("SK 12/2031")
    page.get_by_label("Pejabat yang memberi cuti").fill("Kepala Dinas")
    page.get_by_role("button", name="Simpan perubahan").click()
    expect(page.get_by_role("article").filter(has_text="SK 12/2031, Kepala Dinas")).to_be_visible()
    expect(page.locator(".calendar .nobody").first).to_be_visible()


def test_officers_swap_and_the_supervisor_approves(site: Site, page: Page, shoot: Shoot) -> None:
    agency_id = _town(site)
    site.log_in(page, "ani")
    page.get_by_role("link", name="Jaga", exact=True).click()
    page.get_by_role("link", name="Jaga saya").click()
    page.get_by_role("link", name="Minta tukar").nth(2).click()
    starts = page.get_by_label("Mulai").input_value()
    page.get_by_label("Alasan").fill("Anak sakit")
    page.get_by_role("button", name="Kirim permintaan").click()
    expect(page.get_by_text("Permintaan tukar jaga dikirim.")).to_be_visible()
    shoot(page, "duty-mine")
    _change_to(page, site, "cici")
    page.goto(f"{site.address}/duty/mine")
    expect(page.get_by_role("article")).to_contain_text("Anak sakit")
    page.get_by_role("button", name="Ambil").click()
    expect(page.get_by_text("Sudah diambil, menunggu pengawas")).to_be_visible()
    shoot(page, "duty-taken")
    assert "Cici Paramida" not in _on_duty(site, agency_id, starts)
    _change_to(page, site, "pengawas")
    page.goto(f"{site.address}/duty/{agency_id}?month={starts[:7]}")
    page.get_by_role("button", name="Setujui").click()
    expect(page.get_by_text("Keputusan disimpan.")).to_be_visible()
    assert "Cici Paramida" in _on_duty(site, agency_id, starts)


def _town(site: Site) -> int:
    """Ani by day, Budi by night, Cici free; and an agency without anybody."""
    with site.database.transaction() as session:
        agency = scenes.dinsos(session)
        ani, budi, cici = (
            factories.officer(session, agency, name)
            for name in ("Ani Suryani", "Budi Santoso", "Cici Paramida")
        )
        for day in range(7):
            factories.shift(session, ani, day, starts=time(7), ends=time(19))
            factories.shift(session, budi, day, starts=time(19), ends=time(7))
        for name, officer in (("ani", ani), ("cici", cici)):
            factories.account(session, name, Role.OFFICER, agency, officer)
        factories.agency(session, "desa-karangsong", "Desa Karangsong", tier="desa")
        return agency.id


def _on_duty(site: Site, agency_id: int, starts: str) -> list[str]:
    at = datetime.fromisoformat(starts).replace(tzinfo=ZONE).astimezone(UTC) + timedelta(minutes=1)
    with site.database.reading() as session:
        return [one.name for one in Duty(session, ZONE).on_duty(agency_id, at)]


def _change_to(page: Page, site: Site, username: str) -> None:
    page.goto("about:blank")  # no late answer brings the cookie back
    page.context.clear_cookies()
    site.log_in(page, username)

"""A note goes from one shift to the next, and a sealed month is looked at and printed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from callcenter.models import Role
from callcenter.services.sealing import Sealing
from tests import factories
from tests.browser import scenes
from tests.browser.conftest import Shoot, Site

ZONE = ZoneInfo("Asia/Jakarta")


def test_a_note_for_the_next_shift(site: Site, page: Page, shoot: Shoot) -> None:
    _town(site)
    site.log_in(page, "ani")
    page.goto(f"{site.address}/duty/mine")
    page.get_by_label("Catatan untuk giliran berikutnya").fill("Ibu Siti menunggu kabar soal pipa.")
    page.get_by_role("button", name="Simpan catatan").click()
    expect(page.get_by_text("Catatan serah terima disimpan.")).to_be_visible()
    page.goto("about:blank")  # no late answer brings the cookie back
    page.context.clear_cookies()
    site.log_in(page, "budi")
    page.goto(f"{site.address}/duty/mine")
    expect(page.get_by_text("Ibu Siti menunggu kabar soal pipa.")).to_be_visible()
    shoot(page, "duty-handover")
    page.get_by_role("button", name="Sudah saya baca").click()
    expect(page.get_by_text("Belum dibaca")).to_have_count(0)
    shoot(page, "duty-notes")


def test_a_month_is_looked_at_and_printed(site: Site, page: Page, shoot: Shoot, artefacts: Path) -> None:
    agency_id = _town(site)
    site.log_in(page)
    month = f"{datetime.now(ZONE) - timedelta(days=1):%Y-%m}"
    page.goto(f"{site.address}/duty/{agency_id}?month={month}")
    page.get_by_role("link", name="Rekap jaga").click()
    expect(page.get_by_text("Disegel").first).to_be_visible()
    shoot(page, "duty-records")
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh PDF").click()
    path = artefacts / "duty-sheet.pdf"
    download.value.save_as(path)
    assert path.read_bytes().startswith(b"%PDF-")


def _town(site: Site) -> int:
    """Ani by day, Budi by night, for three sealed days."""
    now = datetime.now(UTC)
    since = now.astimezone(ZONE).date() - timedelta(days=4)
    with site.database.transaction() as session:
        agency = scenes.dinsos(session)
        agency.active_from = max(since, date(2026, 1, 1))
        factories.line(session, agency, active_from=since)
        for name, starts, ends in (("Ani Suryani", 7, 19), ("Budi Santoso", 19, 7)):
            officer = factories.officer(session, agency, name)
            for day in range(7):
                factories.shift(session, officer, day, starts=time(starts), ends=time(ends))
            factories.account(session, name.split()[0].lower(), Role.OFFICER, agency, officer)
        sealing = Sealing(session, ZONE)
        while due := sealing.due(now):
            for day, agency_id in due:
                sealing.seal(agency_id, day, now)
        return agency.id

"""The settings pages: importing a file, and what a person sees of its mistakes."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from playwright.sync_api import Page, expect

from callcenter.services.rosters import Rosters
from tests import factories
from tests.browser import scenes
from tests.browser.conftest import Shoot, Site

GOOD = "kode;nama;jenis;nomor\ndinkes;Dinas Kesehatan;dinas;02345550199\n"
BAD = "kode;nama;jenis;nomor\nDin Kes;Dinas Kesehatan;dinas;satu\ndlh;;kantor;\n"


def test_a_file_is_taken_whole_or_not_at_all(site: Site, page: Page, shoot: Shoot) -> None:
    site.log_in(page, "admin")
    page.goto(f"{site.address}/admin/import")
    shoot(page, "import")
    _send(page, BAD)
    expect(page.get_by_text("Tidak ada yang disimpan").first).to_be_visible()
    shoot(page, "import-refused")
    _send(page, GOOD)
    expect(page.get_by_text("1 baris disimpan.")).to_be_visible()
    expect(page.get_by_role("link", name="Dinas Kesehatan", exact=True)).to_be_visible()
    shoot(page, "agencies")


def test_an_agency_its_officers_and_its_roster(site: Site, page: Page, shoot: Shoot) -> None:
    scenes.talked(site)
    site.log_in(page, "admin")
    page.goto(f"{site.address}/admin/")
    page.get_by_role("link", name="Dinas Sosial", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dinas Sosial")
    shoot(page, "agency")
    page.get_by_role("link", name="Daftar jaga").first.click()
    shoot(page, "roster")
    for name, path in (
        ("officers", "/admin/officers"),
        ("accounts", "/admin/accounts"),
        ("alarms", "/admin/alarms"),
    ):
        answer = page.goto(site.address + path)
        assert answer is not None, path
        assert answer.ok, path
        shoot(page, name)


def test_a_roster_of_an_agency_s_own_is_shown_in_place_of_the_week(
    site: Site, page: Page, shoot: Shoot
) -> None:
    with site.database.transaction() as session:
        dinsos = scenes.dinsos(session)
        for name in ("Ani Suryani", "Budi Santoso", "Cici Paramida"):
            factories.officer(session, dinsos, name)
        plan = {
            "unit": "day",
            "every": 2,
            "start": "2026-01-01T08:00",
            "groups": ["Ani Suryani", "Budi Santoso"],
        }
        hours = [{"weekdays": ["mon", "tue", "wed", "thu", "fri"], "from": "08:00", "to": "16:00"}]
        layers = [{"rotation": plan}, {"role": "deputy", "people": "Cici Paramida", "hours": hours}]
        document = json.dumps({"zone": "Asia/Jakarta", "layers": layers})
        Rosters(session).use(dinsos, document, "Surat tugas 800/7", None, datetime.now(UTC))
        agency_id = dinsos.id
    site.log_in(page, "admin")
    page.goto(f"{site.address}/admin/agencies/{agency_id}/roster")
    expect(page.get_by_text("Surat tugas 800/7")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="Budi Santoso").first).to_be_visible()
    expect(page.get_by_role("heading", name="Jaga 14 hari ke depan")).to_be_visible()
    expect(page.get_by_text("Jaga mingguan tidak dipakai.")).to_be_visible()
    shoot(page, "schedule")


def test_the_pages_bear_the_dark(site: Site, page: Page, shoot: Shoot) -> None:
    call_id, _ticket_id = scenes.talked(site)
    page.emulate_media(color_scheme="dark")
    site.log_in(page)
    page.goto(f"{site.address}/calls/{call_id}")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert max(int(part) for part in ground.strip("rgb()").split(",")) < 64
    shoot(page, "call-dark")


def _send(page: Page, text: str) -> None:
    file = {"name": "instansi.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Impor", exact=True).click()

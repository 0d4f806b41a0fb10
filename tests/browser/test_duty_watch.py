"""Warnings on a screen, and a duty confirmed on a phone without a login."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from callcenter.models import DutyReminder, Role
from callcenter.node import link_key
from callcenter.services.duty_warnings import DutyWarnings, rest_rule
from callcenter.services.reminders import token
from tests import factories
from tests.browser import scenes
from tests.browser.conftest import Shoot, Site

ZONE = ZoneInfo("Asia/Jakarta")


def test_warnings_are_seen_and_get_an_owner(site: Site, page: Page, shoot: Shoot) -> None:
    _town(site)
    site.log_in(page)
    page.goto(f"{site.address}/duty/warnings")
    expect(page.get_by_text("Tidak ada petugas jaga").first).to_be_visible()
    shoot(page, "duty-warnings")
    page.get_by_role("link", name="Dinas Sosial").click()
    page.get_by_label("Penanggung jawab jadwal").select_option(label="Ani Suryani")
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.get_by_text("Penanggung jawab jadwal disimpan.")).to_be_visible()
    expect(page.get_by_label("Penanggung jawab jadwal").locator("option:checked")).to_have_text("Ani Suryani")
    page.get_by_role("button", name="Sudah dicoba, berdering").click()
    expect(page.get_by_text("Telepon dicatat berfungsi.")).to_be_visible()
    shoot(page, "duty-month-watched")


def test_a_duty_is_confirmed_from_a_message(site: Site, page: Page, shoot: Shoot) -> None:
    reminder_id = _town(site)
    page.goto(f"{site.address}/duty/confirm/{token(reminder_id, link_key(site.settings))}")
    expect(page.get_by_text("Ani Suryani")).to_be_visible()
    shoot(page, "duty-confirm")
    page.get_by_role("button", name="Ya, saya berjaga").click()
    expect(page.get_by_text("Terima kasih. Kehadiran Anda tercatat.")).to_be_visible()
    shoot(page, "duty-confirmed")


def test_an_officer_sees_what_is_to_be_done(site: Site, page: Page, shoot: Shoot) -> None:
    _town(site)
    site.log_in(page, "ani")
    page.goto(f"{site.address}/duty/mine")
    expect(page.get_by_text("Apakah Anda siap berjaga?")).to_be_visible()
    shoot(page, "duty-todo")
    page.get_by_role("button", name="Ya, saya berjaga").click()
    expect(page.get_by_text("Terima kasih, kehadiran Anda tercatat.")).to_be_visible()
    page.get_by_role("button", name="Sudah dicoba, berdering").click()
    expect(page.get_by_text("Perlu Anda lakukan")).to_have_count(0)


def _town(site: Site) -> int:
    """Ani works on six days of the week, with a mobile nobody tried; and an agency without anybody."""
    now = datetime.now(UTC).replace(microsecond=0)
    with site.database.transaction() as session:
        agency = scenes.dinsos(session)
        factories.line(session, agency)
        ani = factories.officer(session, agency, "Ani Suryani", sip_secret=None, mobile="+628123456789")
        for day in range(6):
            factories.shift(session, ani, day)
        factories.account(session, "ani", Role.OFFICER, agency, ani)
        village = factories.agency(session, "desa-karangsong", "Desa Karangsong", tier="desa")
        factories.line(session, village, "+622345550102")
        times = {"starts": now + timedelta(hours=3), "ends": now + timedelta(hours=11), "at": now}
        reminder = DutyReminder(agency_id=agency.id, officer_id=ani.id, **times)
        session.add(reminder)
        session.flush()
        warnings = DutyWarnings(session, ZONE, rest_rule(24, 8))
        warnings.take(warnings.find(now), now)
        warnings.tell(now)
        return reminder.id

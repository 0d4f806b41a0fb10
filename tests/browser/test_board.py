"""The board follows a call without anybody touching the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from callcenter.models import Call
from callcenter.services.alarms import Alarms
from tests import factories
from tests.browser import scenes
from tests.browser.conftest import Shoot, Site


def test_a_call_appears_is_answered_and_goes(site: Site, page: Page, shoot: Shoot) -> None:
    site.log_in(page)
    expect(page.get_by_text("Tidak ada panggilan yang sedang berlangsung.")).to_be_visible()
    expect(page.locator("#link-state")).to_have_text("Diperbarui otomatis")
    shoot(page, "board-empty")
    call_id = _ring(site)
    expect(page.get_by_text("Berdering")).to_be_visible()
    shoot(page, "board-ringing")
    _answer(site, call_id)
    expect(page.get_by_text("Berbicara dengan petugas")).to_be_visible()
    shoot(page, "board-answered")
    _hang_up(site, call_id)
    expect(page.get_by_text("Tidak ada panggilan yang sedang berlangsung.")).to_be_visible()


def test_emergencies_and_alarms_stand_out(site: Site, page: Page, shoot: Shoot) -> None:
    _ring(site)
    _ring(site, emergency=True, cursor={"node": "emergency_connect"}, caller_number=None)
    with site.database.transaction() as session:
        detail = "Ruang penyimpanan tinggal 2 %. Panggilan tetap diterima; kosongkan ruang."
        Alarms(session).raise_("disk-full", "node1", detail, datetime.now(UTC))
    site.log_in(page)
    expect(page.locator(".board article").first).to_contain_text("Darurat")
    shoot(page, "board")


def test_a_board_without_a_stream_asks_again(site: Site, page: Page) -> None:
    page.route("**/board/stream", lambda route: route.fulfill(status=503))
    site.log_in(page)
    expect(page.locator("#link-state")).to_have_text("Diperbarui tiap 5 detik")


def _ring(site: Site, **facts: object) -> int:
    with site.database.transaction() as session:
        agency = scenes.dinsos(session)
        plain = {"offered_at": datetime.now(UTC) - timedelta(seconds=30), "cursor": {"node": "connect"}}
        call = factories.call(session, agency, **{**plain, **facts})
        officer = factories.officer(session, agency)
        leg = factories.leg(session, call, officer)
        factories.event(session, call, "officer_rung", 20, leg=leg.key, officer_id=officer.id)
        return call.id


def _answer(site: Site, call_id: int) -> None:
    with site.database.transaction() as session:
        call = session.get_one(Call, call_id)
        call.answered_at = call.legs[0].answered_at = datetime.now(UTC)
        factories.event(session, call, "officer_answered", 31, leg=call.legs[0].key, officer_id=1)


def _hang_up(site: Site, call_id: int) -> None:
    with site.database.transaction() as session:
        call = session.get_one(Call, call_id)
        call.ended_at = datetime.now(UTC)
        factories.event(session, call, "hung_up", 60, cause=16, side="caller")

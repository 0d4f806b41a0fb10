"""The page of lines follows what exchanges see without anybody touching it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import LineCheck, Officer, Unreachable
from callcenter.services.reach import Sightings
from ivr.asterisk.names import mobile_interface
from ivr.ports import MemberState
from tests import factories
from tests.browser import scenes
from tests.browser.conftest import Shoot, Site


def test_a_telephone_comes_back_and_its_agency_leaves_the_list(site: Site, page: Page, shoot: Shoot) -> None:
    telephone, mobile = _a_bad_day(site)
    page.clock.install()
    site.log_in(page)
    page.get_by_role("link", name="Nomor", exact=True).click()
    page.wait_for_url("**/lines")
    reach = page.get_by_role("region", name="Tidak ada yang dapat menjawab sekarang")
    expect(reach.get_by_role("row")).to_have_count(4)
    expect(reach.get_by_text("Telepon terputus")).to_be_visible()
    shoot(page, "lines")
    reach.get_by_role("link", name="RSUD Indramayu").focus()
    _sees(site, {telephone: "ready", mobile: "ready"})
    page.clock.fast_forward(16_000)
    expect(reach.get_by_role("row")).to_have_count(3)
    expect(reach.get_by_text("Telepon terputus")).to_have_count(0)
    expect(reach.get_by_role("link", name="RSUD Indramayu")).to_be_focused()


def test_a_search_stays_while_the_page_refreshes(site: Site, page: Page, shoot: Shoot) -> None:
    _a_bad_day(site)
    page.clock.install()
    site.log_in(page)
    page.goto(f"{site.address}/lines")
    page.get_by_label("Nama, kode, atau nomor").fill("rsud")
    page.get_by_role("button", name="Cari").click()
    page.wait_for_url("**/lines?q=rsud")
    for _ in range(2):
        expect(page.get_by_text("Dinas Sosial")).to_have_count(0)
        expect(page.get_by_role("link", name="RSUD Indramayu")).to_be_visible()
        page.clock.fast_forward(16_000)
    shoot(page, "lines-searched")


def test_a_good_day_and_the_test_calls(site: Site, page: Page, shoot: Shoot) -> None:
    site.log_in(page)
    page.goto(f"{site.address}/lines")
    expect(page.get_by_text("Setiap nomor dapat dijawab sekarang.")).to_be_visible()
    shoot(page, "lines-empty")
    with site.database.transaction() as session:
        agency = scenes.dinsos(session)
        over = {"disposition": "discarded", "disposition_reason": "test", "ended_at": datetime.now(UTC)}
        call = factories.call(session, agency, test=True, caller_kind="anonymous", caller_number=None, **over)
        factories.event(session, call, "timed_out", 12, node="notice", unplayed="id/notice")
    page.goto(f"{site.address}/calls")
    expect(page.get_by_text("Belum ada panggilan.")).to_be_visible()
    page.get_by_text("Saring daftar").click()
    page.get_by_label("Panggilan uji dari sistem sendiri").check()
    page.get_by_role("button", name="Saring", exact=True).click()
    expect(page.get_by_text("Uji", exact=True)).to_be_visible()
    shoot(page, "calls-tests")
    page.locator("#rows a").first.click()
    expect(page.get_by_text("Suara panduan tidak terdengar utuh: id/notice")).to_be_visible()
    shoot(page, "call-test")


def _a_bad_day(site: Site) -> tuple[str, str]:
    """Three agencies nobody answers for; gives the telephone that is away, and a mobile."""
    at = datetime.now(UTC)
    with site.database.transaction() as session:
        dinsos = scenes.dinsos(session)
        rsud = factories.agency(session, "rsud", "RSUD Indramayu", tier="rsud")
        long = factories.agency(session, "pkm", "Puskesmas Rawat Inap Kecamatan Haurgeulis Bagian Barat")
        fine = factories.agency(session, "damkar", "Dinas Pemadam Kebakaran")
        agencies = (dinsos, rsud, long, fine)
        lines = [factories.line(session, it, f"+62234555010{n}") for n, it in enumerate(agencies)]
        session.add(Unreachable(agency_id=rsud.id, since=at - timedelta(hours=7, minutes=12)))
        telephone = _on_duty(session, dinsos, "Siti Aminah")
        _on_duty(session, long, "Budi Santoso", sip_secret=None, mobile=None)
        _on_duty(session, fine, "Rahmat", sip_secret=None, mobile="+628400000001")
        results = ((True, None, None), (False, "unplayed", "id/notice"), (False, "no_call", None))
        for line, (passed, reason, detail) in zip(lines, results, strict=False):
            facts = {"node": "node1", "at": at - timedelta(minutes=40), "call_key": line.number}
            session.add(LineCheck(line_id=line.id, passed=passed, reason=reason, detail=detail, **facts))
        mobile = mobile_interface(session.scalars(select(Officer.id).where(Officer.name == "Rahmat")).one())
    _sees(site, {telephone: "away", mobile: "ready"})
    return telephone, mobile


def _on_duty(session: Session, agency: factories.Agency, name: str, **facts: object) -> str:
    officer = factories.officer(session, agency, name, **facts)
    for day in range(7):
        factories.shift(session, officer, day)
    return f"PJSIP/officer-{officer.id}"


def _sees(site: Site, states: Mapping[str, MemberState]) -> None:
    with site.database.transaction() as session:
        Sightings(session).take("node1", states, datetime.now(UTC))

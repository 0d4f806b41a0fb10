"""A conversation by texts in a real browser: a ticket's thread, an answer, the list."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect
from sqlalchemy import select

from callcenter.models import Agency, Enclosure, TextMessage, TextState
from callcenter.services.residency import Residency
from callcenter.services.text_inbox import TextInbox
from callcenter.services.text_ways import Ways
from ivr.twilio.texts import Arrived, Enclosed
from tests import factories
from tests.browser.conftest import Shoot, Site

CITIZEN, LINE = "+6281234567890", "+62234271234"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
ME = "ME" + "a" * 32


def test_a_citizen_writes_and_an_officer_answers(site: Site, page: Page, shoot: Shoot) -> None:
    ticket_id = _written(site)
    site.log_in(page, "petugas")
    page.goto(f"{site.address}/tickets/{ticket_id}")
    thread = page.locator("#pesan")
    expect(thread).to_contain_text("Lampu jalan di depan pasar mati sejak Senin.")
    expect(thread.get_by_role("link", name="Lihat foto")).to_be_visible()
    page.get_by_label("Tulis kepada warga").fill("Petugas datang besok pagi.")
    page.get_by_role("button", name="Kirim pesan").click()
    expect(page.get_by_role("status").first).to_contain_text("Pesan akan segera dikirim")
    expect(thread).to_contain_text("Petugas datang besok pagi.")
    expect(thread.locator("li").last).to_contain_text("Menunggu dikirim")
    shoot(page, "ticket-texts")


def test_who_wants_no_messages_is_not_written_to(site: Site, page: Page, shoot: Shoot) -> None:
    ticket_id = _written(site)
    with site.database.transaction() as session:
        Ways(session).stop("sms", CITIZEN, factories.NOW)
    site.log_in(page, "petugas")
    page.goto(f"{site.address}/tickets/{ticket_id}")
    expect(page.locator("#pesan")).to_contain_text("meminta tidak dikirimi pesan")
    expect(page.get_by_role("button", name="Kirim pesan")).to_have_count(0)
    shoot(page, "ticket-texts-stopped")


def test_the_list_of_texts(site: Site, page: Page, shoot: Shoot) -> None:
    _written(site)
    with site.database.transaction() as session:
        text = session.scalars(select(TextMessage).where(~TextMessage.incoming)).one()
        text.state, text.error = TextState.FAILED, "30003"
    site.log_in(page)
    page.goto(f"{site.address}/tickets")
    page.get_by_role("link", name="Pesan", exact=True).click()
    expect(page.locator("#rows tr")).to_have_count(3)
    shoot(page, "texts")
    expect(page.locator("#rows")).to_contain_text("HP warga mati atau di luar jangkauan.")
    page.get_by_role("link", name="Pesan tidak sampai").click()
    expect(page.locator("#rows tr")).to_have_count(1)
    page.get_by_role("link", name="Pesan tanpa aduan").click()
    expect(page.locator("#rows tr")).to_have_count(1)
    expect(page.locator("#rows")).to_contain_text("TELKOMSEL")
    shoot(page, "texts-unplaced")


def _written(site: Site) -> int:
    """A citizen has written with a picture; a company has advertised."""
    with site.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "dinsos")).one()
        line = factories.line(session, agency, LINE, provider="twilio")
        Residency(session).decide(line, on=True, reason="SK 12", account_id=None, now=factories.NOW)
        inbox = TextInbox(session, b"a secret of the tests", ZoneInfo("Asia/Jakarta"))
        words = "Lampu jalan di depan pasar mati sejak Senin."
        text = inbox.take(_arrived(1, CITIZEN, words, Enclosed(ME, "image/png")), factories.NOW)
        inbox.take(_arrived(2, "TELKOMSEL", "Promo kuota murah!"), factories.NOW + timedelta(minutes=1))
        assert text is not None
        assert text.ticket_id is not None
        kept = session.scalars(select(Enclosure)).one()
        kept.store_key, kept.content_type = "2026/11/23/photo.png", "image/png"
        kept.sha256, kept.size = site.store.put(kept.store_key, [PNG])
        return text.ticket_id


def _arrived(at: int, sender: str, body: str, *enclosed: Enclosed) -> Arrived:
    return Arrived(f"SM{at:032x}", "sms", sender, LINE, body, enclosed=enclosed)

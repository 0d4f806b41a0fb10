"""Taking a ticket in hand in a real browser: by the link of a message, and on its page."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect
from sqlalchemy import select

from callcenter.models import Agency
from callcenter.node import link_key
from callcenter.services.dispatch_answers import Answers
from callcenter.services.dispatch_links import token
from callcenter.services.dispatches import Dispatches
from tests import factories
from tests.browser.conftest import Shoot, Site


def test_an_officer_takes_a_ticket_by_a_link_without_a_login(site: Site, page: Page, shoot: Shoot) -> None:
    _ticket_id, links = _dispatched(site)
    page.goto(links[0])
    expect(page.get_by_text("Belum diterima petugas")).to_be_visible()
    shoot(page, "dispatch-link")
    page.get_by_role("button", name="Saya terima").click()
    expect(page.get_by_role("status")).to_contain_text("Terima kasih, tercatat.")
    expect(page.get_by_role("button", name="Saya terima")).to_have_count(0)
    page.get_by_role("button", name="Tiba di lokasi").click()
    shoot(page, "dispatch-arrived")
    page.goto(links[1])
    expect(page.get_by_role("status")).to_contain_text("Sudah diterima oleh Siti")
    expect(page.get_by_role("button", name="Selesai ditangani")).to_have_count(0)
    shoot(page, "dispatch-another")


def test_a_forged_link_shows_nothing(site: Site, page: Page) -> None:
    _ticket_id, links = _dispatched(site)
    answer = page.goto(links[0][:-1] + ("0" if links[0][-1] != "0" else "1"))
    assert answer
    assert answer.status == 404
    expect(page.get_by_text("Dinas Sosial")).to_have_count(0)


def test_it_is_taken_and_ended_on_the_tickets_page(site: Site, page: Page, shoot: Shoot) -> None:
    ticket_id, _links = _dispatched(site)
    site.log_in(page, "petugas")
    page.goto(f"{site.address}/tickets")
    expect(page.locator("#rows")).to_contain_text("Belum diterima petugas")
    shoot(page, "tickets-untaken")
    page.goto(f"{site.address}/tickets/{ticket_id}")
    card = page.locator("#tugas")
    expect(card).to_contain_text("Belum diterima petugas")
    shoot(page, "ticket-dispatch")
    card.get_by_role("button", name="Saya terima").click()
    expect(page.get_by_role("status").first).to_contain_text("Tercatat.")
    card.get_by_role("button", name="Selesai ditangani").click()
    expect(card.get_by_role("button")).to_have_count(0)
    expect(page.get_by_text("petugas selesai menangani (halaman)")).to_be_visible()
    shoot(page, "ticket-dispatch-done")


def _dispatched(site: Site) -> tuple[int, list[str]]:
    """Open an emergency's ticket and look for somebody; gives two officers' links."""
    with site.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "dinsos")).one()
        people = [factories.officer(session, agency, name) for name in ("Siti", "Budi")]
        for rung, officer in enumerate(people):
            for weekday in range(7):
                factories.shift(session, officer, weekday, rung=rung)
        ticket = factories.ticket(session, agency, category="emergency")
        Dispatches(session, ZoneInfo("Asia/Jakarta")).open(ticket, factories.NOW)
        it = Answers(session).of(ticket.id)
        assert it is not None
        key = link_key(site.settings)
        return ticket.id, [f"{site.address}/tugas/{token(it.id, officer.id, key)}" for officer in people]

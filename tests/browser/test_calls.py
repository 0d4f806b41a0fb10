"""The list of calls, one call, and playing what was said."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from callcenter.models import AccessLog
from tests.browser import scenes
from tests.browser.conftest import Shoot, Site


def test_the_list_filters_and_leads_to_a_call(site: Site, page: Page, shoot: Shoot) -> None:
    scenes.talked(site)
    scenes.a_day(site)
    site.log_in(page)
    page.goto(f"{site.address}/calls")
    shoot(page, "calls")
    page.get_by_text("Saring daftar").click()
    page.get_by_label("Hasil").select_option("answered")
    page.get_by_role("button", name="Saring", exact=True).click()
    expect(page.locator("#rows tr")).to_have_count(1)
    shoot(page, "calls-filtered")
    page.locator("#rows a").first.click()
    expect(page.get_by_role("heading", name="Urutan kejadian")).to_be_visible()


def test_more_calls_are_added_below(site: Site, page: Page) -> None:
    with site.database.transaction() as session:
        agency = scenes.dinsos(session)
        for _number in range(60):
            scenes.factories.call(session, agency)
    site.log_in(page)
    page.goto(f"{site.address}/calls")
    expect(page.locator("#rows tr")).to_have_count(50)
    page.get_by_role("link", name="Tampilkan berikutnya").click()
    expect(page.locator("#rows tr:visible")).to_have_count(60 if _has_htmx(page) else 10)
    expect(page.get_by_role("link", name="Tampilkan berikutnya")).to_have_count(0)


def test_a_call_is_told_and_played(site: Site, page: Page, shoot: Shoot) -> None:
    call_id, _ticket_id = scenes.talked(site)
    site.log_in(page)
    page.goto(f"{site.address}/calls/{call_id}")
    expect(page.get_by_text("Budi Santoso menjawab")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("<script>alert")
    shoot(page, "call")
    assert _play(page, 0) > 0.5
    shoot(page, "call-playing")
    with site.database.reading() as session:
        played = session.scalar(select(func.count(AccessLog.id)).where(AccessLog.action == "playback"))
    assert played == 1


def test_a_player_can_jump(site: Site, page: Page) -> None:
    call_id, _ticket_id = scenes.talked(site)
    site.log_in(page)
    page.goto(f"{site.address}/calls/{call_id}")
    assert _play(page, 3) > 3.5


def _play(page: Page, start: float) -> float:
    """Play the conversation from a second on for half a second; gives where the player then is."""
    return float(
        page.locator("audio")
        .nth(1)
        .evaluate(
            """(player, start) => new Promise((done, failed) => {
              player.addEventListener("error", () => failed(player.error.message));
              player.addEventListener("timeupdate", () => {
                if (player.currentTime > start + 0.5) done(player.currentTime);
              });
              player.currentTime = start;
              player.play().catch(failed);
            })""",
            start,
        )
    )


def _has_htmx(page: Page) -> bool:
    return bool(page.evaluate("typeof htmx !== 'undefined'"))

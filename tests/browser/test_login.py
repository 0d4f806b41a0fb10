"""Logging in with a real browser."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask_babel import get_babel
from playwright.sync_api import Page, expect

import callcenter
from tests.browser import scenes
from tests.browser.conftest import Shoot, Site


def test_a_wrong_password_is_told_and_a_right_one_opens_the_board(
    site: Site, page: Page, shoot: Shoot
) -> None:
    page.goto(f"{site.address}/calls")
    page.get_by_label("Nama pengguna").fill("pengawas")
    page.get_by_label("Kata sandi").fill("salah-salah-salah")
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("alert")).to_contain_text("salah")
    shoot(page, "login-wrong")
    site.log_in(page)
    assert page.url == f"{site.address}/board"


def test_an_officer_begins_at_the_calls(site: Site, page: Page, shoot: Shoot) -> None:
    site.log_in(page, "petugas")
    assert page.url == f"{site.address}/calls"
    shoot(page, "calls-empty")


def test_the_keyboard_alone_is_enough(site: Site, page: Page) -> None:
    page.goto(f"{site.address}/login")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Langsung ke isi")).to_be_focused()
    page.get_by_label("Nama pengguna").focus()
    page.keyboard.type("pengawas")
    page.keyboard.press("Tab")
    page.keyboard.type("kata-sandi-uji")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Papan panggilan")).to_be_visible()
    link = page.get_by_role("link", name="Panggilan", exact=True)
    expect(link).to_have_attribute("accesskey", "p")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Panggilan", exact=True)).to_be_visible()


def test_a_menu_leads_to_the_shortcuts_and_out(site: Site, page: Page, shoot: Shoot) -> None:
    site.log_in(page)
    page.locator(".who summary").click()
    page.get_by_role("link", name="Pintasan papan ketik").click()
    shoot(page, "shortcuts")
    page.locator(".who summary").click()
    shoot(page, "menu")
    page.get_by_role("button", name="Keluar").click()
    expect(page.get_by_text("Anda sudah keluar.")).to_be_visible()


def test_the_pages_speak_english_too(site: Site, page: Page, shoot: Shoot, tmp_path: Path) -> None:
    folder = tmp_path / "translations/en/LC_MESSAGES"
    folder.mkdir(parents=True)
    source = Path(callcenter.__file__).parent / "translations/en/LC_MESSAGES/messages.po"
    with source.open("rb") as texts, (folder / "messages.mo").open("wb") as compiled:
        write_mo(compiled, read_po(texts, locale="en"))
    get_babel(site.app).translation_directories = [str(tmp_path / "translations")]
    call_id, ticket_id = scenes.talked(site)
    site.log_in(page)
    page.locator(".who summary").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Call board")).to_be_visible()
    for name, path in (
        ("call", f"/calls/{call_id}"),
        ("ticket", f"/tickets/{ticket_id}"),
        ("calls", "/calls"),
    ):
        page.goto(site.address + path)
        shoot(page, f"english-{name}")

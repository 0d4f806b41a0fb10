"""The live board in a browser, while somebody phones."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from callcenter.models import Role
from tests import factories
from tests.asterisk.people import Stage
from tests.fixtures.browser import Shoot, log_in

pytestmark = pytest.mark.xdist_group("asterisk")

SOON = 30_000.0
"""Milliseconds. Other calls go on at the same time."""


@pytest.fixture
def board(stage: Stage, page: Page) -> Page:
    """The board of a supervisor, opened before anybody phones."""
    with stage.hotline.database.transaction() as session:
        factories.account(session, "pengawas", Role.SUPERVISOR)
    log_in(page, stage.hotline.start_web(), "pengawas", factories.PASSWORD)
    expect(page.locator("#link-state")).to_have_text("Diperbarui otomatis", timeout=SOON)
    page.evaluate("window.untouched = true")
    return page


def test_the_board_follows_a_real_call_by_itself(stage: Stage, board: Page, shoot: Shoot) -> None:
    call = board.locator(".board article", has_text="Dinas board")
    expect(call).to_have_count(0)
    citizen = stage.citizen_calls("board")
    _shows(call, "Di menu", "70112", citizen.caller[-3:])
    citizen.chooses("1")
    officer = stage.rings("board")
    _shows(call, "Menunggu", "Disambungkan ke petugas", "Petugas 0 board", "Berdering")
    shoot(board, "board-real-ringing")
    officer.answer()
    _shows(call, "Berbicara dengan petugas", "Menjawab")
    officer.hang_up()
    citizen.reaches("tell")
    _shows(call, "Di menu", "Tawaran mengulang nomor aduan")
    citizen.hangs_up()
    expect(call).to_have_count(0, timeout=SOON)
    expect(board.locator("#link-state")).to_have_text("Diperbarui otomatis")
    assert board.evaluate("window.untouched"), "the page was loaded again"
    assert citizen.story().disposition == "answered"


def _shows(call: Locator, *words: str) -> None:
    for text in words:
        expect(call).to_contain_text(text, timeout=SOON)

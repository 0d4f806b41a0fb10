"""Who has no SIP telephone plays citizen and officer at the terminal."""

from __future__ import annotations

import re

import pytest

from tests.asterisk.hotline import Hotline
from tests.asterisk.terminal import Words

pytestmark = pytest.mark.xdist_group("asterisk")


def test_both_commands_tell_what_was_heard_and_done(terminal: Words) -> None:
    assert "heard id/greeting" in terminal.citizen
    assert "heard id/main_menu" in terminal.citizen
    assert "press 1" in terminal.citizen
    assert "Ibu Ani" in terminal.officer
    assert "say Selamat siang" in terminal.officer


def test_both_commands_tell_where_call_and_ticket_are_seen(terminal: Words, hotline: Hotline) -> None:
    for words in (terminal.citizen, terminal.officer):
        assert re.search(rf"call +{hotline.settings.web_url}/calls/\d+  \((answered|still open)\)", words), (
            words
        )
        assert re.search(rf"ticket +{hotline.settings.web_url}/tickets/\d+", words), words

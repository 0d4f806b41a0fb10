"""Fixtures of the phone scripts: each script is played on every exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time

import pytest
from tests.twilio.exchange import Exchange

from callcenter import bootstrap
from callcenter.app import create_app
from callcenter.db import Database
from callcenter.settings import Settings
from ivr.twilio.client import Client
from recordings.store import LocalStore
from tests.phone.phone import Clock, Phone
from tests.phone.town import CONNECT_SECONDS, MESSAGE_SECONDS, Shifts, Town, found, settle
from tests.phone.twilio_phone import TwilioPhone, TwilioSite

MONDAY_NOON = datetime(2026, 2, 2, 5, 0, tzinfo=UTC)  # 12:00 in Indramayu
ACCOUNT, TOKEN, SITE = "AC" + "0" * 31 + "1", "a token of the tests", "https://hotline.example"

Found = Callable[[Shifts], Town]


@pytest.fixture
def clock() -> Clock:
    """A Monday at noon, in working hours."""
    return Clock(MONDAY_NOON)


@pytest.fixture(params=["asterisk", "twilio"])
def founder(request: pytest.FixtureRequest, database: Database, clock: Clock) -> Found:
    """Found agencies whose lines are on either provider."""
    if request.param == "asterisk":
        return lambda shifts: found(database, clock, shifts)
    site: TwilioSite = request.getfixturevalue("twilio_site")
    return lambda shifts: _on_twilio(site, shifts)


@pytest.fixture
def twilio_site(settings: Settings, database: Database, clock: Clock) -> TwilioSite:
    """This site with an account at the stand-in for Twilio."""
    chosen = replace(
        settings,
        twilio_account=ACCOUNT,
        twilio_token=TOKEN,
        twilio_urls=(SITE,),
        max_message_seconds=MESSAGE_SECONDS,
        connect_seconds=CONNECT_SECONDS,
    )
    store = LocalStore(chosen.home / "store")
    app = create_app(chosen, database, store, clock)
    exchange = Exchange(app, clock, url=SITE, account=ACCOUNT, token=TOKEN)
    tools = bootstrap.tools(chosen, Client(ACCOUNT, TOKEN, exchange.http))
    return TwilioSite(exchange, database, replace(tools, database=database), chosen)


@pytest.fixture
def town(founder: Found) -> Town:
    """An agency with an officer on duty by day, and a deputy."""
    return founder(((0, time(7), time(19)), (1, time(7), time(19))))


@pytest.fixture
def sleeping_town(founder: Found) -> Town:
    """An agency where nobody is on duty, ever."""
    return founder(())


def _on_twilio(site: TwilioSite, shifts: Shifts) -> Town:
    def place(number: str, caller: str, name: str) -> Phone:
        return TwilioPhone(site, number, caller)

    town = settle(site.database, site.exchange.clock, shifts, "twilio", place)
    site.adopt(town.number, town.code)
    return town

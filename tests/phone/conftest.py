"""Fixtures of the phone scripts: each script is played on every exchange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
import requests

from callcenter import bootstrap
from callcenter.app import create_app
from callcenter.db import Database
from callcenter.settings import Settings
from ivr.prompts.texts import names_by_language
from ivr.twilio.client import Client
from ivr.twilio.media import RequestsMedia
from recordings.store import LocalStore
from tests.phone.phone import Clock, Phone
from tests.phone.town import CONNECT_SECONDS, MESSAGE_SECONDS, Shifts, Town, found, settle
from tests.phone.twilio_phone import TwilioPhone, TwilioSite
from tests.twilio.exchange import Exchange

MONDAY_NOON = datetime(2026, 2, 2, 5, 0, tzinfo=UTC)  # 12:00 in Indramayu
ACCOUNT, TOKEN, SITE = "AC" + "0" * 31 + "1", "a token of the tests", "https://hotline.example"

BY_DAY = ((0, time(7), time(19)), (1, time(7), time(19)))

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
    return lambda shifts: on_twilio(site, shifts)


@pytest.fixture(scope="session")
def prompts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file for each prompt: what is in it nobody hears here."""
    folder = tmp_path_factory.mktemp("prompts")
    for language, names in names_by_language().items():
        for name in (*names, "agency/_generic"):
            path = folder / language / f"{name}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    return folder


@pytest.fixture
def twilio_site(settings: Settings, database: Database, clock: Clock, prompts: Path) -> TwilioSite:
    """This site with an account at the stand-in for Twilio."""
    settings.prompts_dir.symlink_to(prompts)
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
    media = requests.Session()
    media.mount("https://api.twilio.com", exchange.adapter)
    tools = bootstrap.tools(chosen, Client(ACCOUNT, TOKEN, exchange.http, RequestsMedia(media)))
    return TwilioSite(exchange, database, replace(tools, database=database), chosen)


@pytest.fixture
def town(founder: Found) -> Town:
    """An agency with an officer on duty by day, and a deputy."""
    return founder(BY_DAY)


@pytest.fixture
def asterisk_town(database: Database, clock: Clock) -> Town:
    """The same on Asterisk alone: for what Twilio never tells."""
    return found(database, clock, BY_DAY)


@pytest.fixture
def twilio_town(twilio_site: TwilioSite) -> Town:
    """The same at Twilio alone."""
    return on_twilio(twilio_site, BY_DAY)


@pytest.fixture
def sleeping_town(founder: Found) -> Town:
    """An agency where nobody is on duty, ever."""
    return founder(())


def on_twilio(site: TwilioSite, shifts: Shifts) -> Town:
    def place(number: str, caller: str, name: str) -> Phone:
        return TwilioPhone(site, number, caller, name)

    town = settle(site.database, site.exchange.clock, shifts, "twilio", place)
    site.adopt(town.number, town.code)
    return town

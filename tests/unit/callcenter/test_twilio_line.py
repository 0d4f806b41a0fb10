"""Requests of Twilio that come at the same time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from callcenter.db import Database
from callcenter.models import Call, CallEvent, Line
from callcenter.services.calls import Policy
from callcenter.services.residency import Residency
from callcenter.twilio_line import TwilioLine
from ivr.prompts.files import Files
from ivr.twilio.alone import Alone
from ivr.twilio.names import Addresses
from ivr.twilio.turns import Writer
from tests import factories

AT_ONCE = 6
OFFER = {"CallSid": "CA" + "1" * 32, "From": "+6281200000001", "To": "+62234271234"}


@pytest.fixture
def line(database: Database, tmp_path: Path) -> TwilioLine:
    with database.transaction() as session:
        agency = factories.agency(session)
        since = date(2020, 1, 1)
        row = Line(agency_id=agency.id, number=OFFER["To"], provider="twilio", active_from=since)
        session.add(row)
        session.flush()
        Residency(session).decide(row, on=True, reason="SK 12", account_id=None, now=factories.NOW)
    policy = Policy(ZoneInfo("Asia/Jakarta"), b"a secret of the tests", 180, 45)
    addresses, files = Addresses("https://hotline.example"), Files(tmp_path)
    alone = Alone(addresses, files, policy.secret, 180)
    return TwilioLine(database, policy, Writer(addresses, files), alone, 15, lambda: factories.NOW)


def test_a_call_that_is_told_several_times_at_once_is_one_call(database: Database, line: TwilioLine) -> None:
    assert len(_at_once(lambda: line.voice(OFFER))) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Call)) == 1


def test_a_key_that_is_told_several_times_at_once_is_one_step(database: Database, line: TwilioLine) -> None:
    line.voice(OFFER)
    assert len(_at_once(lambda: line.turn(1, {**OFFER, "Digits": "9"}))) == 1
    with database.reading() as session:
        keys = session.scalars(select(CallEvent.key)).all()
        assert len(keys) == len(set(keys))
        assert session.scalar(select(func.count()).where(CallEvent.kind == "keys")) == 1


def _at_once(ask: Callable[[], str]) -> set[str]:
    """Ask from several threads at the same moment; gives the different documents."""
    together = Barrier(AT_ONCE)

    def one(_: int) -> str:
        together.wait()
        return ask()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return set(pool.map(one, range(AT_ONCE)))

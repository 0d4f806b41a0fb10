from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.db import Database
from callcenter.jobs.kinds import Tools
from callcenter.jobs.seal import seal
from callcenter.models import Agency, DutyRecord, RosterVersion
from callcenter.senders import Sender
from callcenter.settings import load
from tests import factories

MORNING = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
"""7:00 in Jakarta."""
DAY = timedelta(days=1)


@pytest.fixture
def tools(database: Database, tmp_path: Path) -> Tools:
    with database.transaction() as session:
        for code in ("a", "b", "c"):
            agency = factories.agency(session, code)
            factories.line(session, agency, f"+62234555010{code}")
    return Tools(database, Sender("", tmp_path), replace(load({}), home=tmp_path), lambda _: None)


def sealed(tools: Tools) -> list[tuple[str, int]]:
    query = select(Agency.code, DutyRecord.day).join(Agency, Agency.id == DutyRecord.agency_id)
    with tools.database.reading() as session:
        return [(code, day.day) for code, day in session.execute(query.order_by(DutyRecord.id))]


def test_each_agency_s_day_is_sealed_once(tools: Tools) -> None:
    seal(tools, MORNING)
    seal(tools, MORNING)
    assert sealed(tools) == [("a", 23), ("b", 23), ("c", 23)]


def test_what_was_not_sealed_for_days_is_made_up_for_bit_by_bit(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal(tools, MORNING)
    monkeypatch.setattr(sys.modules["callcenter.jobs.seal"], "MOST", 4)
    seal(tools, MORNING + 3 * DAY)
    assert sealed(tools)[3:] == [("a", 24), ("b", 24), ("c", 24), ("a", 25)]
    seal(tools, MORNING + 3 * DAY)
    assert sealed(tools)[7:] == [("b", 25), ("c", 25), ("a", 26), ("b", 26)]


def test_an_agency_that_cannot_be_sealed_is_told_and_does_not_stop_the_others(tools: Tools) -> None:
    with tools.database.transaction() as session:
        broken = session.scalars(select(Agency.id).where(Agency.code == "b")).one()
        facts = {"reason": "x", "document": "{", "people": {}}
        session.add(RosterVersion(agency_id=broken, at=MORNING - DAY, **facts))
    with pytest.raises(ValueError):
        seal(tools, MORNING)
    assert {code for code, _ in sealed(tools)} == {"a", "c"}

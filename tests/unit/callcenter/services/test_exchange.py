"""The plan of an exchange, from the database."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from callcenter.db import Database
from callcenter.node import describe, secret
from callcenter.services.exchange import Exchange
from callcenter.settings import load
from ivr.asterisk import config
from ivr.asterisk.dialplan import Line
from ivr.asterisk.exchange import AsteriskBinary
from tests import factories

TODAY = date(2026, 11, 24)


@pytest.fixture
def node(tmp_path: Path) -> config.Node:
    """A node that lives in a temporary directory."""
    binary = AsteriskBinary(("asterisk",), (22, 0), tmp_path / "modules", tmp_path / "data")
    return describe(load({"CALLCENTER_HOME": str(tmp_path)}), binary)


def test_the_plan_has_agencies_and_active_officers(database: Database, node: config.Node) -> None:
    with database.transaction() as session:
        agency = factories.agency(session)
        sip = factories.officer(session, agency, sip_secret="a-long-secret", mobile=None)
        own = factories.officer(session, agency, sip_secret=None, mobile="+6281200000001")
        factories.officer(session, agency, sip_secret="a-long-secret", active=False)
        plan = Exchange(session).plan(node, TODAY)
        officers = (
            config.Officer(sip.id, "a-long-secret", None),
            config.Officer(own.id, None, "+6281200000001"),
        )
    assert plan == config.Plan(node, ("dinsos",), officers)


def test_one_bad_row_takes_nobody_elses_telephone_away(database: Database, node: config.Node) -> None:
    with database.transaction() as session:
        agency = factories.agency(session)
        factories.agency(session, code="x]\n[evil", name="Evil")
        factories.officer(session, agency, sip_secret="bad\n[evil]\ntype=endpoint", mobile=None)
        good = factories.officer(session, agency, sip_secret="a-long-secret", mobile=None)
        plan = Exchange(session).plan(node, TODAY)
        assert plan.agencies == ("dinsos",)
        assert [officer.id for officer in plan.officers] == [good.id]


def test_the_plan_has_the_numbers_of_today(database: Database, node: config.Node) -> None:
    with database.transaction() as session:
        agency = factories.agency(session)
        factories.line(session, agency, number="+62234123456")
        factories.line(session, agency, number="70009", active_from=TODAY + timedelta(days=1))
        factories.line(session, agency, number="70008", active_until=TODAY)
        factories.line(session, agency, number="_X.,1,System(rm)")
        plan = Exchange(session).plan(node, TODAY)
    assert plan.lines == (Line("+62234123456", "dinsos"),)


def test_a_secret_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = secret(tmp_path / "secrets", "manager")
    assert secret(tmp_path / "secrets", "manager") == first
    assert len(first) > 30
    assert (tmp_path / "secrets/manager").stat().st_mode & 0o777 == 0o600

"""The figures for Prometheus, read as it reads them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from callcenter.models import Agency, Difference, LineCheck, ReconciliationRun
from callcenter.services.alarms import Alarms
from callcenter.services.outbox import Work
from callcenter.services.reach import Sightings
from tests import factories
from tests.factories import NOW
from tests.unit.callcenter.web.conftest import LogIn, Place

DAY = timedelta(days=1)


def scrape(place: Place) -> dict[tuple[str, str], float]:
    path = place.app.extensions["callcenter"].settings.secrets_dir / "metrics"
    answer = place.app.test_client().get(
        "/metrics", headers={"Authorization": f"Bearer {path.read_text().strip()}"}
    )
    assert answer.status_code == 200
    return {
        (sample.name.removeprefix("callcenter_"), next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def run(at: datetime) -> ReconciliationRun:
    counts = dict.fromkeys(("offered", "logged", "created", "closed", "differences"), 0)
    return ReconciliationRun(node="node1", kind="often", since=at - DAY, until=at, at=at, **counts)


def difference() -> Difference:
    plain = dict.fromkeys(("call_key", "subject"), "a") | {"provider": "asterisk", "node": "node1"}
    seen = dict.fromkeys(("at", "first_seen_at", "last_seen_at"), NOW)
    return Difference(kind="cause", data={}, **plain, **seen)


def test_an_empty_house_has_all_its_figures(place: Place) -> None:
    found = scrape(place)
    names = {name for name, _ in found}
    assert names >= {
        "calls_up",
        "calls_today",
        "obligations_open",
        "obligations_overdue",
        "outbox_waiting",
        "outbox_oldest_seconds",
        "lines_unreachable",
        "lines_failing",
    }
    assert set(found.values()) == {0.0}


def test_the_figures_are_those_of_the_log(place: Place) -> None:
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "dinsos")).one()
        line = factories.line(session, agency)
        factories.call(session, agency)
        factories.call(session, agency, test=True)
        over = {"ended_at": NOW, "disposition": "call_back"}
        factories.call(session, agency, **over, test=True)
        factories.call(session, agency, **over, offered_at=NOW - DAY)
        for caller, due in (("+6281111111111", NOW - DAY), ("+6282222222222", NOW + DAY)):
            call = factories.call(session, agency, **over, caller_number=caller)
            factories.obligation(session, call, due_at=due)
        Work(session).owe("notify_ticket", "fact", {}, NOW - timedelta(minutes=3))
        Alarms(session).raise_("disk-full", "node1", "+6281234567890", NOW)
        session.add(LineCheck(line_id=line.id, node="node1", call_key="a", at=NOW, passed=False))
        Sightings(session).take("node1", {}, NOW - timedelta(seconds=30))
        for minutes in (9, 4):
            session.add(run(NOW - timedelta(minutes=minutes)))
        session.add(difference())
    (place.app.extensions["callcenter"].settings.spool_dir / "ready").mkdir(parents=True)
    found = scrape(place)
    assert {key: value for key, value in found.items() if value} == {
        ("calls_up", ""): 1,
        ("calls_today", "call_back"): 2,
        ("obligations_open", ""): 2,
        ("obligations_overdue", ""): 1,
        ("outbox_waiting", ""): 1,
        ("outbox_oldest_seconds", ""): 180,
        ("alarms_open", "disk-full"): 1,
        ("lines_unreachable", "nobody"): 1,
        ("lines_failing", ""): 1,
        ("node_silent_seconds", "node1"): 30,
        ("reconciled_seconds", "node1"): 240,
        ("differences_open", ""): 1,
    }
    assert ("spool_waiting", "") in found


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", "Basic YTpi", "Bearer \u00e9"])
def test_without_the_token_nothing_is_told(place: Place, header: str) -> None:
    answer = place.app.test_client().get("/metrics", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "callcenter_" not in answer.text


def test_a_login_is_no_token(place: Place, log_in: LogIn) -> None:
    assert log_in("admin").get("/metrics").status_code == 401

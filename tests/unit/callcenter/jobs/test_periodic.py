from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.db import Database
from callcenter.jobs import PERIODIC
from callcenter.jobs.kinds import Periodic, Tools
from callcenter.jobs.lines import lines
from callcenter.jobs.prompts import build_agency_prompt
from callcenter.jobs.threads import LONGEST, Ticker, apart
from callcenter.jobs.watch import LATE_AFTER, UNKNOWN_AFTER, watch
from callcenter.models import Agency, Alarm, LineCheck, Notification, Outbox
from callcenter.senders import Sender
from callcenter.services.outbox import Work
from callcenter.services.reach import Sightings
from callcenter.services.summaries import SUMMARY
from callcenter.settings import load
from tests import factories

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def tools(database: Database, tmp_path: Path) -> Tools:
    return Tools(database, Sender("", tmp_path), replace(load({}), home=tmp_path), lambda _: None)


def alarms(tools: Tools) -> list[str]:
    with tools.database.reading() as session:
        return sorted(session.scalars(select(Alarm.kind).where(Alarm.cleared_at.is_(None))))


def test_work_comes_at_its_own_pace(tools: Tools) -> None:
    done: list[str] = []
    ticker = Ticker(
        tools,
        {
            "often": Periodic(lambda *_: done.append("often"), 2),
            "seldom": Periodic(lambda *_: done.append("seldom"), 60),
        },
    )
    for second in range(100, 106):
        ticker.tick(second, NOW)
    assert done == ["often", "seldom", "often", "often"]


def test_what_fails_is_told_and_does_not_end_the_others(tools: Tools) -> None:
    done: list[str] = []
    broken = [True]

    def fragile(*_: object) -> None:
        if broken[0]:
            raise OSError("the file is away")

    work = {"fragile": Periodic(fragile, 1), "sound": Periodic(lambda *_: done.append("sound"), 1)}
    ticker = Ticker(tools, work)
    ticker.tick(100, NOW)
    assert (done, alarms(tools)) == (["sound"], ["periodic-failing"])
    broken[0] = False
    ticker.tick(101, NOW)
    assert alarms(tools) == []


def test_what_may_take_long_stands_in_nobody_s_way_and_is_told_when_it_does_not_end(tools: Tools) -> None:
    done: list[str] = []
    begun, free = threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        begun.set()
        assert free.wait(30)
        done.append("slow")

    work = {"slow": Periodic(slow, 60, aside=True), "often": Periodic(lambda *_: done.append("often"), 1)}
    regular, long = apart(work)
    beside = Ticker(tools, long)
    ticker = Ticker(tools, regular, [beside])
    thread = threading.Thread(target=lambda: beside.tick(100, NOW))
    thread.start()
    assert begun.wait(30)
    ticker.tick(100, NOW)
    ticker.tick(101, NOW)
    assert (done, alarms(tools)) == (["often", "often"], [])
    ticker.tick(100 + LONGEST, NOW)
    ticker.tick(101 + LONGEST, NOW)
    assert alarms(tools) == ["periodic-failing"]
    free.set()
    thread.join(30)
    assert (done[-1], alarms(tools)) == ("slow", [])
    ticker.tick(102 + LONGEST, NOW)
    assert alarms(tools) == []


def test_a_comparison_with_twilio_has_a_thread_of_its_own() -> None:
    regular, *long = apart(PERIODIC)
    assert [set(work) for work in long] == [{"twilio_home"}, {"texts_home"}]
    assert regular.keys() | {"twilio_home", "texts_home"} == PERIODIC.keys()


def test_work_that_waits_too_long_is_told_and_cleared(tools: Tools) -> None:
    with tools.database.transaction() as session:
        Work(session).owe("notify_ticket", "ticket-opened:1:officer:1", {}, NOW)
    watch(tools, NOW + LATE_AFTER)
    assert alarms(tools) == []
    watch(tools, NOW + LATE_AFTER + timedelta(seconds=1))
    assert alarms(tools) == ["outbox-late"]
    with tools.database.transaction() as session:
        session.scalars(select(Outbox)).one().done_at = NOW
    watch(tools, NOW + timedelta(hours=1))
    assert alarms(tools) == []


def test_a_message_whose_end_nobody_knows_is_told(tools: Tools) -> None:
    with tools.database.transaction() as session:
        session.add(Notification(fact="ticket-opened:1:officer:1", channel="file", started_at=NOW))
    watch(tools, NOW + UNKNOWN_AFTER + timedelta(seconds=1))
    assert alarms(tools) == ["notification-unknown"]


def test_the_spoken_name_is_the_one_of_now(tools: Tools) -> None:
    built: list[tuple[str, str]] = []
    tools = replace(tools, build_names=built.extend)
    with tools.database.transaction() as session:
        session.add(Agency(id=7, code="dinsos", name="Dinas Sosial", tier="dinas", active_from=NOW.date()))
    build_agency_prompt(tools, {"agency_id": 7}, NOW)
    build_agency_prompt(tools, {"agency_id": 8}, NOW)
    assert built == [("dinsos", "Dinas Sosial")]


def test_lines_are_watched_though_their_node_is_gone(tools: Tools) -> None:
    with tools.database.transaction() as session:
        line = factories.line(session, factories.agency(session))
        session.add(LineCheck(line_id=line.id, node="node1", call_key="a", at=NOW))
        Sightings(session).take("node1", {}, NOW)
    lines(tools, NOW)
    assert alarms(tools) == []
    lines(tools, NOW + timedelta(minutes=5))
    assert alarms(tools) == ["exchange-silent", "line-failing", "nobody-reachable"]


def test_what_the_house_does_runs_on_an_empty_database(tools: Tools) -> None:
    Ticker(tools, PERIODIC).tick(100, NOW)
    assert alarms(tools) == []


def test_what_waits_for_a_summary_is_no_unknown_end(tools: Tools) -> None:
    with tools.database.transaction() as session:
        session.add(Notification(fact="a", channel=SUMMARY, started_at=NOW))
    watch(tools, NOW + UNKNOWN_AFTER + timedelta(seconds=1))
    assert alarms(tools) == []

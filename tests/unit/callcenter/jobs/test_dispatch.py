"""Many tickets (a thousand when asked for), channels that fail at random, officers who answer or sleep: none stays silent."""

from __future__ import annotations

import os
import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from callcenter.db import Database
from callcenter.jobs import JOBS, PERIODIC
from callcenter.jobs.kinds import Tools
from callcenter.jobs.runner import Runner
from callcenter.models import Agency, Alarm, Dispatch, DispatchStatus, Notification, Outbox, Ticket
from callcenter.senders import Message, Sender, SendError
from callcenter.services.dispatch_answers import Answers, Who
from callcenter.services.dispatches import UNANSWERED, Dispatches
from callcenter.services.outbox import Ledger
from callcenter.services.summaries import MOST, SUMMARY
from callcenter.settings import load
from tests import factories
from tests.factories import NOW

TICKETS = int(os.environ.get("CALLCENTER_TEST_TICKETS", "150"))
AGENCIES = 40


class Killed(BaseException):
    """The worker died here."""


class Post(Sender):
    """Channels that fail, and workers that die behind or before the sending."""

    def __init__(self, dice: random.Random, trouble: float) -> None:
        super().__init__("", Path("/nowhere"))
        self.dice = dice
        self.trouble = trouble
        self.sent: Counter[str] = Counter()
        self.titles: list[str] = []

    def send(self, message: Message, url: str | None) -> None:
        fate = self.dice.random()
        if fate < self.trouble * 0.6:
            raise SendError("the post office is closed")
        if fate < self.trouble * 0.8:
            raise Killed
        self.sent[message.fact] += 1
        self.titles.append(message.title)
        if fate < self.trouble:
            raise Killed


@pytest.fixture
def tools(database: Database, tmp_path: Path) -> Tools:
    settings = replace(load({}), home=tmp_path, web_url="https://wadul.example")
    return Tools(database, Post(random.Random(7), 0.3), settings, lambda _: None)


def post(tools: Tools) -> Post:
    assert isinstance(tools.sender, Post)
    return tools.sender


def found(tools: Tools, agencies: int) -> list[int]:
    """Agencies below a regency, each with a first officer and a deputy."""
    with tools.database.transaction() as session:
        top = factories.agency(session, "kabupaten", "Kabupaten", tier="regency")
        places = [factories.agency(session, f"a-{at}", f"A {at}", parent_id=top.id) for at in range(agencies)]
        for place in (top, *places):
            for rung in range(2):
                officer = factories.officer(session, place, f"{place.code}-{rung}")
                for weekday in range(7):
                    factories.shift(session, officer, weekday, rung=rung)
        return [place.id for place in places]


def open_ticket(tools: Tools, agency_id: int, now: datetime, category: str = "general") -> None:
    with tools.database.transaction() as session:
        ticket = factories.ticket(session, session.get_one(Agency, agency_id), category=category)
        Dispatches(session, ZoneInfo(tools.settings.time_zone)).open(ticket, now)


def work(tools: Tools, now: datetime) -> None:
    """Do what is due; a killed worker's row comes again when its lease has run out."""
    runner = Runner(tools, JOBS, lambda: now)
    with tools.database.transaction() as session:
        rows = [row_id for row_id, _ in Ledger(session).claim(10_000, now)]
    for row in rows:
        try:
            runner.run(row)
        except Killed:
            continue


def answer(tools: Tools, dice: random.Random, now: datetime) -> None:
    """Some of the officers who were told accept."""
    told = (
        select(Dispatch.id, Notification.officer_id)
        .join(Notification, Notification.ticket_id == Dispatch.ticket_id)
        .where(Dispatch.status == DispatchStatus.WAITING, Notification.sent_at.is_not(None))
        .where(Notification.officer_id.is_not(None))
        .order_by(Notification.id)
    )
    with tools.database.transaction() as session:
        for dispatch_id, officer_id in session.execute(told).all():
            if dice.random() < 0.02:
                who = Who(officer_id, None, "SMS")
                Answers(session).say(dispatch_id, DispatchStatus.ACKNOWLEDGED, who, now)


def test_each_of_many_tickets_is_taken_or_reaches_the_supervisors(tools: Tools) -> None:
    dice = random.Random(11)
    agencies = found(tools, AGENCIES)
    now = NOW
    for at in range(TICKETS):
        category = "emergency" if dice.random() < 0.1 else "general"
        open_ticket(tools, dice.choice(agencies), now, category)
        if at % 10 == 9:
            now += timedelta(minutes=1)
            PERIODIC["dispatch"].run(tools, now)
            work(tools, now)
            answer(tools, dice, now)
    for _ in range(60):
        now += timedelta(minutes=4)
        PERIODIC["dispatch"].run(tools, now)
        work(tools, now)
        answer(tools, dice, now)
    with tools.database.reading() as session:
        dispatches = session.scalars(select(Dispatch)).all()
        alarmed = set(session.scalars(select(Alarm.subject).where(Alarm.kind == UNANSWERED)))
        numbers = {ticket.id: ticket.number for ticket in session.scalars(select(Ticket))}
        rows = session.scalars(select(Notification)).all()
        owed = session.scalars(select(Outbox.fact).where(Outbox.done_at.is_(None))).all()
    assert len(dispatches) == TICKETS
    assert not owed, "nothing is left to be told"
    for it in dispatches:
        assert it.acknowledged_at or numbers[it.ticket_id] in alarmed, "somebody took it, or supervisors know"
        told = [row for row in rows if row.ticket_id == it.ticket_id and row.sent_at]
        assert told, "nobody heard of it"
    assert {it.status for it in dispatches} == {DispatchStatus.ACKNOWLEDGED, DispatchStatus.WAITING}
    marked = {row.fact for row in rows if row.error and row.error.startswith("sent again")}
    assert {fact for fact, count in post(tools).sent.items() if count > 1} <= marked, (
        "told twice only if marked"
    )
    assert max(post(tools).sent.values()) <= 2
    facts = Counter(row.fact for row in rows)
    assert max(facts.values()) == 1


def test_a_storm_is_told_in_one_message_and_emergencies_by_themselves(tools: Tools) -> None:
    post(tools).trouble = 0
    (agency_id,) = found(tools, 1)
    for _ in range(MOST + 30):
        open_ticket(tools, agency_id, NOW)
    open_ticket(tools, agency_id, NOW, "emergency")
    work(tools, NOW)
    assert len(post(tools).titles) == MOST + 1
    assert sum(title.startswith("DARURAT") for title in post(tools).titles) == 1
    work(tools, NOW + timedelta(minutes=10))
    assert post(tools).titles[MOST + 1 :] == ["30 aduan lain menunggu"]
    with tools.database.reading() as session:
        waiting = select(Notification).where(Notification.channel == SUMMARY, Notification.sent_at.is_(None))
        assert session.scalars(waiting).all() == []

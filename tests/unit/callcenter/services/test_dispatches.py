"""A ticket is told along the ladder until a person takes it, at last to the supervisors."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import (
    Agency,
    Alarm,
    Dispatch,
    DispatchStatus,
    Officer,
    Outbox,
    TextMessage,
    Ticket,
    TicketEntry,
    TicketStatus,
)
from callcenter.services.access import NotVisibleError
from callcenter.services.dispatch_answers import Answers, Reply, Who
from callcenter.services.dispatch_links import find, token
from callcenter.services.dispatches import UNANSWERED, Dispatches, quiet_until
from tests import factories
from tests.factories import NOW

WIB = ZoneInfo("Asia/Jakarta")
KEY = b"a key of the tests"
STEP, URGENT = timedelta(minutes=15), timedelta(minutes=2)
QUIET = (time(21), time(6))


@dataclass
class Desk:
    """Agencies above each other, and a ticket at the lowest."""

    session: Session
    agency: Agency
    parent: Agency
    post: Agency
    first: Officer
    deputy: Officer
    above: Officer
    guard: Officer
    ticket: Ticket

    def dispatches(self, quiet: tuple[time, time] | None = None) -> Dispatches:
        return Dispatches(self.session, WIB, quiet)

    def climb(self, at: datetime, quiet: tuple[time, time] | None = None) -> None:
        for dispatch_id in self.dispatches(quiet).late(at):
            self.dispatches(quiet).climb(dispatch_id, at)
        self.session.flush()

    def told(self) -> list[str]:
        kinds = ("notify_ticket", "notify_dispatch")
        rows = self.session.scalars(select(Outbox).where(Outbox.kind.in_(kinds)).order_by(Outbox.id))
        names = {one.id: one.name for one in self.session.scalars(select(Officer))}
        return [
            f"{names.get(row.payload['officer_id'], 'instance')}:{row.payload.get('channel', 'first')}"
            for row in rows
        ]

    def it(self) -> Dispatch:
        found = Answers(self.session).of(self.ticket.id)
        assert found is not None
        self.session.refresh(found)
        return found

    def entries(self) -> list[str]:
        rows = select(TicketEntry.text).where(TicketEntry.ticket_id == self.ticket.id)
        return list(self.session.scalars(rows.order_by(TicketEntry.id)))


@pytest.fixture
def desk(session: Session) -> Desk:
    post = factories.agency(session, "kabupaten", "Kabupaten", tier="regency")
    parent = factories.agency(session, "dinsos", "Dinas Sosial", parent_id=post.id)
    agency = factories.agency(session, "desa", "Desa", tier="desa", parent_id=parent.id)
    people = [
        factories.officer(session, it, name)
        for it, name in ((agency, "Siti"), (agency, "Budi"), (parent, "Dewi"), (post, "Jaga"))
    ]
    for officer, rung in zip(people, (0, 1, 0, 0), strict=True):
        for weekday in range(7):
            factories.shift(session, officer, weekday, rung=rung)
    ticket = factories.ticket(session, agency)
    return Desk(session, agency, parent, post, *people, ticket)


def test_the_ladder_to_its_end(desk: Desk) -> None:
    desk.dispatches().open(desk.ticket, NOW)
    desk.climb(NOW + STEP - timedelta(seconds=1))
    assert desk.told() == ["Siti:first"]
    for rung in range(1, 5):
        desk.climb(NOW + rung * STEP)
    assert desk.told() == ["Siti:first", "Budi:main", "Dewi:main", "Jaga:main", "instance:main"]
    alarm = desk.session.scalars(select(Alarm).where(Alarm.kind == UNANSWERED)).one()
    assert (alarm.subject, alarm.cleared_at) == (desk.ticket.number, None)
    assert desk.it().next_at is None
    desk.climb(NOW + timedelta(days=1))
    assert len(desk.told()) == 5, "nobody is told twice"


def test_an_emergency_goes_up_faster(desk: Desk) -> None:
    desk.ticket.category = "emergency"
    desk.dispatches().open(desk.ticket, NOW)
    for rung in range(1, 5):
        desk.climb(NOW + rung * URGENT)
    assert desk.told()[-1] == "instance:main"


def test_a_rung_with_nobody_new_costs_no_time(desk: Desk) -> None:
    for officer in (desk.deputy, desk.above):
        officer.active = False
    desk.session.flush()
    desk.dispatches().open(desk.ticket, NOW)
    desk.climb(NOW + STEP)
    assert desk.told() == ["Siti:first", "Jaga:main"]


def test_an_agency_without_anybody_is_covered_from_the_beginning(desk: Desk) -> None:
    for officer in (desk.first, desk.deputy):
        officer.active = False
    desk.session.flush()
    desk.dispatches().open(desk.ticket, NOW)
    assert desk.told() == ["Dewi:first"]


def test_where_nobody_is_at_all_the_instance_is_told_once_and_the_alarm_rises(desk: Desk) -> None:
    for officer in (desk.first, desk.deputy, desk.above, desk.guard):
        officer.active = False
    desk.session.flush()
    desk.dispatches().open(desk.ticket, NOW)
    desk.climb(NOW + STEP)
    assert desk.told() == ["instance:first"]
    assert desk.session.scalars(select(Alarm.kind)).all() == [UNANSWERED]


def test_who_knows_already_is_reached_in_a_second_way(desk: Desk) -> None:
    desk.first.notify_url, desk.first.mobile = "json://x.invalid", "+6281355555555"
    desk.dispatches().open(desk.ticket, NOW)
    desk.climb(NOW + STEP)
    assert desk.told() == ["Siti:first", "Siti:sms", "Budi:main"]


def test_the_first_who_accepts_has_it(desk: Desk) -> None:
    desk.dispatches().open(desk.ticket, NOW)
    desk.climb(NOW + STEP)
    answers = Answers(desk.session)
    mine, theirs = Who(desk.first.id, None, "tautan"), Who(desk.deputy.id, None, "SMS")
    key = desk.it().id
    assert answers.say(key, DispatchStatus.ACKNOWLEDGED, mine, NOW + STEP) is Reply.TAKEN
    assert answers.say(key, DispatchStatus.ACKNOWLEDGED, mine, NOW + STEP) is Reply.TAKEN, "once more is fine"
    assert answers.say(key, DispatchStatus.ACKNOWLEDGED, theirs, NOW + STEP) is Reply.ANOTHER
    desk.climb(NOW + timedelta(days=1))
    assert desk.told() == ["Siti:first", "Budi:main"], "nobody else is told"
    assert answers.say(key, DispatchStatus.ARRIVED, mine, NOW + 2 * STEP) is Reply.TAKEN
    assert answers.say(key, DispatchStatus.ON_WAY, mine, NOW + 2 * STEP) is Reply.OVER
    assert answers.say(key, DispatchStatus.DONE, mine, NOW + 3 * STEP) is Reply.TAKEN
    assert answers.say(key, DispatchStatus.DONE, mine, NOW + 3 * STEP) is Reply.OVER
    assert desk.entries() == [
        "Siti menerima tugas ini (tautan)",
        "Siti tiba di lokasi (tautan)",
        "Siti selesai menangani (tautan)",
    ]
    assert desk.ticket.status == TicketStatus.RESOLVED


def test_who_talked_to_the_citizen_has_it_in_hand(desk: Desk) -> None:
    desk.dispatches().open(desk.ticket, NOW, taken_by=desk.deputy.id)
    assert (desk.it().status, desk.it().officer_id) == (DispatchStatus.ACKNOWLEDGED, desk.deputy.id)
    desk.climb(NOW + timedelta(days=1))
    assert desk.told() == ["Budi:first"]


def test_an_alarm_ends_when_somebody_accepts_after_all(desk: Desk) -> None:
    desk.dispatches().open(desk.ticket, NOW)
    for rung in range(1, 5):
        desk.climb(NOW + rung * STEP)
    Answers(desk.session).say(desk.it().id, DispatchStatus.ON_WAY, Who(desk.guard.id, None, "SMS"), NOW)
    assert desk.session.scalars(select(Alarm.cleared_at)).one() is not None


def test_who_cannot_makes_room_for_the_next_at_once(desk: Desk) -> None:
    desk.dispatches().open(desk.ticket, NOW)
    answers, key = Answers(desk.session), desk.it().id
    assert answers.decline(key, Who(desk.first.id, None, "SMS"), NOW) is Reply.TAKEN
    desk.session.flush()
    desk.climb(NOW)
    assert desk.told() == ["Siti:first", "Budi:main"]
    assert answers.decline(key, Who(desk.first.id, None, "SMS"), NOW) is Reply.TAKEN
    desk.session.flush()
    desk.climb(NOW)
    assert desk.told() == ["Siti:first", "Budi:main"], "pressed twice it is one rung"


def test_more_of_the_citizen_is_told_to_who_has_it_in_hand(desk: Desk) -> None:
    desk.dispatches().open(desk.ticket, NOW)
    Answers(desk.session).say(
        desk.it().id, DispatchStatus.ACKNOWLEDGED, Who(desk.deputy.id, None, "SMS"), NOW
    )
    text = TextMessage(fact="text:1", incoming=True, channel="sms", number="+62812", body="x", at=NOW)
    desk.session.add(text)
    desk.session.flush()
    desk.dispatches().open(desk.ticket, NOW, text.id)
    assert desk.told() == ["Siti:first", "Budi:first"]
    assert len(desk.session.scalars(select(Dispatch)).all()) == 1


def test_what_a_citizen_adds_after_the_end_needs_somebody_again(desk: Desk) -> None:
    desk.dispatches().open(desk.ticket, NOW)
    Answers(desk.session).say(desk.it().id, DispatchStatus.DONE, Who(desk.first.id, None, "SMS"), NOW)
    text = TextMessage(fact="text:1", incoming=True, channel="sms", number="+62812", body="x", at=NOW)
    desk.session.add(text)
    desk.session.flush()
    desk.dispatches().open(desk.ticket, NOW, text.id)
    assert desk.it().status == DispatchStatus.WAITING
    desk.climb(NOW + STEP)
    assert desk.told() == ["Siti:first", "Siti:first", "Budi:main"]


@pytest.mark.parametrize("urgent", [True, False])
def test_in_quiet_hours_only_what_is_urgent_wakes_others(desk: Desk, urgent: bool) -> None:
    night = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # 23.00 WIB
    desk.ticket.category = "emergency" if urgent else "general"
    desk.dispatches().open(desk.ticket, night)
    desk.climb(night + STEP, QUIET)
    assert desk.told() == (["Siti:first", "Budi:main"] if urgent else ["Siti:first"])
    morning = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)  # 06.00 WIB
    desk.climb(morning, QUIET)
    assert "Budi:main" in desk.told()


@pytest.mark.parametrize(
    ("clock", "until"),
    [
        ("23:00", "2026-11-24 06:00"),
        ("05:59", "2026-11-23 06:00"),
        ("06:00", None),
        ("20:59", None),
        ("21:00", "2026-11-24 06:00"),
    ],
)
def test_quiet_hours_over_midnight(clock: str, until: str | None) -> None:
    now = datetime.fromisoformat(f"2026-11-23 {clock}").replace(tzinfo=WIB)
    ends = quiet_until(now, QUIET, WIB)
    assert (f"{ends:%Y-%m-%d %H:%M}" if ends else None) == until


def test_quiet_hours_within_a_day() -> None:
    noon = datetime(2026, 11, 23, 13, 0, tzinfo=WIB)
    ends = quiet_until(noon, (time(12), time(14)), WIB)
    assert ends == datetime(2026, 11, 23, 14, 0, tzinfo=WIB)
    assert quiet_until(noon, (time(14), time(15)), WIB) is None
    assert quiet_until(noon, None, WIB) is None


def test_a_link_is_one_officers_for_one_dispatch(desk: Desk) -> None:
    desk.dispatches().open(desk.ticket, NOW)
    it = desk.it()
    text = token(it.id, desk.first.id, KEY)
    assert find(desk.session, text, KEY) == (it, desk.first)
    for forged in (
        token(it.id, desk.first.id, b"another key"),
        text.replace(f"-{desk.first.id}-", f"-{desk.deputy.id}-"),
        text[:-1],
        f"{text}0",
        "",
        f"{10**30}-1-" + "a" * 32,
    ):
        with pytest.raises(NotVisibleError):
            find(desk.session, forged, KEY)
    desk.first.active = False
    desk.session.flush()
    with pytest.raises(NotVisibleError):
        find(desk.session, text, KEY)


def test_more_of_the_citizen_is_told_anew_when_who_had_it_has_left(desk: Desk) -> None:
    desk.dispatches().open(desk.ticket, NOW)
    who = Who(desk.deputy.id, None, "SMS")
    Answers(desk.session).say(desk.it().id, DispatchStatus.ACKNOWLEDGED, who, NOW)
    desk.deputy.active = False
    text = TextMessage(fact="text:1", incoming=True, channel="sms", number="+62812", body="x", at=NOW)
    desk.session.add(text)
    desk.session.flush()
    desk.dispatches().open(desk.ticket, NOW, text.id)
    assert desk.told() == ["Siti:first", "Siti:first"]


def test_who_answers_waits_for_who_works_on_the_ticket_and_keeps_nothing_locked(database: Database) -> None:
    with database.transaction() as session:
        agency = factories.agency(session)
        officer_id = factories.officer(session, agency).id
        ticket = factories.ticket(session, agency)
        Dispatches(session, WIB).open(ticket, NOW)
        found = Answers(session).of(ticket.id)
        assert found is not None
        key = found.id

    def answer() -> None:
        with database.transaction() as session:
            Answers(session).say(key, DispatchStatus.DONE, Who(officer_id, None, "SMS"), NOW)

    thread = threading.Thread(target=answer)
    with database.transaction() as session:
        session.scalar(select(Ticket).where(Ticket.id == ticket.id).with_for_update(key_share=True))
        thread.start()
        thread.join(1)  # long enough to lock what it must not lock yet
        session.scalar(select(Dispatch).where(Dispatch.id == key).with_for_update(nowait=True))
    thread.join()
    with database.reading() as session:
        assert session.get_one(Ticket, ticket.id).status == TicketStatus.RESOLVED


def test_who_looked_before_somebody_else_accepted_does_not_have_it(database: Database) -> None:
    with database.transaction() as session:
        agency = factories.agency(session)
        first, second = (factories.officer(session, agency, name) for name in ("Siti", "Budi"))
        ticket = factories.ticket(session, agency)
        Dispatches(session, WIB).open(ticket, NOW)
    with database.reading() as late:
        seen = Answers(late).of(ticket.id)
        assert seen is not None
        with database.transaction() as session:
            Answers(session).say(seen.id, DispatchStatus.ACKNOWLEDGED, Who(first.id, None, "tautan"), NOW)
        who = Who(second.id, None, "tautan")
        assert Answers(late).say(seen.id, DispatchStatus.ACKNOWLEDGED, who, NOW) is Reply.ANOTHER

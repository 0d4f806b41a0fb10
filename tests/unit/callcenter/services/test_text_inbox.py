"""Texts that come in: one outcome each, whoever sends them, however often they are told."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import (
    Enclosure,
    Line,
    Notification,
    Officer,
    Outbox,
    TextDisposition,
    TextMessage,
    TextStop,
    Ticket,
)
from callcenter.services.residency import Residency
from callcenter.services.text_inbox import MOST_TICKETS, THREAD, TextInbox
from callcenter.services.texts import MOST_REPLIES
from callcenter.services.tickets import Tickets
from ivr.twilio.texts import Arrived, Enclosed
from tests import factories
from tests.factories import NOW

WIB = ZoneInfo("Asia/Jakarta")
SECRET = b"a secret of the tests"
CITIZEN, LINE = "+6281234567890", "+62234271234"
HOUR = timedelta(hours=1)


@dataclass
class Box:
    """A line's inbox, and what may be read of it afterwards."""

    session: Session
    line: Line
    officer: Officer
    keys: count[int] = field(default_factory=lambda: count(1))

    def arrived(self, body: str, sender: str = CITIZEN, **facts: object) -> Arrived:
        arrived = Arrived(f"SM{next(self.keys):032x}", "sms", sender, LINE, body)
        return replace(arrived, **facts)  # type: ignore[arg-type]

    def take(self, body: str, at: datetime = NOW, **facts: object) -> TextMessage:
        text = self.told(self.arrived(body, **facts), at)
        assert text is not None
        return text

    def told(self, arrived: Arrived, at: datetime = NOW) -> TextMessage | None:
        text = TextInbox(self.session, SECRET, WIB).take(arrived, at)
        self.session.flush()
        return text

    def replies(self) -> list[str]:
        replies = select(TextMessage.wording).where(TextMessage.fact.startswith("reply:"))
        return [wording or "" for wording in self.session.scalars(replies.order_by(TextMessage.id))]

    def owed(self, kind: str) -> list[str]:
        facts = select(Outbox.fact).where(Outbox.kind == kind).order_by(Outbox.id)
        return list(self.session.scalars(facts))

    def tickets(self) -> list[Ticket]:
        return list(self.session.scalars(select(Ticket).order_by(Ticket.id)))


@pytest.fixture
def box(session: Session) -> Box:
    agency = factories.agency(session)
    line = factories.line(session, agency, LINE, provider="twilio")
    officer = factories.officer(session, agency, mobile="+6281355555555")
    factories.shift(session, officer)
    Residency(session).decide(line, on=True, reason="SK 12", account_id=None, now=NOW)
    return Box(session, line, officer)


def test_a_text_opens_a_ticket_and_its_officer_is_told(box: Box) -> None:
    text = box.take("Lampu jalan mati\r\ndi depan pasar\x00")
    (ticket,) = box.tickets()
    assert (text.disposition, text.ticket) == (TextDisposition.OPENED, ticket)
    assert text.body == "Lampu jalan mati\ndi depan pasar"
    assert (ticket.caller_number, ticket.category, ticket.call) == (CITIZEN, "general", None)
    assert box.owed("notify_ticket") == [f"ticket-opened:{ticket.id}:officer:{box.officer.id}"]
    assert box.replies() == ["opened"]
    assert box.owed("delete_text") == [f"text-deleted:{text.key}"]


def test_told_twice_it_is_taken_once(box: Box) -> None:
    arrived = box.arrived("Lampu jalan mati")
    assert box.told(arrived) is not None
    assert box.told(arrived) is None
    assert len(box.tickets()) == len(box.replies()) == 1


def test_what_follows_is_added_and_told_again(box: Box) -> None:
    first = box.take("Lampu jalan mati")
    second = box.take("sudah tiga hari", NOW + HOUR)
    assert (second.disposition, second.ticket) == (TextDisposition.ADDED, first.ticket)
    assert len(box.tickets()) == 1
    assert box.owed("notify_ticket")[1:] == [
        f"ticket-text:{second.ticket_id}:{second.id}:officer:{box.officer.id}"
    ]
    assert box.replies() == ["opened", "added"]


def test_a_thread_ends_in_time_and_by_a_word(box: Box) -> None:
    first = box.take("Lampu jalan mati")
    fresh = box.take("BARU sampah menumpuk", NOW + HOUR)
    late = box.take("air tidak mengalir", NOW + HOUR + THREAD)
    assert [one.disposition for one in (first, fresh, late)] == [TextDisposition.OPENED] * 3
    assert len({one.ticket_id for one in (first, fresh, late)}) == 3


def test_a_ticket_that_is_named_is_meant_if_it_is_the_senders(box: Box) -> None:
    mine, newer = box.take("Lampu jalan mati"), box.take("BARU sampah menumpuk", NOW + HOUR)
    assert mine.ticket
    assert newer.ticket
    named = box.take(f"aduan {mine.ticket.number} masih gelap", NOW + 2 * HOUR)
    assert named.ticket == mine.ticket
    other = box.take(f"aduan {mine.ticket.number} saya juga", NOW, sender="+6281299999999")
    assert (other.disposition, other.ticket == mine.ticket) == (TextDisposition.OPENED, False)


def test_an_emergency_is_a_ticket_of_its_own(box: Box) -> None:
    box.take("Lampu jalan mati")
    urgent = box.take("DARURAT ada kebakaran", NOW + HOUR)
    assert urgent.ticket is not None
    assert (urgent.disposition, urgent.ticket.category) == (TextDisposition.OPENED, "emergency")
    assert box.replies() == ["opened", "urgent"]


def test_too_many_tickets_of_one_number_go_on_as_one_but_emergencies_do_not(box: Box) -> None:
    for at in range(MOST_TICKETS):
        box.take(f"BARU hal {at}", NOW + at * HOUR)
    later = NOW + MOST_TICKETS * HOUR
    assert box.take("BARU satu lagi", later).disposition == TextDisposition.ADDED
    assert box.take("DARURAT banjir", later).disposition == TextDisposition.OPENED
    assert len(box.tickets()) == MOST_TICKETS + 1


def test_the_status_is_told_to_the_telephone_it_came_from_and_to_who_knows_the_pin(box: Box) -> None:
    opened = box.take("Lampu jalan mati")
    ticket = opened.ticket
    assert ticket is not None
    pin = Tickets(box.session, SECRET, WIB).pin(ticket)
    box.take("status")
    box.take(f"status {ticket.number}", sender="+6281299999999")
    box.take(f"status {ticket.number} {'0000' if pin != '0000' else '1111'}", sender="+6281299999999")
    told = box.take(f"status {ticket.number} {pin}", sender="+6281299999999")
    box.take("status", sender="+6281277777777")
    assert box.replies() == ["opened", "status:new", "wrong", "wrong", "status:new", "help"]
    assert told.ticket == ticket
    assert told.body == f"status {ticket.number} ••••", "a PIN is kept nowhere"
    assert ticket.pin_failures == 0


def test_guessing_pins_by_text_locks_the_ticket(box: Box) -> None:
    ticket = box.take("Lampu jalan mati").ticket
    assert ticket is not None
    pin = Tickets(box.session, SECRET, WIB).pin(ticket)
    wrong = "0000" if pin != "0000" else "1111"
    for at in range(11):
        box.take(f"status {ticket.number} {wrong}", NOW + at * HOUR, sender="+6281299999999")
    assert box.replies()[-1] == "locked"


def test_who_says_stop_is_sent_nothing_more(box: Box) -> None:
    stopped = box.take("BERHENTI")
    assert stopped.disposition == TextDisposition.STOP
    assert box.session.get(TextStop, ("sms", CITIZEN)) is not None
    started = box.take("mulai")
    assert started.disposition == TextDisposition.START
    assert box.session.get(TextStop, ("sms", CITIZEN)) is None
    assert box.replies() == ["stop", "start"]


@pytest.mark.parametrize("word", ["STOP", "START", "HELP"])
def test_what_twilio_answers_itself_is_not_answered_twice(box: Box, word: str) -> None:
    box.take(word)
    assert box.replies() == []
    box.take(word, channel="whatsapp")
    assert len(box.replies()) == 1, "on WhatsApp Twilio answers nothing"
    box.take("bantuan", answered=True)
    assert len(box.replies()) == 1, "an account may have words of its own"


def test_machines_that_answer_each_other_come_to_an_end(box: Box) -> None:
    for at in range(MOST_REPLIES + 5):
        box.take("Terima kasih, pesan Anda kami terima", NOW + timedelta(seconds=at))
    assert len(box.replies()) == MOST_REPLIES
    box.take("halo", NOW + 2 * HOUR)
    assert len(box.replies()) == MOST_REPLIES + 1


@pytest.mark.parametrize("sender", ["TELKOMSEL", "112", "", "x" * 300])
def test_who_has_no_number_is_kept_and_not_answered(box: Box, sender: str) -> None:
    text = box.take("Promo!", sender=sender)
    assert text.disposition == TextDisposition.NO_NUMBER
    assert not box.tickets()
    assert not box.replies()


def test_a_number_that_is_no_line_is_kept_for_supervisors(box: Box) -> None:
    text = box.take("halo", to="+62234999999")
    assert (text.disposition, text.agency_id) == (TextDisposition.NO_LINE, None)
    assert not box.replies()


def test_a_line_that_is_off_takes_the_complaint_and_answers_nothing(box: Box) -> None:
    Residency(box.session).decide(box.line, on=False, reason="Ditinjau", account_id=None, now=NOW)
    text = box.take("Lampu jalan mati")
    assert text.disposition == TextDisposition.OPENED
    assert box.owed("notify_ticket")
    assert not box.replies()


def test_a_text_without_words_is_nothing_but_a_picture_is_a_complaint(box: Box) -> None:
    assert box.take("").disposition == TextDisposition.EMPTY
    picture = Enclosed("ME" + "a" * 32, "image/jpeg")
    text = box.take("", enclosed=(picture,))
    assert text.disposition == TextDisposition.OPENED
    assert [one.key for one in box.session.scalars(select(Enclosure))] == [picture.key]
    assert box.owed("fetch_enclosure") == [f"enclosure:{picture.key}"]
    assert f"text-deleted:{text.key}" not in box.owed("delete_text"), "it is fetched first"


def test_an_officer_who_answers_an_sms_writes_on_the_ticket(box: Box) -> None:
    ticket = box.take("Lampu jalan mati").ticket
    assert ticket is not None
    assert box.officer.mobile
    row = Notification(
        fact="x", officer_id=box.officer.id, ticket_id=ticket.id, channel="sms", started_at=NOW
    )
    box.session.add(row)
    text = box.take("Siap, meluncur", NOW + HOUR, sender=box.officer.mobile)
    assert (text.disposition, text.ticket) == (TextDisposition.OFFICER, ticket)
    assert [entry.text for entry in ticket.entries] == [
        "SMS Siti Aminah: Siap, meluncur",
        "Siti Aminah menerima tugas ini (SMS)",
    ]
    assert box.replies() == ["opened", "task_taken"]
    late = box.take("jalan rusak", NOW + timedelta(days=3), sender=box.officer.mobile)
    assert late.disposition == TextDisposition.OPENED, "officers are citizens, too"


def test_an_officers_emergency_is_no_answer(box: Box) -> None:
    ticket = box.take("Lampu jalan mati").ticket
    assert ticket is not None
    assert box.officer.mobile
    row = Notification(
        fact="x", officer_id=box.officer.id, ticket_id=ticket.id, channel="sms", started_at=NOW
    )
    box.session.add(row)
    urgent = box.take("DARURAT rumah terbakar", NOW + HOUR, sender=box.officer.mobile)
    fresh = box.take("BARU sampah menumpuk", NOW + HOUR, sender=box.officer.mobile)
    assert [one.disposition for one in (urgent, fresh)] == [TextDisposition.OPENED] * 2
    assert [one.category for one in box.tickets()] == ["general", "emergency", "general"]
    assert not ticket.entries


def test_two_texts_of_one_number_at_once_are_one_complaint(database: Database) -> None:
    with database.transaction() as session:
        agency = factories.agency(session)
        factories.line(session, agency, LINE, provider="twilio")

    def take(session: Session, key: str) -> None:
        TextInbox(session, SECRET, WIB).take(Arrived(key, "sms", CITIZEN, LINE, "Lampu mati"), NOW)

    def second() -> None:
        with database.transaction() as session:
            take(session, "SM" + "b" * 32)

    thread = threading.Thread(target=second)
    with database.transaction() as session:
        take(session, "SM" + "a" * 32)
        thread.start()
        thread.join(1)  # long enough to write what it must not write yet
    thread.join()
    with database.reading() as session:
        assert len(session.scalars(select(Ticket)).all()) == 1


def test_emergencies_of_one_number_end_in_the_last_one(box: Box) -> None:
    for at in range(MOST_TICKETS + 2):
        box.take(f"DARURAT {at}", NOW + at * HOUR)
    assert len(box.tickets()) == MOST_TICKETS
    assert box.take("BARU lampu mati", NOW + 10 * HOUR).disposition == TextDisposition.OPENED


def test_an_emergency_is_not_added_to_an_ordinary_ticket_that_it_names(box: Box) -> None:
    first = box.take("Lampu jalan mati").ticket
    assert first is not None
    urgent = box.take(f"DARURAT aduan {first.number} sekarang terbakar")
    assert (urgent.disposition, urgent.ticket == first) == (TextDisposition.OPENED, False)


def test_an_answer_to_a_closed_ticket_goes_on_with_it(box: Box) -> None:
    ticket = box.take("Lampu jalan mati").ticket
    assert ticket is not None
    ticket.status, ticket.closed_at = "closed", NOW
    again = box.take("Masih mati", NOW + HOUR)
    assert (again.disposition, again.ticket) == (TextDisposition.ADDED, ticket)

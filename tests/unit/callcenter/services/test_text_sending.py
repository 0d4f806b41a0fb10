"""What is owed to citizens goes out once, by a way there is, and its fate is known."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Alarm, Line, Outbox, TextMessage, TextState, Ticket
from callcenter.services.residency import Residency
from callcenter.services.text_sending import OF_USE, TextSending
from callcenter.services.text_ways import WINDOW, Ways
from callcenter.services.text_words import HIDDEN
from callcenter.services.texts import Texts
from callcenter.services.tickets import Tickets
from ivr.twilio import errors
from tests import factories
from tests.factories import NOW

WIB = ZoneInfo("Asia/Jakarta")
SECRET = b"a secret of the tests"
CITIZEN, LINE, COMMON = "+6281234567890", "+62234271234", "+62234270000"
KEY = "SM" + "a" * 32


@pytest.fixture
def agency(session: Session) -> Agency:
    return factories.agency(session)


@pytest.fixture
def line(session: Session, agency: Agency) -> Line:
    line = factories.line(session, agency, LINE, provider="twilio")
    return switched_on(session, line)


@pytest.fixture
def ticket(session: Session, agency: Agency) -> Ticket:
    tickets = Tickets(session, SECRET, WIB)
    return tickets.open(agency.id, "general", CITIZEN, "id", NOW)


@pytest.fixture
def sending(session: Session) -> TextSending:
    return TextSending(session, Tickets(session, SECRET, WIB), "I-Ceta")


def switched_on(session: Session, line: Line) -> Line:
    Residency(session).decide(line, on=True, reason="SK 12", account_id=None, now=NOW)
    return line


def owed(session: Session) -> list[TextMessage]:
    return list(session.scalars(select(TextMessage).where(~TextMessage.incoming).order_by(TextMessage.id)))


def opened(session: Session, ticket: Ticket) -> TextMessage:
    Texts(session).opened(ticket, NOW)
    return owed(session)[0]


def test_the_pin_is_sent_and_not_kept(
    session: Session, line: Line, ticket: Ticket, sending: TextSending
) -> None:
    text = opened(session, ticket)
    outgoing = sending.begin(text.id, NOW)
    assert outgoing is not None
    pin = Tickets(session, SECRET, WIB).pin(ticket)
    assert f"nomor {ticket.number}, PIN {pin}." in outgoing.body
    assert (outgoing.to, outgoing.sender, outgoing.since) == (CITIZEN, LINE, None)
    assert HIDDEN in text.body
    assert pin not in text.body.replace(ticket.number, "")
    assert Tickets(session, SECRET, WIB).status(ticket.number, pin)["result"] == "found"


def test_one_fact_is_told_once(session: Session, line: Line, ticket: Ticket) -> None:
    for _ in range(2):
        Texts(session).opened(ticket, NOW)
    assert len(owed(session)) == 1
    assert len(session.scalars(select(Outbox).where(Outbox.kind == "send_text")).all()) == 1


def test_without_a_line_that_may_be_used_nothing_is_owed(
    session: Session, agency: Agency, ticket: Ticket
) -> None:
    factories.line(session, agency, LINE, provider="twilio")  # off
    factories.line(session, agency, "+62234271111")  # on our own exchange
    Texts(session).opened(ticket, NOW)
    assert not owed(session)


@pytest.mark.parametrize("number", [None, "112", "+62234271299"])
def test_who_has_no_mobile_is_not_written_to(
    session: Session, line: Line, ticket: Ticket, number: str | None
) -> None:
    ticket.caller_number = number
    Texts(session).opened(ticket, NOW)
    assert not owed(session)


def test_an_agency_without_a_number_of_its_own_writes_from_the_one_for_all(
    session: Session, ticket: Ticket
) -> None:
    other = factories.agency(session, "diskominfo", "Diskominfo")
    common = factories.line(session, other, COMMON, provider="twilio", texts_for_all=True)
    switched_on(session, common)
    assert opened(session, ticket).line == common


def test_whatsapp_is_answered_there_while_its_window_is_open(
    session: Session, line: Line, ticket: Ticket
) -> None:
    came = TextMessage(
        fact="text:1",
        key=KEY,
        incoming=True,
        channel="whatsapp",
        line_id=line.id,
        number=CITIZEN,
        body="halo",
        at=NOW,
    )
    came.ticket = ticket
    session.add(came)
    session.flush()
    ways = Ways(session)
    soon, late = ways.to(ticket, NOW + timedelta(hours=1)), ways.to(ticket, NOW + WINDOW)
    assert soon is not None
    assert late is not None
    assert (soon.channel, late.channel) == ("whatsapp", "sms")


def test_who_wants_none_is_sent_none(
    session: Session, line: Line, ticket: Ticket, sending: TextSending
) -> None:
    text = opened(session, ticket)
    Ways(session).stop("sms", CITIZEN, NOW)
    assert sending.begin(text.id, NOW) is None
    assert text.state == TextState.STOPPED


def test_what_could_not_be_sent_for_a_day_is_not_sent(
    session: Session, line: Line, ticket: Ticket, sending: TextSending
) -> None:
    text = opened(session, ticket)
    assert sending.begin(text.id, NOW + OF_USE + timedelta(seconds=1)) is None
    assert text.state == TextState.EXPIRED


def test_what_was_begun_and_not_ended_is_looked_for_first(
    session: Session, line: Line, ticket: Ticket, sending: TextSending
) -> None:
    text = opened(session, ticket)
    sending.begin(text.id, NOW)
    again = sending.begin(text.id, NOW + timedelta(minutes=2))
    assert again is not None
    assert again.since == NOW
    sending.refused(text.id, errors.of(20429, 429), NOW)
    third = sending.begin(text.id, NOW + timedelta(minutes=3))
    assert third is not None
    assert third.since is None, "refused is known to be refused"


def test_no_answer_leaves_it_open(session: Session, line: Line, ticket: Ticket, sending: TextSending) -> None:
    text = opened(session, ticket)
    sending.begin(text.id, NOW)
    assert sending.refused(text.id, errors.no_answer("timeout"), NOW)
    again = sending.begin(text.id, NOW + timedelta(minutes=1))
    assert again is not None
    assert again.since == NOW


def test_a_receiver_who_opted_out_at_twilio_is_known_here_afterwards(
    session: Session, line: Line, ticket: Ticket, sending: TextSending
) -> None:
    text = opened(session, ticket)
    sending.begin(text.id, NOW)
    assert not sending.refused(text.id, errors.of(21610, 400), NOW)
    assert text.state == TextState.STOPPED
    assert Ways(session).wants_none("sms", CITIZEN)


def test_a_number_that_cannot_send_is_told_and_gone_around(
    session: Session, line: Line, ticket: Ticket, sending: TextSending
) -> None:
    common = factories.line(session, line.agency, COMMON, provider="twilio", texts_for_all=True)
    switched_on(session, common)
    text = opened(session, ticket)
    assert text.line == line
    sending.begin(text.id, NOW)
    assert sending.refused(text.id, errors.of(21606, 400), NOW), "it is tried from the other number"
    outgoing = sending.begin(text.id, NOW)
    assert outgoing is not None
    assert outgoing.sender == COMMON
    assert not sending.refused(text.id, errors.of(21606, 400), NOW)
    assert text.state == TextState.FAILED
    alarms = session.scalars(select(Alarm.subject).where(Alarm.kind == "texts-refused")).all()
    assert sorted(alarms) == [COMMON, LINE]


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "queued"])))
def test_callbacks_in_any_order_say_the_same(
    session: Session, line: Line, ticket: Ticket, sending: TextSending, order: tuple[str, ...]
) -> None:
    text = opened(session, ticket)
    sending.begin(text.id, NOW)
    for status in (*order, *order):
        sending.heard(text.id, KEY, status, 0, NOW)
    sending.sent(text.id, KEY, NOW)
    assert (text.state, text.key, text.ended_at) == (TextState.DELIVERED, KEY, NOW)
    sending.heard(text.id, KEY, "read", 0, NOW)
    assert text.state == TextState.READ
    sending.heard(text.id, KEY, "failed", 30003, NOW)
    assert text.state == TextState.READ
    deletions = session.scalars(select(Outbox).where(Outbox.kind == "delete_text")).all()
    assert [row.fact for row in deletions] == [f"text-deleted:{KEY}"]


def test_what_was_not_delivered_says_why(
    session: Session, line: Line, ticket: Ticket, sending: TextSending
) -> None:
    text = opened(session, ticket)
    sending.begin(text.id, NOW)
    sending.heard(text.id, KEY, "undelivered", 30003, NOW)
    assert (text.state, text.error) == (TextState.FAILED, "30003")


def test_a_callback_for_another_text_is_refused(
    session: Session, line: Line, ticket: Ticket, sending: TextSending
) -> None:
    text = opened(session, ticket)
    sending.sent(text.id, KEY, NOW)
    with pytest.raises(LookupError):
        sending.heard(text.id, "SM" + "b" * 32, "delivered", 0, NOW)
    with pytest.raises(LookupError):
        sending.heard(10**6, KEY, "delivered", 0, NOW)


def test_what_whatsapp_does_not_carry_so_late_goes_by_sms(
    session: Session, line: Line, ticket: Ticket, sending: TextSending
) -> None:
    text = opened(session, ticket)
    text.channel = "whatsapp"
    sending.begin(text.id, NOW)
    for _ in range(2):
        sending.heard(text.id, KEY, "failed", 63016, NOW)
    first, second = owed(session)
    assert (first.state, second.state, second.channel) == (TextState.FAILED, TextState.OWED, "sms")
    outgoing = sending.begin(second.id, NOW)
    assert outgoing is not None
    assert outgoing.to == CITIZEN


def test_a_citizens_way_is_not_that_of_others_who_wrote_about_the_ticket(
    session: Session, line: Line, ticket: Ticket
) -> None:
    other = factories.agency(session, "diskominfo", "Diskominfo")
    common = switched_on(session, factories.line(session, other, COMMON, provider="twilio"))
    stranger = TextMessage(
        fact="text:1",
        incoming=True,
        channel="whatsapp",
        line_id=common.id,
        number="+6281299999999",
        body="status",
        at=NOW,
    )
    stranger.ticket = ticket
    session.add(stranger)
    session.flush()
    way = Ways(session).to(ticket, NOW)
    assert way is not None
    assert (way.line, way.channel) == (line, "sms")


def test_other_words_from_the_same_page_are_another_text(
    session: Session, line: Line, ticket: Ticket
) -> None:
    account = factories.account(session)
    for body in ("Kami datang besok.", "Kami datang besok.", "Kami datang lusa."):
        assert Texts(session).write(ticket, body, account.id, "once\0", NOW)
    assert [text.body for text in owed(session)] == ["Kami datang besok.", "Kami datang lusa."]


def test_a_line_that_was_switched_off_meanwhile_sends_nothing(
    session: Session, line: Line, ticket: Ticket, sending: TextSending
) -> None:
    text = opened(session, ticket)
    Residency(session).decide(line, on=False, reason="Ditinjau", account_id=None, now=NOW)
    session.flush()
    assert sending.begin(text.id, NOW) is None
    assert (text.state, text.error) == (TextState.EXPIRED, "line_off")


def test_a_sending_whose_end_is_not_known_is_looked_for_since_it_first_began(
    session: Session, line: Line, ticket: Ticket, sending: TextSending
) -> None:
    text = opened(session, ticket)
    for minutes in range(3):
        sending.begin(text.id, NOW + timedelta(minutes=minutes))
    last = sending.begin(text.id, NOW + timedelta(minutes=9))
    assert last is not None
    assert last.since == NOW

"""Citizens and officers write by SMS and WhatsApp: this site against the stand-in, worker and all."""

from __future__ import annotations

import re
from itertools import cycle

import pytest
from sqlalchemy import select
from twilio.http.response import Response

from callcenter.jobs import JOBS, PERIODIC
from callcenter.jobs.runner import Runner
from callcenter.models import (
    Account,
    Enclosure,
    Line,
    Officer,
    Outbox,
    Role,
    TextMessage,
    TextState,
    Ticket,
    TicketStatus,
)
from callcenter.services.access import viewer_of
from callcenter.services.residency import Residency
from callcenter.services.ticket_work import TicketWork
from ivr.twilio.errors import TwilioError
from recordings.store import LocalStore
from tests.phone.test_hotline import leave_message
from tests.phone.town import CITIZEN as DIALLED_FROM
from tests.phone.town import Town
from tests.phone.twilio_phone import TwilioSite
from tests.twilio.message import Attachment, Fate

CITIZEN, OTHER = "+6281299990001", "+6281299990002"
PHOTO = Attachment(b"\xff\xd8\xff" + b"\0" * 5000, "image/jpeg")
SETTLED = 180
"""Seconds after which nothing of a text is on its way any more."""


@pytest.fixture(autouse=True)
def patience(twilio_site: TwilioSite) -> None:
    """Twilio lets nothing be deleted for a minute."""
    twilio_site.exchange.texting.deletable_after = 60


def settle(site: TwilioSite) -> None:
    for _ in range(SETTLED // 10):
        site.exchange.advance(10)
        site.work()


def got(site: TwilioSite, number: str = CITIZEN) -> list[str]:
    return [one.received for one in site.exchange.inbox(number) if not one.automatic]


def tickets(site: TwilioSite) -> list[Ticket]:
    with site.database.reading() as session:
        return list(session.scalars(select(Ticket).order_by(Ticket.id)))


def texts(site: TwilioSite, *, incoming: bool) -> list[TextMessage]:
    with site.database.reading() as session:
        mine = select(TextMessage).where(TextMessage.incoming.is_(incoming))
        return list(session.scalars(mine.order_by(TextMessage.id)))


def numbers(words: str) -> tuple[str, str]:
    """Read the number and the PIN that a citizen was told."""
    found = re.search(r"(\d{8}), PIN (\d{4})", words)
    assert found, words
    return found[1], found[2]


def come_home(site: TwilioSite) -> None:
    PERIODIC["texts_home"].run(site.tools, site.exchange.clock())
    settle(site)


def test_a_citizen_writes_asks_and_stops(twilio_site: TwilioSite, twilio_town: Town) -> None:
    line = twilio_town.number
    twilio_site.exchange.send_in(CITIZEN, line, "Lampu jalan mati di depan pasar")
    settle(twilio_site)
    number, pin = numbers(got(twilio_site)[-1])
    assert [ticket.number for ticket in tickets(twilio_site)] == [number]
    twilio_site.exchange.send_in(CITIZEN, line, "Sudah tiga hari")
    twilio_site.exchange.send_in(CITIZEN, line, "status")
    twilio_site.exchange.send_in(OTHER, line, f"status {number} {pin}")
    settle(twilio_site)
    assert f"ditambahkan pada aduan {number}" in got(twilio_site)[-2]
    assert f"Aduan {number} sudah diterima" in got(twilio_site)[-1]
    assert got(twilio_site, OTHER) == [got(twilio_site)[-1]]
    before = len(got(twilio_site))
    twilio_site.exchange.send_in(CITIZEN, line, "STOP")
    twilio_site.exchange.send_in(CITIZEN, line, "Masih gelap juga")
    settle(twilio_site)
    assert len(got(twilio_site)) == before, "nothing more is sent"
    assert [one.disposition for one in texts(twilio_site, incoming=True)] == [
        "opened",
        "added",
        "status",
        "status",
        "stop",
        "added",
    ]
    assert twilio_site.exchange.texting.messages == {} or all(
        one.automatic for one in twilio_site.exchange.texting.messages.values()
    ), "Twilio keeps nothing but its own answers"


def test_a_caller_gets_the_number_by_text_and_each_status(twilio_site: TwilioSite, twilio_town: Town) -> None:
    caller = "+62" + DIALLED_FROM[1:]
    call = twilio_town.dial_past_language()
    call.press("2")
    call.expect("complaint")
    number, pin = leave_message(call)
    call.hang_up()
    settle(twilio_site)
    (ticket,) = tickets(twilio_site)
    assert numbers(got(twilio_site, caller)[0]) == (number, pin), "the text says what was heard"
    assert number == ticket.number
    move(twilio_site, ticket.id, TicketStatus.NEW, TicketStatus.VERIFIED)
    move(twilio_site, ticket.id, TicketStatus.VERIFIED, TicketStatus.RESOLVED)
    settle(twilio_site)
    assert [words.partition(": ")[2] for words in got(twilio_site, caller)[1:]] == [
        f"Aduan {number} sudah diverifikasi dan diteruskan kepada petugas.",
        f"Aduan {number} sudah ditangani. Bila belum selesai, balas pesan ini.",
    ]
    assert {one.state for one in texts(twilio_site, incoming=False)} == {TextState.DELIVERED}


def move(site: TwilioSite, ticket_id: int, before: TicketStatus, after: TicketStatus) -> None:
    now = site.exchange.clock()
    with site.database.transaction() as session:
        account = session.scalars(select(Account).where(Account.username == "pengawas")).one_or_none()
        if account is None:
            account = Account(username="pengawas", password_hash="x", role=Role.SUPERVISOR, created_at=now)
            session.add(account)
            session.flush()
        TicketWork(session, viewer_of(account)).move(ticket_id, before, after, "", now)


def test_whatsapp_with_a_picture(twilio_site: TwilioSite, twilio_town: Town) -> None:
    line, ours = twilio_town.number, f"{twilio_site.exchange.url}/twilio/message"
    twilio_site.exchange.texting.add_whatsapp(line, ours)
    twilio_site.exchange.send_in(
        CITIZEN, line, "Jalan rusak", channel="whatsapp", media=[PHOTO], profile="Siti"
    )
    settle(twilio_site)
    (came,) = texts(twilio_site, incoming=True)
    assert (came.channel, came.name, came.disposition) == ("whatsapp", "Siti", "opened")
    with twilio_site.database.reading() as session:
        kept = session.scalars(select(Enclosure)).one()
    assert (kept.content_type, kept.size, kept.problem) == ("image/jpeg", len(PHOTO.content), None)
    store = LocalStore(twilio_site.settings.home / "store")
    assert b"".join(store.open_range(kept.store_key or "", 0, kept.size or 0)) == PHOTO.content
    (reply,) = twilio_site.exchange.inbox(CITIZEN)
    assert reply.from_ == f"whatsapp:{line}"
    assert twilio_site.exchange.texting.messages == {}, "the picture is ours before it is deleted there"


def test_whatsapp_that_is_answered_too_late_goes_by_sms(twilio_site: TwilioSite, twilio_town: Town) -> None:
    line, ours = twilio_town.number, f"{twilio_site.exchange.url}/twilio/message"
    twilio_site.exchange.texting.add_whatsapp(line, ours)
    twilio_site.exchange.send_in(CITIZEN, line, "Jalan rusak", channel="whatsapp")
    settle(twilio_site)
    twilio_site.exchange.advance(86_400)
    move(twilio_site, tickets(twilio_site)[0].id, TicketStatus.NEW, TicketStatus.VERIFIED)
    settle(twilio_site)
    assert [one.whatsapp for one in twilio_site.exchange.inbox(CITIZEN)] == [True, False]


def test_webhooks_twice_late_and_out_of_order(twilio_site: TwilioSite, twilio_town: Town) -> None:
    delays = cycle([0, 40, 3, 25])
    twilio_site.exchange.duplicates = True
    twilio_site.exchange.late = lambda url: next(delays) if url.endswith("/status") else 0
    for at in range(12):
        twilio_site.exchange.send_in(f"+62812999900{at:02}", twilio_town.number, f"Aduan {at}")
    settle(twilio_site)
    assert len(tickets(twilio_site)) == 12
    assert [len(got(twilio_site, f"+62812999900{at:02}")) for at in range(12)] == [1] * 12
    assert {one.state for one in texts(twilio_site, incoming=False)} == {TextState.DELIVERED}
    assert twilio_site.exchange.texting.messages == {}


def test_what_was_written_while_we_were_away_comes_home(twilio_site: TwilioSite, twilio_town: Town) -> None:
    exchange = twilio_site.exchange
    app, exchange.site.app = exchange.site.app, unavailable
    exchange.tolerates = True
    arrived = exchange.send_in(CITIZEN, twilio_town.number, "Tolong, air tidak mengalir", media=[PHOTO])
    assert arrived.lost
    exchange.site.app, exchange.tolerates = app, False
    come_home(twilio_site)
    (came,) = texts(twilio_site, incoming=True)
    assert (came.disposition, came.body) == ("opened", "Tolong, air tidak mengalir")
    with twilio_site.database.reading() as session:
        assert session.scalars(select(Enclosure.size)).all() == [len(PHOTO.content)]
    numbers(got(twilio_site)[0])
    come_home(twilio_site)
    assert len(texts(twilio_site, incoming=True)) == 1


def unavailable(_environ: object, start: object) -> list[bytes]:
    start("503 Service Unavailable", [("Content-Type", "text/plain")])  # type: ignore[operator]
    return [b""]


def test_how_a_text_fared_is_learned_without_its_callback(twilio_site: TwilioSite, twilio_town: Town) -> None:
    exchange = twilio_site.exchange
    exchange.texting.fates[CITIZEN] = Fate("undelivered", 30003)
    exchange.send_in(CITIZEN, twilio_town.number, "Lampu mati")
    exchange.down = lambda url: url.endswith("/status")  # type: ignore[assignment]
    settle(twilio_site)
    (reply,) = texts(twilio_site, incoming=False)
    assert reply.state == TextState.QUEUED
    exchange.down = lambda url: False  # type: ignore[assignment]
    come_home(twilio_site)
    (reply,) = texts(twilio_site, incoming=False)
    assert (reply.state, reply.error) == (TextState.FAILED, "30003")


def test_a_worker_that_dies_behind_the_sending_sends_nothing_twice(
    twilio_site: TwilioSite, twilio_town: Town
) -> None:
    exchange = twilio_site.exchange
    exchange.send_in(CITIZEN, twilio_town.number, "Lampu mati")
    create = exchange.http.request
    exchange.http.request = dying(create)  # type: ignore[method-assign]
    with pytest.raises(KilledError):
        run(twilio_site, "send_text")
    exchange.http.request = create  # type: ignore[method-assign]
    exchange.advance(120)
    settle(twilio_site)
    assert len(got(twilio_site)) == 1
    assert [one.state for one in texts(twilio_site, incoming=False)] == [TextState.DELIVERED]


class KilledError(BaseException):
    """The worker died here."""


def dying(request: object) -> object:
    def die(*arguments: object, **more: object) -> Response:
        request(*arguments, **more)  # type: ignore[operator]
        raise KilledError

    return die


def run(site: TwilioSite, kind: str) -> None:
    runner = Runner(site.tools, JOBS, site.exchange.clock)
    with site.database.reading() as session:
        rows = session.scalars(select(Outbox.id).where(Outbox.kind == kind, Outbox.done_at.is_(None))).all()
    for row in rows:
        runner.run(row)


def test_faults_of_the_api_delay_and_lose_nothing(twilio_site: TwilioSite, twilio_town: Town) -> None:
    faults = twilio_site.exchange.faults
    faults.fail("POST", r"/Messages\.json", 429, 20429)
    faults.fail("POST", r"/Messages\.json", 503, 20503)
    faults.time_out("POST", r"/Messages\.json", after=False)
    faults.time_out("POST", r"/Messages\.json", after=True)
    faults.fail("DELETE", r"/Messages/", 500, 20500)
    twilio_site.exchange.send_in(CITIZEN, twilio_town.number, "Lampu mati")
    settle(twilio_site)
    settle(twilio_site)
    assert not faults.waiting
    assert len(got(twilio_site)) == 1
    assert twilio_site.exchange.texting.messages == {}


def test_a_line_that_cannot_send_leaves_it_to_the_one_for_all(
    twilio_site: TwilioSite, twilio_town: Town
) -> None:
    common, now = "+622347777", twilio_site.exchange.clock()
    twilio_site.own(common)
    with twilio_site.database.transaction() as session:
        agency_id = session.scalars(select(Line.agency_id)).first()
        line = Line(
            agency_id=agency_id,
            number=common,
            provider="twilio",
            active_from=now.date(),
            texts_for_all=True,
        )
        session.add(line)
        session.flush()
        Residency(session).decide(line, on=True, reason="SK 12", account_id=None, now=now)
    twilio_site.exchange.send_in(CITIZEN, twilio_town.number, "Lampu mati")
    twilio_site.exchange.numbers[twilio_town.number].sms_capable = False
    twilio_site.exchange.tolerates = True
    settle(twilio_site)
    assert [one.from_ for one in twilio_site.exchange.inbox(CITIZEN)] == [common]


def test_an_officer_is_told_by_sms_and_answers(twilio_site: TwilioSite, twilio_town: Town) -> None:
    officer_id = twilio_town.officers[0]
    with twilio_site.database.reading() as session:
        mobile = session.get_one(Officer, officer_id).mobile or ""
    twilio_site.exchange.send_in(CITIZEN, twilio_town.number, "Pohon tumbang")
    settle(twilio_site)
    run(twilio_site, "notify_ticket")
    settle(twilio_site)
    (ticket,) = tickets(twilio_site)
    (told,) = got(twilio_site, mobile)
    assert told.startswith(
        f"Aduan baru {ticket.number} - Dinas Sosial {twilio_site.settings.web_url}/tugas/1-{officer_id}-"
    )
    twilio_site.exchange.send_in(mobile, twilio_town.number, "Siap meluncur")
    with twilio_site.database.reading() as session:
        words = [entry.text for entry in session.get_one(Ticket, ticket.id).entries]
        assert words == ["SMS Officer 0: Siap meluncur", "Officer 0 menerima tugas ini (SMS)"]
    assert len(tickets(twilio_site)) == 1


def test_a_list_that_fails_says_nothing_of_the_sending(twilio_site: TwilioSite, twilio_town: Town) -> None:
    faults = twilio_site.exchange.faults
    faults.time_out("POST", r"/Messages\.json", after=True)
    faults.fail("GET", r"/Messages\.json", 503, 20503)
    twilio_site.exchange.send_in(CITIZEN, twilio_town.number, "Lampu mati")
    twilio_site.exchange.down = True  # no callback tells what was sent
    settle(twilio_site)
    assert not faults.waiting
    assert len(got(twilio_site)) == 1


def test_the_same_words_sent_before_are_another_text(twilio_site: TwilioSite, twilio_town: Town) -> None:
    exchange = twilio_site.exchange
    exchange.send_in(CITIZEN, twilio_town.number, "Lampu mati")
    settle(twilio_site)
    exchange.send_in(CITIZEN, twilio_town.number, "Sudah tiga hari")
    twilio_site.work()
    exchange.faults.time_out("POST", r"/Messages\.json", after=False)
    exchange.send_in(CITIZEN, twilio_town.number, "Gelap sekali")
    settle(twilio_site)
    assert len(got(twilio_site)) == 3
    assert {one.state for one in texts(twilio_site, incoming=False)} == {TextState.DELIVERED}
    with twilio_site.database.reading() as session:
        assert session.scalars(select(Outbox.error).where(Outbox.error.is_not(None))).all() == []
        attempts = session.scalars(select(Outbox.attempts).where(Outbox.kind == "send_text")).all()
    assert attempts == [1, 1, 2], "one was not taken for the other"


def test_a_picture_outlives_a_token_that_is_wrong_for_a_while(
    twilio_site: TwilioSite, twilio_town: Town
) -> None:
    twilio_site.exchange.faults.fail("GET", r"/Media/ME", 401, 20003)
    twilio_site.exchange.send_in(CITIZEN, twilio_town.number, "Jalan rusak", media=[PHOTO])
    settle(twilio_site)
    with twilio_site.database.reading() as session:
        kept = session.scalars(select(Enclosure)).one()
    assert not twilio_site.exchange.faults.waiting
    assert (kept.size, kept.problem) == (len(PHOTO.content), None)


def test_what_comes_home_comes_in_its_order_and_one_does_not_stop_the_others(
    twilio_site: TwilioSite, twilio_town: Town
) -> None:
    exchange = twilio_site.exchange
    app, exchange.site.app = exchange.site.app, unavailable
    exchange.tolerates = True
    exchange.send_in(OTHER, twilio_town.number, "Jalan rusak", media=[PHOTO])
    exchange.advance(5)
    for words in ("Lampu mati", "MULAI", "BERHENTI"):
        exchange.send_in(CITIZEN, twilio_town.number, words)
        exchange.advance(5)
    exchange.site.app, exchange.tolerates = app, False
    exchange.advance(2 * 86_400)
    exchange.faults.fail("GET", r"/Media\.json", 500, 20500)
    with pytest.raises(TwilioError):
        PERIODIC["texts_home"].run(twilio_site.tools, exchange.clock())
    came = [one.disposition for one in texts(twilio_site, incoming=True)]
    assert came == ["opened", "start", "stop"]
    come_home(twilio_site)
    assert [one.disposition for one in texts(twilio_site, incoming=True)] == [*came, "opened"]


def test_what_officers_are_told_does_not_stay_at_twilio(twilio_site: TwilioSite, twilio_town: Town) -> None:
    twilio_site.exchange.send_in(CITIZEN, twilio_town.number, "Pohon tumbang")
    settle(twilio_site)
    run(twilio_site, "notify_ticket")
    settle(twilio_site)
    assert twilio_site.exchange.texting.messages == {}

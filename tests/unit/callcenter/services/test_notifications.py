from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import Agency, Call, Line, Notification, Obligation, Officer, Ticket
from callcenter.services.letters import Letters
from callcenter.services.notifications import AGAIN, Notice, Notifications, Owed, unknown_ends
from callcenter.services.residency import Residency

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
FACT = "ticket-opened:1:officer:1"


@pytest.fixture(autouse=True)
def ticket(database: Database) -> None:
    """Ticket 1 of an agency whose officer 1 has an address of their own."""
    with database.transaction() as session:
        agency = Agency(code="dinsos", name="Dinas Sosial", tier="dinas", active_from=NOW.date())
        session.add(Officer(id=1, agency=agency, name="Sari", notify_url="json://token@example.invalid"))
        session.add(
            Ticket(
                id=1,
                number="12345678",
                pin_hash="x",
                agency=agency,
                category="emergency",
                language="id",
                caller_number="+6281234567890",
                opened_at=NOW,
                verify_by=NOW,
            )
        )


def notifications(session: Session) -> Notifications:
    letters = Letters("https://wadul.example", ZoneInfo("Asia/Jakarta"))
    return Notifications(session, lambda url: "json" if url else "file", letters)


def begin(database: Database, now: datetime = NOW, officer: int | None = 1) -> Notice | None:
    with database.transaction() as session:
        return notifications(session).begin_ticket(1, officer, now)


def begun(database: Database, now: datetime = NOW) -> Notice:
    notice = begin(database, now)
    assert notice is not None
    return notice


def row(database: Database) -> Notification:
    with database.reading() as session:
        return session.scalars(select(Notification)).one()


def finish(database: Database, notice: Notice, error: str | None = None) -> None:
    with database.transaction() as session:
        if error:
            notifications(session).failed(notice.notification_id, error)
        else:
            notifications(session).sent(notice.notification_id, NOW)


def test_the_message_tells_enough_and_no_more(database: Database) -> None:
    notice = begun(database)
    assert notice.title == "DARURAT: Aduan baru 12345678 - Dinas Sosial"
    for words in ("Dinas Sosial", "12345678", "DARURAT", "https://wadul.example/tickets/1"):
        assert words in notice.body
    assert "1234567890" not in notice.body
    assert "token" not in repr(notice)
    assert (notice.fact, notice.name) == (FACT, "Sari")


def test_it_is_written_before_it_is_sent(database: Database) -> None:
    begin(database)
    begin_row = row(database)
    assert (begin_row.fact, begin_row.channel, begin_row.started_at) == (FACT, "json", NOW)
    assert begin_row.sent_at is None


def test_a_sent_message_is_not_sent_again(database: Database) -> None:
    finish(database, begun(database))
    assert begin(database) is None
    assert row(database).sent_at == NOW


def test_a_refused_message_is_tried_again(database: Database) -> None:
    for _ in range(3):
        finish(database, begun(database), "no answer")
    assert row(database).error == "failed: no answer"
    finish(database, begun(database))
    assert row(database).error is None


def test_an_attempt_nobody_knows_the_end_of_is_repeated_once_and_marked(database: Database) -> None:
    begun(database)
    finish(database, begun(database, NOW + timedelta(minutes=2)))
    assert (row(database).sent_at, row(database).error) == (NOW, AGAIN)


def test_after_two_unknown_ends_a_person_decides(database: Database) -> None:
    begun(database)
    begun(database)
    assert begin(database) is None
    with database.reading() as session:
        assert unknown_ends(session, NOW) == []
        (left,) = unknown_ends(session, NOW + timedelta(seconds=1))
    assert (left.fact, left.sent_at, left.error) == (FACT, None, AGAIN)


def test_nobody_to_tell_is_an_error(database: Database) -> None:
    with pytest.raises(LookupError):
        begin(database, officer=2)


def test_without_an_officer_the_instance_is_told(database: Database) -> None:
    notice = begin(database, officer=None)
    assert notice is not None
    assert (notice.fact, notice.name, notice.url) == ("ticket-opened:1:officer:none", "Dinas Sosial", None)
    assert (row(database).officer_id, row(database).channel) == (None, "file")


def test_a_call_back_tells_its_deadline_in_local_time(database: Database) -> None:
    with database.transaction() as session:
        call = Call(
            provider="asterisk",
            key="node1-1.2",
            node="node1",
            channel="PJSIP/t-1",
            dialled="+62234000001",
            caller_kind="e164",
            flow="hotline",
            cursor={},
            turn={},
            offered_at=NOW,
            agency_id=1,
        )
        session.add(
            Obligation(
                id=5,
                call=call,
                agency_id=1,
                reason="abandoned",
                emergency=True,
                opened_at=NOW,
                last_tried_at=NOW,
                due_at=NOW,
                caller_number="+6281234567890",
            )
        )
        session.flush()
        notice = notifications(session).begin_obligation(Owed(5), 1, NOW)
    assert notice is not None
    assert notice.fact == "obligation-opened:5:officer:1"
    assert notice.title == "DARURAT: Telepon balik - Dinas Sosial"
    assert "02-03-2026 15.00 WIB" in notice.body
    assert "1234567890" not in notice.body


def test_an_officer_without_an_address_is_told_by_sms_where_a_line_can(database: Database) -> None:
    with database.transaction() as session:
        officer = session.get_one(Officer, 1)
        officer.notify_url, officer.mobile = None, "+6281355555555"
        number, since = "+62234271234", NOW.date()
        line = Line(agency=officer.agency, number=number, provider="twilio", active_from=since)
        session.add(line)
    first = begun(database)
    assert first.url is None, "the line is off"
    with database.transaction() as session:
        line = session.scalars(select(Line)).one()
        Residency(session).decide(line, on=True, reason="SK 12", account_id=None, now=NOW)
    again = begun(database, NOW + timedelta(minutes=1))
    assert again.url == "sms://+62234271234/+6281355555555"


def test_a_text_that_was_added_is_another_fact(database: Database) -> None:
    with database.transaction() as session:
        first = notifications(session).begin_ticket(1, 1, NOW)
        more = notifications(session).begin_ticket(1, 1, NOW, text_id=7)
    assert first is not None
    assert more is not None
    assert more.fact == "ticket-text:1:7:officer:1"
    assert more.title.startswith("DARURAT: Keterangan baru pada aduan 12345678")


def test_a_mark_stays_although_the_second_sending_is_refused_first(database: Database) -> None:
    first = begun(database)
    assert begin(database, NOW + timedelta(minutes=1)) is not None, "nobody knows how the first one ended"
    with database.transaction() as session:
        notifications(session).failed(first.notification_id, "closed")
    assert begin(database, NOW + timedelta(minutes=2)) is not None, "surely refused: it is tried again"
    assert begin(database, NOW + timedelta(minutes=3)) is None, "but not once more after that"
    with database.transaction() as session:
        notifications(session).sent(first.notification_id, NOW + timedelta(minutes=4))
    assert row(database).error == AGAIN

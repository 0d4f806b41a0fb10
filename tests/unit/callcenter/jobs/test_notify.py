from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.db import Database
from callcenter.jobs.kinds import Tools
from callcenter.jobs.notify import notify_obligation, notify_ticket
from callcenter.models import Agency, Call, Notification, Obligation, Officer, Ticket
from callcenter.senders import Message, Sender, SendError
from callcenter.services.notifications import AGAIN
from callcenter.settings import load

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TICKET = {"ticket_id": 1, "officer_id": 1}


class Killed(BaseException):
    """The worker died here."""


class Trouble(Sender):
    """A way to officers that is down, or during which somebody pulls the plug."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__("", Path("/nowhere"))
        self.then = then

    def send(self, message: Message, url: str | None) -> None:
        self.then()


def refuse() -> None:
    raise SendError("the post office is closed")


def die() -> None:
    raise Killed


@pytest.fixture
def tools(database: Database, tmp_path: Path) -> Tools:
    settings = replace(load({}), home=tmp_path, web_url="https://wadul.example")
    return Tools(database, Sender("", tmp_path / "mail"), settings, lambda _: None)


@pytest.fixture(autouse=True)
def ticket(database: Database) -> None:
    with database.transaction() as session:
        agency = Agency(code="dinsos", name="Dinas Sosial", tier="dinas", active_from=NOW.date())
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
            agency=agency,
        )
        session.add(Officer(id=1, agency=agency, name="Sari"))
        session.add(
            Ticket(
                id=1,
                number="12345678",
                pin_hash="x",
                agency=agency,
                language="id",
                opened_at=NOW,
                verify_by=NOW,
            )
        )
        times = {"opened_at": NOW, "last_tried_at": NOW, "due_at": NOW}
        session.add(Obligation(id=1, call=call, agency=agency, reason="abandoned", **times))


def row(tools: Tools) -> Notification:
    with tools.database.reading() as session:
        return session.scalars(select(Notification)).one()


def mails(tools: Tools) -> list[str]:
    folder = tools.settings.home / "mail"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_the_officer_gets_one_mail(tools: Tools) -> None:
    for _ in range(2):
        notify_ticket(tools, TICKET, NOW)
    assert mails(tools) == ["ticket-opened-1-officer-1.eml"]
    assert (row(tools).sent_at, row(tools).error, row(tools).channel) == (NOW, None, "file")
    text = (tools.settings.home / "mail" / mails(tools)[0]).read_text()
    assert "https://wadul.example/tickets/1" in text


def test_without_an_officer_the_instance_gets_it(tools: Tools) -> None:
    notify_ticket(tools, {"ticket_id": 1, "officer_id": None}, NOW)
    assert mails(tools) == ["ticket-opened-1-officer-none.eml"]


def test_a_call_back_is_told(tools: Tools) -> None:
    notify_obligation(tools, {"obligation_id": 1, "officer_id": 1}, NOW)
    assert mails(tools) == ["obligation-opened-1-officer-1.eml"]


def test_a_refusal_is_kept_and_tried_again(tools: Tools) -> None:
    with pytest.raises(SendError):
        notify_ticket(replace(tools, sender=Trouble(refuse)), TICKET, NOW)
    assert row(tools).error == "failed: the post office is closed"
    notify_ticket(tools, TICKET, NOW)
    assert (row(tools).sent_at, row(tools).error) == (NOW, None)


def test_a_death_while_sending_is_repeated_once_and_then_left_to_a_person(tools: Tools) -> None:
    for _ in range(2):
        with pytest.raises(Killed):
            notify_ticket(replace(tools, sender=Trouble(die)), TICKET, NOW)
    notify_ticket(tools, TICKET, NOW)
    assert mails(tools) == []
    assert (row(tools).sent_at, row(tools).error) == (None, AGAIN)


def test_a_repeated_message_is_marked(tools: Tools) -> None:
    with pytest.raises(Killed):
        notify_ticket(replace(tools, sender=Trouble(die)), TICKET, NOW)
    notify_ticket(tools, TICKET, NOW)
    assert (row(tools).sent_at, row(tools).error) == (NOW, AGAIN)


def test_a_ticket_that_does_not_exist_is_an_error(tools: Tools) -> None:
    with pytest.raises(LookupError, match="no ticket 9"):
        notify_ticket(tools, {"ticket_id": 9, "officer_id": 1}, NOW)

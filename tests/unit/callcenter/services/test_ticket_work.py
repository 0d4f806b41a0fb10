"""A ticket's way from new to closed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from callcenter.models import Role, Ticket, TicketStatus
from callcenter.services.access import NotVisibleError, Viewer
from callcenter.services.ticket_work import TicketWork, TicketWorkError, needs_reason, next_statuses
from tests import factories
from tests.factories import NOW

NEW, VERIFIED, CLOSED = TicketStatus.NEW, TicketStatus.VERIFIED, TicketStatus.CLOSED


@pytest.fixture
def ticket(session: Session) -> Ticket:
    """A new ticket."""
    return factories.ticket(session, factories.agency(session))


@pytest.fixture
def work(session: Session) -> TicketWork:
    """The work of an admin."""
    account = factories.account(session)
    return TicketWork(session, Viewer(account.id, account.username, Role.ADMIN))


@given(st.sampled_from(TicketStatus))
def test_every_status_leads_on_and_never_to_itself(status: TicketStatus) -> None:
    assert next_statuses(status)
    assert status not in next_statuses(status)


def test_closing_and_reopening_are_explained() -> None:
    assert needs_reason(NEW, CLOSED)
    assert needs_reason(CLOSED, TicketStatus.IN_PROGRESS)
    assert not needs_reason(NEW, VERIFIED)


def test_a_ticket_is_closed_and_reopened(work: TicketWork, ticket: Ticket) -> None:
    work.move(ticket.id, NEW, CLOSED, "Bukan aduan", NOW)
    assert (ticket.status, ticket.closed_at) == (CLOSED, NOW)
    entry = work.move(ticket.id, CLOSED, TicketStatus.IN_PROGRESS, "Ternyata aduan", NOW)
    assert (ticket.status, ticket.closed_at) == (TicketStatus.IN_PROGRESS, None)
    assert (entry.status_from, entry.status_to, entry.text) == (CLOSED, "in_progress", "Ternyata aduan")


def test_who_saw_an_older_status_changes_nothing(work: TicketWork, ticket: Ticket) -> None:
    work.move(ticket.id, NEW, VERIFIED, "", NOW)
    with pytest.raises(TicketWorkError, match="transition"):
        work.move(ticket.id, NEW, CLOSED, "alasan", NOW)
    assert ticket.status == VERIFIED


def test_a_note_keeps_its_lines_without_control_characters(work: TicketWork, ticket: Ticket) -> None:
    assert work.add_note(ticket.id, " satu\r\ndua\x00\x1b[31m ", NOW).text == "satu\ndua[31m"


def test_another_agency_s_ticket_cannot_be_touched(session: Session, ticket: Ticket) -> None:
    foreign = Viewer(9, "petugas", Role.OFFICER, ticket.agency_id + 1)
    with pytest.raises(NotVisibleError):
        TicketWork(session, foreign).add_note(ticket.id, "x", NOW)

"""Who covered for another agency sees what they answered or were told of, and nothing else of it."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from callcenter.models import Notification, Officer, Role
from callcenter.services.access import NotVisibleError, Viewer
from callcenter.services.dossier import Dossiers
from callcenter.services.listing import CallFilter, Listing, TicketFilter
from callcenter.services.ticket_work import TicketWork
from tests import factories
from tests.factories import NOW


@pytest.fixture
def camat(session: Session) -> Officer:
    return factories.officer(session, factories.agency(session, "lohbener", "Kecamatan Lohbener"))


def viewer(officer: Officer) -> Viewer:
    return Viewer(1, "camat", Role.OFFICER, officer.agency_id, officer.id)


def test_a_call_that_was_answered_for_another_agency(session: Session, camat: Officer) -> None:
    village = factories.agency(session, "desa-langut", "Desa Langut")
    answered, rung, other = (factories.call(session, village, key=f"node1-{n}.1") for n in range(3))
    factories.leg(session, answered, camat, key="a", answered_at=NOW)
    factories.leg(session, rung, camat, key="b")
    ticket, secret = factories.ticket(session, village, answered), factories.ticket(session, village, other)
    sees = Dossiers(session, viewer(camat))
    assert sees.call(answered.id).call.id == answered.id
    assert sees.ticket(ticket.id).ticket.id == ticket.id
    for look in (lambda: sees.call(rung.id), lambda: sees.call(other.id), lambda: sees.ticket(secret.id)):
        with pytest.raises(NotVisibleError):
            look()
    listing = Listing(session, viewer(camat))
    assert [call.id for call in listing.calls(CallFilter()).rows] == [answered.id]
    assert [one.id for one in listing.tickets(TicketFilter()).rows] == [ticket.id]


def test_a_ticket_that_one_was_told_of(session: Session, camat: Officer) -> None:
    village = factories.agency(session, "desa-langut", "Desa Langut")
    told, other = factories.ticket(session, village), factories.ticket(session, village)
    facts = {"officer_id": camat.id, "channel": "file", "started_at": NOW}
    session.add(Notification(fact="x", ticket_id=told.id, **facts))
    session.flush()
    account = factories.account(session, "camat", Role.OFFICER, camat.agency, camat)
    who = Viewer(account.id, "camat", Role.OFFICER, camat.agency_id, camat.id)
    TicketWork(session, who).add_note(told.id, "Sudah saya telepon", NOW)
    with pytest.raises(NotVisibleError):
        TicketWork(session, who).add_note(other.id, "?", NOW)


def test_an_account_without_an_officer_sees_its_agency_only(session: Session, camat: Officer) -> None:
    village = factories.agency(session, "desa-langut", "Desa Langut")
    call = factories.call(session, village)
    factories.leg(session, call, camat, answered_at=NOW).officer_id = None
    session.add(
        Notification(fact="x", ticket_id=factories.ticket(session, village).id, channel="f", started_at=NOW)
    )
    session.flush()
    listing = Listing(session, Viewer(2, "meja", Role.OFFICER, camat.agency_id))
    assert listing.calls(CallFilter()).rows == listing.tickets(TicketFilter()).rows == []

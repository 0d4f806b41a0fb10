"""Lists: filtered, seen by the right people, and paged without loss."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import Obligation, Role
from callcenter.services.access import Viewer
from callcenter.services.listing import (
    ONGOING,
    PAGE_ROWS,
    UNDECIDED,
    CallFilter,
    Listing,
    TicketFilter,
    read_key,
    write_key,
)
from tests import factories
from tests.factories import NOW

SUPERVISOR = Viewer(1, "pengawas", Role.SUPERVISOR)


def listed(session: Session, wanted: CallFilter, viewer: Viewer = SUPERVISOR) -> list[int]:
    return [call.id for call in Listing(session, viewer).calls(wanted).rows]


def test_the_newest_call_comes_first(session: Session) -> None:
    old = factories.call(session, offered_at=NOW - timedelta(hours=1))
    twin, other = factories.call(session), factories.call(session)
    assert listed(session, CallFilter()) == [other.id, twin.id, old.id]


def test_pages_hold_every_call_once_even_at_the_same_moment(session: Session) -> None:
    for number in range(2 * PAGE_ROWS + 7):
        factories.call(session, offered_at=NOW - timedelta(microseconds=number // 5))
    seen, after = [], None
    for size in (PAGE_ROWS, PAGE_ROWS, 7):
        page = Listing(session, SUPERVISOR).calls(CallFilter(), after)
        assert len(page.rows) == size
        seen += [call.id for call in page.rows]
        after = page.after
        factories.call(session, offered_at=NOW + timedelta(days=1))  # arrives meanwhile
    assert after is None
    assert len(set(seen)) == len(seen) == 2 * PAGE_ROWS + 7


def test_an_officer_sees_the_own_agency_and_without_one_nothing(session: Session) -> None:
    own, foreign = factories.agency(session), factories.agency(session, "dinkes")
    call = factories.call(session, own)
    factories.call(session, foreign)
    factories.call(session, None)
    assert listed(session, CallFilter(), Viewer(2, "petugas", Role.OFFICER, own.id)) == [call.id]
    assert listed(session, CallFilter(agency_id=foreign.id), Viewer(2, "petugas", Role.OFFICER, own.id)) == []
    assert listed(session, CallFilter(), Viewer(3, "petugas2", Role.OFFICER, None)) == []


def test_calls_are_filtered(session: Session) -> None:
    agency = factories.agency(session)
    ended = {"ended_at": NOW, "disposition": "answered"}
    answered = factories.call(session, agency, caller_number="+6281111111111", **ended)
    urgent = factories.call(session, None, emergency=True, offered_at=NOW - timedelta(days=1))
    assert listed(session, CallFilter(disposition="answered")) == [answered.id]
    assert listed(session, CallFilter(disposition=ONGOING)) == [urgent.id]
    assert listed(session, CallFilter(emergency=True)) == [urgent.id]
    assert listed(session, CallFilter(agency_id=agency.id)) == [answered.id]
    assert listed(session, CallFilter(since=NOW)) == [answered.id]
    assert listed(session, CallFilter(until=NOW)) == [urgent.id]


def test_calls_without_outcome_and_the_systems_own_are_told_apart(session: Session) -> None:
    undecided = factories.call(session, ended_at=NOW)
    own = factories.call(session, test=True)
    assert listed(session, CallFilter(disposition=UNDECIDED)) == [undecided.id]
    assert listed(session, CallFilter()) == [undecided.id]
    assert listed(session, CallFilter(test=True)) == [own.id]


@pytest.mark.parametrize(
    "written", ["+6281111111111", "081111111111", "0811-1111 1111", "62 811 1111 1111", "1111"]
)
def test_a_caller_is_found_however_the_number_is_written(session: Session, written: str) -> None:
    call = factories.call(session, caller_number="+6281111111111")
    factories.call(session, caller_number="+6281234567890")
    assert listed(session, CallFilter(caller=written)) == [call.id]


@pytest.mark.parametrize("written", ["%", "_", "11", "abc", "' OR 1=1 --"])
def test_a_caller_is_not_found_by_wildcards(session: Session, written: str) -> None:
    factories.call(session, caller_number="+6281111111111")
    assert listed(session, CallFilter(caller=written)) == []


def test_tickets_are_filtered(session: Session) -> None:
    agency = factories.agency(session)
    late = factories.ticket(session, agency, verify_by=NOW - timedelta(hours=1))
    done = factories.ticket(
        session, agency, status="closed", category="emergency", verify_by=NOW - timedelta(hours=1)
    )
    listing = Listing(session, SUPERVISOR)

    def found(wanted: TicketFilter) -> list[int]:
        return [ticket.id for ticket in listing.tickets(wanted).rows]

    assert found(TicketFilter()) == [done.id, late.id]
    assert found(TicketFilter(overdue_at=NOW)) == [late.id]
    assert found(TicketFilter(status="closed")) == [done.id]
    assert found(TicketFilter(category="emergency")) == [done.id]
    assert found(TicketFilter(number=late.number)) == [late.id]


def test_open_call_backs_come_by_deadline(session: Session) -> None:
    agency = factories.agency(session)

    def owed(number: int, **facts: object) -> int:
        call = factories.call(session, agency, caller_number=f"+628120000000{number}")
        return int(factories.obligation(session, call, **facts).id)

    lowered = owed(1, due_at=NOW - timedelta(hours=9), lowered=True)
    later, sooner = owed(2, due_at=NOW + timedelta(hours=2)), owed(3, due_at=NOW + timedelta(hours=1))
    owed(4, status="done", closed_at=NOW)
    found = Listing(session, SUPERVISOR).obligations().rows
    assert [obligation.id for obligation in found] == [sooner, later, lowered]
    assert Listing(session, Viewer(2, "x", Role.OFFICER, agency.id + 1)).obligations().rows == []


@pytest.mark.parametrize("status", ["open", "closed"])
def test_pages_hold_every_call_back_once(session: Session, status: str) -> None:
    agency = factories.agency(session)
    for number in range(2 * PAGE_ROWS + 7):
        call = factories.call(session, agency, caller_number=f"+62812{number:08}")
        closed = None if status == "open" else NOW + timedelta(hours=number // 9)
        due = NOW + timedelta(hours=number // 5)
        factories.obligation(
            session, call, status=status, due_at=due, closed_at=closed, lowered=number % 3 == 0
        )
    whole: list[int] = []
    after = None
    for size in (PAGE_ROWS, PAGE_ROWS, 7):
        page = Listing(session, SUPERVISOR).obligations(status, after)
        assert len(page.rows) == size
        whole += [obligation.id for obligation in page.rows]
        after = page.after
    assert after is None
    assert len(set(whole)) == 2 * PAGE_ROWS + 7
    rows = [session.get_one(Obligation, one) for one in whole]
    if status == "open":
        assert rows == sorted(rows, key=lambda row: (row.lowered, row.due_at, row.id))


@given(
    st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2999, 1, 1), timezones=st.timezones()),
    st.integers(0, 10**18 - 1),
)
def test_a_page_s_end_is_read_as_it_was_written(time: datetime, row_id: int) -> None:
    assert read_key(write_key(time, row_id)) == (time.astimezone(UTC), row_id)


@given(st.text())
def test_any_text_may_stand_for_a_page_s_end(text: str) -> None:
    found = read_key(text)
    assert found is None or found[0].tzinfo is not None


def test_test_calls_are_listed_only_when_asked_for(database: Database) -> None:
    with database.transaction() as session:
        agency = factories.agency(session)
        real, test = factories.call(session, agency), factories.call(session, agency, test=True)
        listing = Listing(session, Viewer(1, "a", Role.ADMIN))
        assert [call.id for call in listing.calls(CallFilter()).rows] == [real.id]
        assert [call.id for call in listing.calls(CallFilter(test=True)).rows] == [test.id]

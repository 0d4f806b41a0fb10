"""Each day's balance, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from callcenter.models import Difference, Role
from callcenter.services.access import Viewer
from callcenter.services.balance import Balance, Balances, total
from tests import factories
from tests.factories import NOW

SUPERVISOR = Viewer(1, "pengawas", Role.SUPERVISOR)
WIB = ZoneInfo("Asia/Jakarta")
MONDAY = date(2026, 11, 23)


def of_day(session: Session, day: date = MONDAY, viewer: Viewer = SUPERVISOR) -> Balance:
    return Balances(session, viewer, WIB).days(day, day)[0].balance


def differ(session: Session, key: str, **facts: object) -> None:
    plain = {"provider": "asterisk", "node": "node1", "kind": "cause", "subject": "", "data": {}, "at": NOW}
    seen = {"first_seen_at": NOW, "last_seen_at": NOW}
    session.add(Difference(call_key=key, **{**plain, **seen, **facts}))
    session.flush()


def test_every_call_is_in_one_column(session: Session) -> None:
    ended = {"ended_at": NOW}
    for disposition, number in (("answered", 3), ("recorded", 2), ("call_back", 1), ("discarded", 4)):
        for _ in range(number):
            factories.call(session, disposition=disposition, **ended)
    factories.call(session)
    found = of_day(session)
    assert found == Balance(11, 3, 2, 1, 4, 1)
    assert (found.missing, found.is_kept) == (0, True)


def test_test_calls_and_what_is_mended_never_count(session: Session) -> None:
    test = factories.call(session, test=True, ended_at=NOW)
    differ(session, test.key, call_id=test.id)
    differ(session, "mended", resolved_at=NOW)
    assert of_day(session) == Balance()


def test_a_call_without_outcome_and_one_that_is_not_logged_do_not_add_up(session: Session) -> None:
    factories.call(session, ended_at=NOW)
    differ(session, "lost", kind="not_logged")
    found = of_day(session)
    assert (found.offered, found.missing, found.undecided, found.unlogged) == (2, 2, 1, 1)
    assert found.differences == 1
    assert not found.is_kept


def test_a_difference_alone_marks_its_day(session: Session) -> None:
    call = factories.call(session, ended_at=NOW, disposition="answered")
    differ(session, call.key, call_id=call.id)
    found = of_day(session)
    assert (found.missing, found.is_kept) == (0, False)


def test_days_are_the_zones_and_come_newest_first(session: Session) -> None:
    for hours in (-15, -14, 0, 9.9, 10):  # 14.00 WIB, to both midnights
        at = NOW + timedelta(hours=hours)
        factories.call(session, offered_at=at, ended_at=at, disposition="answered")
    days = Balances(session, SUPERVISOR, WIB).days(MONDAY - timedelta(days=1), MONDAY + timedelta(days=1))
    assert [(day.day.day, day.balance.offered) for day in days] == [(24, 1), (23, 3), (22, 1)]
    assert total(days).offered == 5


def test_who_sees_one_agency_sees_its_balance_and_no_unknown_call(session: Session) -> None:
    own, other = factories.agency(session), factories.agency(session, "dinkes")
    call = factories.call(session, own, ended_at=NOW, disposition="answered")
    factories.call(session, other, ended_at=NOW, disposition="recorded")
    differ(session, "lost", kind="not_logged")
    differ(session, call.key, call_id=call.id)
    assert of_day(session, viewer=Viewer(2, "petugas", Role.OFFICER, own.id)) == Balance(1, 1, differences=1)
    assert of_day(session, viewer=Viewer(3, "petugas", Role.OFFICER, None)) == Balance()
    chosen = Balances(session, SUPERVISOR, WIB).days(MONDAY, MONDAY, other.id)[0].balance
    assert chosen == Balance(1, recorded=1)

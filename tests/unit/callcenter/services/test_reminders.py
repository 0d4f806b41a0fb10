"""Officers are reminded of their duty, once and once more, and confirm it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, DutyReminder, DutyWarning, Officer, Outbox, Role, WarningKind
from callcenter.services.access import NotVisibleError, Viewer
from callcenter.services.reminders import Reminders, token
from tests import factories

ZONE = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 23, 9, tzinfo=ZONE)
HOUR = timedelta(hours=1)
EVENING = NOW.replace(hour=20)
KEY = b"secret"


@pytest.fixture
def agency(session: Session) -> Agency:
    made = factories.agency(session)
    factories.line(session, made)
    return made


@pytest.fixture
def ani(session: Session, agency: Agency) -> Officer:
    """Ani has the nights from 20 to 6; Budi is always there."""
    ani, budi = factories.officer(session, agency, "Ani"), factories.officer(session, agency, "Budi")
    for day in range(7):
        factories.shift(session, ani, day, starts=time(20), ends=time(6))
        factories.shift(session, budi, day)
    return ani


def pass_by(session: Session, at: datetime) -> None:
    """Do as the worker does every two minutes."""
    reminders = Reminders(session, ZONE)
    if due := reminders.due(at):
        reminders.remind(due, at)


def owed(session: Session) -> list[str]:
    query = select(Outbox.fact).where(Outbox.kind == "notify_duty_reminder").order_by(Outbox.id)
    return list(session.scalars(query))


def test_a_duty_is_told_of_twelve_hours_before_and_again_two_hours_before(
    session: Session, ani: Officer
) -> None:
    moments = []
    for minutes in range(-5 * 60, 14 * 60, 10):
        before = len(owed(session))
        pass_by(session, NOW + timedelta(minutes=minutes))
        if len(owed(session)) > before:
            moments.append((NOW + timedelta(minutes=minutes)).strftime("%H:%M"))
    assert moments == ["08:00", "18:00"]
    (row,) = session.scalars(select(DutyReminder))
    assert (row.officer_id, row.starts, row.ends) == (ani.id, EVENING, EVENING + 10 * HOUR)


def test_who_has_confirmed_is_not_told_again(session: Session, ani: Officer) -> None:
    pass_by(session, NOW)
    (row,) = session.scalars(select(DutyReminder))
    Reminders(session, ZONE).confirm(row.id, NOW + HOUR)
    pass_by(session, EVENING - HOUR)
    assert owed(session) == [f"duty-reminder:{row.id}:first"]
    Reminders(session, ZONE).confirm(row.id, NOW + 2 * HOUR)
    assert row.confirmed_at == NOW + HOUR


def test_two_workers_tell_once(session: Session, ani: Officer) -> None:
    reminders = Reminders(session, ZONE)
    due = reminders.due(NOW)
    reminders.remind(due, NOW)
    reminders.remind(due, NOW)
    again = reminders.due(EVENING - HOUR)
    reminders.remind(again, EVENING - HOUR)
    reminders.remind(again, EVENING - HOUR)
    assert [fact.rpartition(":")[2] for fact in owed(session)] == ["first", "again"]


def test_a_duty_that_went_to_somebody_else_is_not_told_again(session: Session, ani: Officer) -> None:
    pass_by(session, NOW)
    ani.active = False
    session.flush()
    assert not Reminders(session, ZONE).due(EVENING - HOUR)


def test_a_late_change_is_told_at_once_and_only_once(session: Session, agency: Agency, ani: Officer) -> None:
    soon = EVENING - HOUR
    pass_by(session, soon)
    pass_by(session, soon + timedelta(minutes=30))
    assert len(owed(session)) == 1


def test_confirming_ends_the_warning(session: Session, agency: Agency, ani: Officer) -> None:
    pass_by(session, NOW)
    (row,) = session.scalars(select(DutyReminder))
    facts = {"agency_id": agency.id, "officer_id": ani.id, "starts": row.starts, "ends": row.ends}
    warning = DutyWarning(subject="x", kind=WarningKind.UNCONFIRMED, found_at=NOW, **facts)
    session.add(warning)
    session.flush()
    Reminders(session, ZONE).confirm(row.id, EVENING - HOUR)
    session.refresh(warning)
    assert warning.cleared_at == EVENING - HOUR


def test_a_link_confirms_its_own_duty_only(session: Session, ani: Officer) -> None:
    pass_by(session, NOW)
    (row,) = session.scalars(select(DutyReminder))
    reminders = Reminders(session, ZONE)
    good = token(row.id, KEY)
    assert reminders.find(good, KEY).id == row.id
    other = token(row.id + 1, KEY)
    forged = [
        good[:-1],
        good + "0",
        f"{row.id + 1}-{good.partition('-')[2]}",
        other,
        "",
        "-",
        "²-x",
        "9" * 40,
    ]
    for text in [*forged, f"{row.id}-é", token(row.id, b"another")]:
        with pytest.raises(NotVisibleError):
            reminders.find(text, KEY)


def test_an_officer_confirms_the_own_duty_and_a_supervisor_anybody_s(
    session: Session, agency: Agency, ani: Officer
) -> None:
    pass_by(session, NOW)
    (row,) = session.scalars(select(DutyReminder))
    reminders = Reminders(session, ZONE)
    with pytest.raises(NotVisibleError):
        reminders.confirm_own(Viewer(1, "budi", Role.OFFICER, agency.id, ani.id + 1), row.id, NOW)
    assert row.confirmed_at is None
    reminders.confirm_own(Viewer(1, "ani", Role.OFFICER, agency.id, ani.id), row.id, NOW)
    assert row.confirmed_at == NOW

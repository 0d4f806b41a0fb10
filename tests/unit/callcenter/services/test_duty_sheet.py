"""The monthly sheet: sealed days with what happened, the others with their plan alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from callcenter.models import Agency, DutyRecord, Officer, Role
from callcenter.roster.burden import Burden
from callcenter.services.access import NotVisibleError, viewer_of
from callcenter.services.duty_sheet import DutySheets, Sheet
from callcenter.services.handover import Handover
from callcenter.services.rosters import Rosters
from callcenter.services.sealing import Sealing
from tests import factories

ZONE = ZoneInfo("Asia/Jakarta")
HOUR, DAY = 3600, timedelta(days=1)
MARCH = date(2026, 3, 1)
SEALED = datetime(2026, 3, 29, 0, tzinfo=UTC)
"""On Sunday, 29 March, all days up to Saturday are closed."""


@pytest.fixture
def agency(session: Session) -> Agency:
    agency = factories.agency(session, active_from=MARCH)
    factories.line(session, agency)
    Rosters(session).withdraw(agency, "Mulai", None, datetime(2026, 3, 1, 0, tzinfo=UTC))
    return agency


@pytest.fixture
def officers(session: Session, agency: Agency) -> dict[str, Officer]:
    """Ani from 7 to 19 on weekdays, Budi by night on each day."""
    found = {name: factories.officer(session, agency, name) for name in ("Ani", "Budi")}
    for day in range(7):
        if day < 5:
            factories.shift(session, found["Ani"], day, starts=time(7), ends=time(19))
        factories.shift(session, found["Budi"], day, starts=time(19), ends=time(7))
    return found


def seal_all(session: Session, now: datetime = SEALED) -> list[DutyRecord]:
    work = Sealing(session, ZONE)
    made = [work.seal(agency_id, day, now) for day, agency_id in work.due(now)]
    return [record for record in made if record is not None]


def sheet(session: Session, agency: Agency) -> Sheet:
    viewer = viewer_of(factories.account(session))
    return DutySheets(session, viewer, ZONE).sheet(agency.id, MARCH, SEALED)


def test_hours_nights_weekends_and_holidays_of_each_officer(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    """March 2026 has 22 weekdays and 9 days of weekends; 18 to 24 March are Nyepi, Idulfitri and leave."""
    ani, budi = sheet(session, agency).rows
    off = {18, 19, 20, 21, 22, 23, 24}
    assert ani.planned == Burden(22 * 12 * HOUR, 0, 0, 5 * 12 * HOUR)
    assert (budi.planned.whole, budi.planned.nights) == (31 * 12 * HOUR, 31 * 8 * HOUR)
    assert budi.planned.weekends == 9 * 12 * HOUR
    assert budi.planned.holidays == len(off) * 12 * HOUR


def test_what_is_not_sealed_has_its_plan_alone(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    for day, outcome in ((2, "answered"), (3, "no_answer"), (30, "answered")):
        call = factories.call(session, agency, offered_at=datetime(2026, 3, day, 3, tzinfo=UTC))
        facts = {"answered_at": call.offered_at, "ended_at": call.offered_at + 2 * timedelta(minutes=1)}
        factories.leg(session, call, officers["Ani"], outcome=outcome, **(facts if day == 2 else {}))
    last = seal_all(session)[-1]
    found = sheet(session, agency)
    assert [day.day.day for day in found.days if day.sealed is None] == [29, 30, 31]
    assert found.unsealed == 3
    assert found.chain_hash == last.sha256
    ani = found.rows[0]
    assert (ani.rung, ani.answered, ani.missed, ani.talk_seconds) == (2, 1, 1, 120)
    assert [day.calls for day in found.days][:3] == [0, 1, 1]
    assert ani.planned.whole == 22 * 12 * HOUR
    assert found.uncovered_seconds == 9 * 12 * HOUR


def test_a_month_without_any_seal_says_so(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    found = sheet(session, agency)
    assert (found.unsealed, found.chain_hash) == (31, None)


def test_who_left_and_who_was_renamed_stand_there_as_they_were_sealed(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    seal_all(session)
    officers["Ani"].active = False
    officers["Ani"].name = "Ani Suryani"
    session.flush()
    ani = sheet(session, agency).rows[0]
    assert (ani.name, ani.planned.whole) == ("Ani", 20 * 12 * HOUR)


def test_handovers_are_counted_for_who_wrote_them(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    budi = viewer_of(factories.account(session, "budi", Role.OFFICER, agency, officers["Budi"]))
    for day in (2, 3):
        at = datetime(2026, 3, day, 23, 30, tzinfo=UTC)
        Handover(session, budi, ZONE).write(agency.id, "Aman", at)
    seal_all(session)
    assert [row.notes for row in sheet(session, agency).rows] == [0, 2]


def test_who_was_rung_without_being_planned_is_on_the_sheet(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    cici = factories.officer(session, agency, "Cici")
    call = factories.call(session, agency, offered_at=datetime(2026, 3, 2, 3, tzinfo=UTC))
    factories.leg(session, call, cici, outcome="busy")
    seal_all(session)
    row = sheet(session, agency).rows[-1]
    assert (row.name, row.planned, row.rung, row.missed) == ("Cici", Burden(), 1, 1)


def test_an_officer_sees_the_own_agency_s_alone(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    other = factories.agency(session, "dinkes", "Dinas Kesehatan")
    ani = viewer_of(factories.account(session, "ani", Role.OFFICER, agency, officers["Ani"]))
    sheets = DutySheets(session, ani, ZONE)
    assert sheets.sheet(agency.id, MARCH, SEALED).agency is agency
    for agency_id in (other.id, 2**70):
        with pytest.raises(NotVisibleError):
            sheets.sheet(agency_id, MARCH, SEALED)

"""Troubles of duty: found ahead for all agencies, told to their owners at 14, 7 and 1 days, mended."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import Agency, DutyReminder, DutyWarning, Officer, Outbox, Role
from callcenter.roster.troubles import RestRule
from callcenter.services.access import NotVisibleError, Viewer
from callcenter.services.duty_warnings import DutyWarnings
from callcenter.services.duty_work import ChangeForm, DutyWork
from tests import factories

ZONE = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 23, 9, tzinfo=ZONE)
"""A Monday."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NEVER_TIRED = RestRule(10**12, 0)
SUPERVISOR = Viewer(0, "pengawas", Role.SUPERVISOR)


def agency(session: Session, code: str = "dinsos", number: str = "70001", **facts: object) -> Agency:
    made = factories.agency(session, code, code.title(), **facts)
    factories.line(session, made, number)
    return made


def always(
    session: Session, of: Agency, name: str = "Ani", days: range = range(7), **facts: object
) -> Officer:
    person = factories.officer(session, of, name, **{"phone_proved_at": NOW, **facts})
    for day in days:
        factories.shift(session, person, day)
    return person


def look(session: Session, now: datetime = NOW, rule: RestRule = NEVER_TIRED) -> list[DutyWarning]:
    """Look once as the worker does, and give what is open then."""
    warnings = DutyWarnings(session, ZONE, rule)
    warnings.take(warnings.find(now), now)
    warnings.tell(now)
    return list(warnings.listed(SUPERVISOR))


def kinds(rows: list[DutyWarning]) -> list[tuple[str, str]]:
    return [(row.kind, row.officer.name if row.officer else "") for row in rows]


def told(session: Session) -> list[tuple[int | None, int]]:
    """Give whom the outbox tells, and of how many warnings."""
    query = select(Outbox.payload).where(Outbox.kind == "notify_duty_warnings").order_by(Outbox.id)
    return [(payload["officer_id"], len(payload["warnings"])) for payload in session.scalars(query)]


def test_whose_duty_has_no_gap_is_left_alone(session: Session) -> None:
    always(session, agency(session))
    assert look(session) == []
    assert told(session) == []


def test_gaps_of_60_days_are_open_until_somebody_covers_them(session: Session) -> None:
    of = agency(session)
    always(session, of, days=range(6))  # nobody on Sundays
    rows = look(session)
    assert kinds(rows) == [("nobody", "")] * 8
    first = rows[0].starts.astimezone(ZONE)
    assert (first.isoformat(), rows[0].ends - rows[0].starts) == ("2026-11-29T00:00:00+07:00", DAY)
    always(session, of, "Budi", days=range(6, 7))
    assert look(session, NOW + HOUR) == []
    assert {row.cleared_at for row in session.scalars(select(DutyWarning))} == {NOW + HOUR}


def test_two_workers_that_look_at_once_open_it_once(database: Database) -> None:
    with database.transaction() as session:
        agency(session)
    with database.reading() as session:
        found = DutyWarnings(session, ZONE, NEVER_TIRED).find(NOW)
    together, failed = Barrier(2), []

    def work() -> None:
        together.wait(10)
        try:
            with database.transaction() as session:
                DutyWarnings(session, ZONE, NEVER_TIRED).take(found, NOW)
        except SQLAlchemyError as error:
            failed.append(error)

    workers = [Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    with database.reading() as session:
        assert (len(session.scalars(select(DutyWarning)).all()), failed) == (1, [])


def test_an_agency_without_a_line_owes_nobody(session: Session) -> None:
    factories.agency(session)
    assert look(session) == []


def test_a_gap_that_runs_stays_the_same_warning_over_days(session: Session) -> None:
    agency(session)
    (row,) = look(session)
    for hours in (5, 20, 29, 53):
        assert [one.id for one in look(session, NOW + hours * HOUR)] == [row.id]


def test_its_owner_is_told_14_7_and_1_days_before_and_never_twice(session: Session) -> None:
    of = agency(session)
    always(session, of)
    owner = factories.officer(session, of, "Pemilik", phone_proved_at=NOW)
    DutyWarnings(session, ZONE, NEVER_TIRED).give(SUPERVISOR, of.id, owner.id)
    goes_missing(session, of, NOW + 20 * DAY)
    days = []
    midnight = NOW.replace(hour=0)
    for at in [midnight + day * DAY + hour * HOUR for day in range(1, 22) for hour in (0, 6, 7, 21)]:
        before = len(told(session))
        look(session, at)
        if len(told(session)) > before:
            days.append(at.isoformat())
    assert days == [
        "2026-11-29T07:00:00+07:00",
        "2026-12-06T07:00:00+07:00",
        "2026-12-12T00:00:00+07:00",
    ]
    assert set(told(session)) == {(owner.id, 1)}


def goes_missing(session: Session, of: Agency, starts: datetime) -> None:
    """Leave the agency without anybody for an hour."""
    roster = always_roster(session, of)
    account = factories.account(session, "pengawas", Role.SUPERVISOR)
    work = DutyWork(session, Viewer(account.id, "pengawas", Role.SUPERVISOR), ZONE)
    times = [at.strftime("%Y-%m-%dT%H:%M") for at in (starts, starts + HOUR)]
    work.override(of.id, ChangeForm("remove", *times, reason="Rapat", goes=str(roster)), NOW)


def always_roster(session: Session, of: Agency) -> int:
    return session.scalars(select(Officer.id).where(Officer.agency_id == of.id, Officer.name == "Ani")).one()


def test_what_begins_tonight_is_told_at_night_too_and_the_rest_waits_for_the_morning(
    session: Session,
) -> None:
    late = NOW.replace(hour=23)
    of = agency(session)
    always(session, of)
    goes_missing(session, of, late + 2 * HOUR)
    look(session, late)
    assert told(session) == [(None, 1)]
    goes_missing_again = NOW + 5 * DAY
    account = Viewer(1, "pengawas", Role.SUPERVISOR)
    times = [at.strftime("%Y-%m-%dT%H:%M") for at in (goes_missing_again, goes_missing_again + HOUR)]
    work = DutyWork(session, account, ZONE)
    work.override(
        of.id, ChangeForm("remove", *times, reason="Rapat", goes=str(always_roster(session, of))), NOW
    )
    look(session, late + HOUR)
    assert told(session) == [(None, 1)]
    look(session, late + 8 * HOUR)
    assert told(session) == [(None, 1), (None, 1)]


def test_the_owner_above_is_told_of_who_has_none_in_one_message(session: Session) -> None:
    post = agency(session, "posko", "70000", tier="regency")
    boss = always(session, post, "Kepala Posko")
    district = agency(session, "lohbener", "70001", tier="kecamatan", parent_id=post.id)
    camat = always(session, district, "Camat")
    for number in range(3):
        agency(session, f"desa-{number}", f"7100{number}", tier="desa", parent_id=district.id)
    agency(session, "dinkes", "70002")
    warnings = DutyWarnings(session, ZONE, NEVER_TIRED)
    warnings.give(SUPERVISOR, post.id, boss.id)
    warnings.give(SUPERVISOR, district.id, camat.id)
    assert len(look(session)) == 4
    assert sorted(told(session), key=str) == sorted([(camat.id, 3), (boss.id, 1)], key=str)
    camat.active = False
    assert warnings.owners(NOW)[district.id] == boss.id


def test_one_telephone_for_two_agencies_at_once(session: Session) -> None:
    phone = {"sip_secret": None, "mobile": "+628123456789"}
    always(session, agency(session), "Ani", **phone)
    always(session, agency(session, "dinkes", "70002"), "Bu Ani", days=range(1), **phone)
    rows = look(session)
    assert set(kinds(rows)) == {("two_places", "Ani"), ("two_places", "Bu Ani"), ("nobody", "")}
    shared = [row for row in rows if row.kind == "two_places" and row.agency.code == "dinsos"]
    assert {row.ends - row.starts for row in shared} == {DAY}


def test_colleagues_who_share_the_office_s_telephone_are_no_trouble(session: Session) -> None:
    of, phone = agency(session), {"sip_secret": None, "mobile": "+628123456789"}
    always(session, of, "Ani", **phone)
    always(session, of, "Budi", **phone)
    assert look(session) == []


def test_too_long_and_too_little_rest(session: Session) -> None:
    of = agency(session)
    ani, budi = (factories.officer(session, of, name, phone_proved_at=NOW) for name in ("Ani", "Budi"))
    for day in range(7):
        factories.shift(session, ani, day, starts=time(6), ends=time(2))
        factories.shift(session, budi, day, starts=time(2), ends=time(6))
    rows = look(session, rule=RestRule(12 * 3600, 8 * 3600))
    assert kinds(rows).count(("too_long", "Ani")) == 1
    assert kinds(rows).count(("no_rest", "Ani")) == 59  # this morning's is over
    assert "Budi" not in {name for _, name in kinds(rows)}


def test_who_comes_on_duty_with_a_telephone_nobody_has_seen(session: Session) -> None:
    of = agency(session)
    person = always(session, of, phone_proved_at=None)
    factories.officer(session, of, "Tanpa giliran", phone_proved_at=None)
    assert kinds(look(session)) == [("no_phone", "Ani")]
    assert kinds(look(session, NOW + 3 * DAY)) == [("no_phone", "Ani")]
    assert len(told(session)) == 1
    person.phone_proved_at = NOW
    assert look(session, NOW + 3 * DAY) == []


def test_leave_without_a_substitute(session: Session) -> None:
    of = agency(session)
    ani, budi = always(session, of, "Ani"), always(session, of, "Budi")
    account = factories.account(session, "pengawas", Role.SUPERVISOR)
    work = DutyWork(session, Viewer(account.id, "pengawas", Role.SUPERVISOR), ZONE)
    facts = {"decree": "800/12", "approver": "Camat", "reason": "Cuti"}
    times = ("2026-11-30T00:00", "2026-12-03T00:00")
    work.leave(of.id, ChangeForm("leave", *times, goes=str(ani.id), **facts), NOW)
    assert kinds(look(session)) == [("no_substitute", "Ani")]
    (leave,) = session.scalars(select(DutyWarning))
    assert leave.starts.astimezone(ZONE).isoformat() == "2026-11-30T00:00:00+07:00"
    assert budi.active


def test_a_duty_that_begins_soon_and_was_not_confirmed(session: Session) -> None:
    of = agency(session)
    ani, budi = (factories.officer(session, of, name, phone_proved_at=NOW) for name in ("Ani", "Budi"))
    factories.shift(session, ani, 0, starts=time(0), ends=time(10))
    factories.shift(session, budi, 0, starts=time(10), ends=time(0))
    for day in range(1, 7):
        factories.shift(session, ani, day)
    starts = NOW + HOUR
    facts = {"agency_id": of.id, "at": NOW - 9 * HOUR, "starts": starts, "ends": NOW + 15 * HOUR}
    reminder = DutyReminder(officer_id=budi.id, **facts)
    session.add_all([reminder, DutyReminder(officer_id=ani.id, **facts)])  # Ani is not planned any more
    assert look(session, NOW - timedelta(minutes=1)) == []
    assert kinds(look(session)) == [("unconfirmed", "Budi")]
    assert told(session) == [(None, 1)]
    reminder.confirmed_at = NOW
    assert look(session, NOW + timedelta(minutes=10)) == []


def test_an_officer_sees_the_own_agency_and_gives_no_roster_away(session: Session) -> None:
    of, other = agency(session), agency(session, "dinkes", "70002")
    look(session)
    person = factories.officer(session, of)
    viewer = Viewer(1, "ani", Role.OFFICER, of.id, person.id)
    warnings = DutyWarnings(session, ZONE, NEVER_TIRED)
    assert [row.agency.code for row in warnings.listed(viewer)] == ["dinsos"]
    assert warnings.listed(viewer, other.id) == []
    for give in ((viewer, of.id, person.id), (SUPERVISOR, other.id, person.id), (SUPERVISOR, of.id, 2**70)):
        with pytest.raises(NotVisibleError):
            warnings.give(*give)
    warnings.give(SUPERVISOR, of.id, person.id)
    assert warnings.owners(NOW) == {of.id: person.id}
    warnings.give(SUPERVISOR, of.id, None)
    assert warnings.owners(NOW) == {}

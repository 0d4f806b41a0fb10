"""Closed days are sealed once each, as they were planned; the chain shows what somebody changed."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from callcenter.db import Database, is_sqlite
from callcenter.models import Agency, Call, DutyRecord, Leg, Officer, Role
from callcenter.services.access import viewer_of
from callcenter.services.day_content import FIRST, Content, Post, digest, read, write
from callcenter.services.duty_chain import DutyChain
from callcenter.services.duty_work import ChangeForm, DutyWork
from callcenter.services.handover import Handover
from callcenter.services.rosters import Rosters
from callcenter.services.sealing import Sealing
from tests import factories
from tests.factories import NOW

ZONE = ZoneInfo("Asia/Jakarta")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
CLOSED = datetime(2026, 11, 24, 6, tzinfo=ZONE).astimezone(UTC)
"""From now on Monday is closed."""


@pytest.fixture
def agency(session: Session) -> Agency:
    agency = factories.agency(session)
    factories.line(session, agency)
    return agency


@pytest.fixture
def people(session: Session, agency: Agency) -> dict[str, Officer]:
    """Ani from 7 to 19 on every day; Budi and Cici are free."""
    found = {name: factories.officer(session, agency, name) for name in ("Ani", "Budi", "Cici")}
    for day in range(7):
        factories.shift(session, found["Ani"], day, starts=time(7), ends=time(19))
    return found


def seal(session: Session, agency: Agency, day: date = MONDAY, now: datetime = CLOSED) -> Content | None:
    record = Sealing(session, ZONE).seal(agency.id, day, now)
    return read(record.content) if record else None


def sealed(session: Session, agency: Agency, day: date = MONDAY, now: datetime = CLOSED) -> Content:
    content = seal(session, agency, day, now)
    assert content is not None
    return content


def records(session: Session) -> list[DutyRecord]:
    return list(session.scalars(select(DutyRecord).order_by(DutyRecord.id)))


def hours(content: Content) -> list[tuple[str, list[Post]]]:
    return [(f"{one.starts:%H:%M}-{one.ends:%H:%M}", list(one.people)) for one in content.plan.turns]


def rings(session: Session, call: Call, officer: Officer, outcome: str | None, talked: int = 0) -> Leg:
    facts = {"outcome": outcome, "ended_at": call.offered_at + timedelta(seconds=40 + talked)}
    if outcome == "answered":
        facts["answered_at"] = call.offered_at + timedelta(seconds=40)
    return factories.leg(session, call, officer, **facts)


def test_a_day_is_due_six_hours_after_it(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    work = Sealing(session, ZONE)
    assert work.due(CLOSED - timedelta(seconds=1)) == [(date(2026, 11, 22), agency.id)]
    assert work.due(CLOSED) == [(MONDAY, agency.id)]
    assert seal(session, agency, MONDAY, CLOSED - timedelta(seconds=1)) is None
    assert seal(session, agency, TUESDAY, CLOSED) is None
    sealed(session, agency)
    assert work.due(CLOSED) == []
    assert work.due(CLOSED + 2 * DAY) == [(TUESDAY, agency.id), (date(2026, 11, 25), agency.id)]


def test_sealing_begins_with_the_first_day_of_which_something_is_known(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    work = Sealing(session, ZONE)
    factories.call(session, agency, test=True, offered_at=NOW - 9 * DAY)
    assert [day for day, _ in work.due(CLOSED)] == [MONDAY]
    factories.call(session, agency, offered_at=NOW - 2 * DAY)
    assert [day for day, _ in work.due(CLOSED)] == [date(2026, 11, 21), date(2026, 11, 22), MONDAY]
    agency.active_from = date(2026, 11, 22)
    assert [day for day, _ in work.due(CLOSED)] == [date(2026, 11, 22), MONDAY]
    agency.active_until = MONDAY
    assert [day for day, _ in work.due(CLOSED)] == [date(2026, 11, 22)]


def test_an_agency_without_a_line_and_without_duty_has_no_records(session: Session) -> None:
    factories.agency(session)
    assert Sealing(session, ZONE).due(CLOSED) == []


def test_the_plan_is_kept_with_the_changes_through_which_it_came(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    ani, budi, cici = (people[name].id for name in ("Ani", "Budi", "Cici"))
    work = DutyWork(session, viewer_of(factories.account(session)), ZONE)
    form = ChangeForm("replace", "2026-11-23T15:00", "2026-11-23T17:00", "Rapat", str(cici), str(ani))
    change = work.override(agency.id, form, NOW)
    text = {"zone": "Asia/Jakarta", "layers": [{"people": "Budi"}]}
    Rosters(session).use(agency, json.dumps(text), "Surat tugas 7", None, NOW + 4 * HOUR)
    content = sealed(session, agency)
    assert hours(content) == [
        ("00:00-07:00", []),
        ("07:00-15:00", [Post(ani, "primary")]),
        ("15:00-17:00", [Post(cici, "primary", change.id)]),
        ("17:00-18:00", [Post(ani, "primary")]),
        ("18:00-00:00", [Post(budi, "primary")]),
    ]
    assert content.plan.uncovered_seconds == 7 * 3600
    assert content.names == {ani: "Ani", budi: "Budi", cici: "Cici"}
    (kept,) = content.plan.changes
    assert (kept.id, kept.kind, kept.comes, kept.goes) == (change.id, "replace", [cici], [ani])


def test_nobody_is_owed_to_an_agency_without_a_line(session: Session) -> None:
    agency = factories.agency(session)
    factories.shift(session, factories.officer(session, agency), 0, starts=time(7), ends=time(19))
    assert sealed(session, agency).plan.uncovered_seconds == 0


def test_what_happened_is_kept_by_officer_and_outcome(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    ani, budi = people["Ani"], people["Budi"]
    first = factories.call(session, agency, disposition="answered")
    second = factories.call(session, agency)
    others = [
        factories.call(session, agency, disposition="answered", **facts)
        for facts in ({"test": True}, {"offered_at": NOW - DAY}, {"offered_at": NOW + DAY})
    ]
    rings(session, first, ani, "no_answer")
    rings(session, first, budi, "answered", talked=95)
    rings(session, second, ani, "cancelled")
    rings(session, second, budi, None)
    for other in others:
        rings(session, other, ani, "answered")
    sealed(session, agency, date(2026, 11, 22))
    facts = sealed(session, agency).facts
    assert facts.calls == {"answered": 1, "undecided": 1}
    found = {one: (it.times, it.answered, it.missed, it.talk_seconds) for one, it in facts.officers.items()}
    assert found == {ani.id: (2, 0, 1, 0), budi.id: (2, 1, 0, 95)}


def test_notes_of_the_day_are_kept_with_who_read_them_on_it(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    ani, budi = (
        viewer_of(factories.account(session, name, Role.OFFICER, agency, people[name]))
        for name in ("Ani", "Budi")
    )
    note = Handover(session, ani, ZONE).write(agency.id, "Pohon tumbang", NOW)
    Handover(session, budi, ZONE).see(agency.id, [note.id], NOW + 12 * HOUR)
    monday, tuesday = sealed(session, agency), sealed(session, agency, TUESDAY, CLOSED + DAY)
    assert [(one.id, one.at, one.officer) for one in monday.facts.notes] == [(note.id, NOW, people["Ani"].id)]
    assert (monday.facts.seen, tuesday.facts.notes) == ([], [])
    assert [(one.note, one.account) for one in tuesday.facts.seen] == [(note.id, budi.account_id)]


def test_what_is_learnt_later_is_a_further_version_and_the_plan_stays(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    ani = people["Ani"]
    before = sealed(session, agency)
    rings(session, factories.call(session, agency, disposition="recorded"), ani, "no_answer")
    ani.name = "Ani Suryani"
    for shift in ani.shifts:
        session.delete(shift)
    sealed(session, agency, TUESDAY, CLOSED + DAY)
    first, second, third = records(session)
    after = read(second.content)
    assert (after.version, after.day, after.supersedes) == (2, MONDAY, first.sha256)
    assert after.plan == before.plan
    assert after.names == {ani.id: "Ani"}
    assert after.facts.officers[ani.id].missed == 1
    assert read(first.content) == before
    assert [one.previous for one in (first, second, third)] == [FIRST, first.sha256, second.sha256]
    assert DutyChain(session, agency.id).days(MONDAY, MONDAY)[MONDAY].record is second
    sealed(session, agency, date(2026, 11, 25), CLOSED + 2 * DAY)
    assert len(records(session)) == 4


def test_a_sound_chain_is_told_from_a_broken_one(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    for number in range(3):
        sealed(session, agency, MONDAY + number * DAY, CLOSED + number * DAY)
    last = records(session)[-1].sha256
    verdict = DutyChain(session, agency.id).verify()
    assert (verdict.records, verdict.last_hash, verdict.broken) == (3, last, None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE duty_record SET content = replace(content, 'primary', 'deputy')", "not what was hashed"),
        ("UPDATE duty_record SET sha256 = previous", "not what was hashed"),
        ("UPDATE duty_record SET sealed_at = '2026-01-01 00:00:00+00:00'", "columns do not say"),
        ("UPDATE duty_record SET version = 7", "columns do not say"),
        ("DELETE FROM duty_record", "does not follow"),
    ],
)
def test_the_first_record_that_somebody_changed_is_named(database: Database, change: str, said: str) -> None:
    agency_id = three_days(database)
    with database.transaction() as session:
        _unprotect(session, database)
        session.execute(text(f"{change} WHERE day = '2026-11-24'"))
    with database.reading() as session:
        verdict = DutyChain(session, agency_id).verify()
    assert verdict.broken is not None
    assert said in verdict.broken
    assert verdict.records == 1


def test_a_chain_that_was_forged_with_a_day_left_out_is_told(database: Database) -> None:
    agency_id = three_days(database)
    with database.transaction() as session:
        _unprotect(session, database)
        session.execute(text("DELETE FROM duty_record WHERE day = '2026-11-24'"))
        first, last = records(session)
        last.previous, last.sha256 = first.sha256, digest(first.sha256, last.content)
    with database.reading() as session:
        assert (
            DutyChain(session, agency_id).verify().broken
            == "2026-11-25 version 1: a day before it is missing"
        )


@pytest.mark.parametrize("content", ["{}", "[]", "null", "x", '{"names": {}}'])
def test_what_is_no_record_is_told(database: Database, content: str) -> None:
    agency_id = three_days(database)
    with database.transaction() as session:
        _unprotect(session, database)
        last = records(session)[-1]
        last.content, last.sha256 = content, digest(last.previous, content)
    with database.reading() as session:
        assert "cannot be read" in str(DutyChain(session, agency_id).verify().broken)


@pytest.mark.parametrize(
    "deed", [update(DutyRecord).values(content="{}"), delete(DutyRecord)], ids=["update", "delete"]
)
def test_the_database_refuses_to_change_a_record(database: Database, deed: object) -> None:
    three_days(database)
    with pytest.raises(DatabaseError, match="is written once"), database.transaction() as session:
        session.execute(deed)  # type: ignore[call-overload]
    with database.reading() as session:
        assert len(records(session)) == 3


def test_a_record_is_not_replaced_either(database: Database) -> None:
    three_days(database)
    if is_sqlite(database.engine):
        deed = "INSERT OR REPLACE INTO duty_record SELECT id, agency_id, day, version, '{}', previous, sha256, sealed_at FROM duty_record"
    else:
        deed = "TRUNCATE duty_record"
    with pytest.raises(DatabaseError, match="is written once"), database.transaction() as session:
        session.execute(text(deed))


def test_a_day_sealed_by_several_at_once_is_sealed_once(database: Database) -> None:
    with database.transaction() as session:
        agency_id = factories.agency(session).id
        factories.line(session, session.get_one(Agency, agency_id))
    together = threading.Barrier(4)
    made: list[bool] = []

    def try_it() -> None:
        together.wait()
        with database.transaction() as session:
            made.append(Sealing(session, ZONE).seal(agency_id, MONDAY, CLOSED) is not None)

    threads = [threading.Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False, False, False, True]


def test_a_record_is_read_as_it_was_written(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    people["Ani"].name = 'Ni Luh "Ani" Šárka 阿尼'
    content = sealed(session, agency)
    (record,) = records(session)
    assert write(content) == record.content
    assert json.loads(record.content)["names"] == {str(people["Ani"].id): 'Ni Luh "Ani" Šárka 阿尼'}


def three_days(database: Database) -> int:
    with database.transaction() as session:
        agency = factories.agency(session)
        factories.line(session, agency)
        factories.shift(session, factories.officer(session, agency), 1)
        for number in range(3):
            sealed(session, agency, MONDAY + number * DAY, CLOSED + number * DAY)
        return agency.id


def _unprotect(session: Session, database: Database) -> None:
    """Do what only somebody with the whole database in hand can do."""
    if is_sqlite(database.engine):
        for deed in ("UPDATE", "DELETE"):
            session.execute(text(f"DROP TRIGGER duty_record_{deed}"))
    else:
        session.execute(text("DROP TRIGGER duty_record_once ON duty_record"))

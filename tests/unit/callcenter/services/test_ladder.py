"""Whom an agency's calls ring: its own people, and below them who covers for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import Agency, ChangeKind, ChangeStatus, DutyChange, Officer
from callcenter.services.calls import Policy
from callcenter.services.ladder import Ladders, Place, Tree
from callcenter.switchboard import DatabaseSwitchboard
from tests import factories
from tests.factories import NOW

ZONE = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True)
class House:
    """A village, its district and the regency's post, each with officers who are not on duty yet."""

    desa: Agency
    kecamatan: Agency
    post: Agency


@pytest.fixture
def house(session: Session) -> House:
    post = factories.agency(session, "posko", "Posko Kabupaten", tier="regency")
    kecamatan = factories.agency(session, "lohbener", "Kecamatan Lohbener", tier="kecamatan")
    desa = factories.agency(session, "langut", "Desa Langut", tier="desa", parent_id=kecamatan.id)
    return House(desa, kecamatan, post)


def on_duty(session: Session, agency: Agency, rung: int = 0) -> Officer:
    person = factories.officer(session, agency, f"{agency.name} {rung}")
    for day in range(7):
        factories.shift(session, person, day, rung=rung)
    return person


def members(session: Session, agency: Agency, *, emergency: bool = False) -> list[tuple[str, int]]:
    queue = f"agency-{agency.code}" + ("-emergency" if emergency else "")
    return [(one.name, one.penalty) for one in Ladders(session, ZONE).members(NOW)[queue]]


def test_below_the_last_rung_come_the_parent_and_the_post(session: Session, house: House) -> None:
    own, deputy = on_duty(session, house.desa), on_duty(session, house.desa, 2)
    district, post = on_duty(session, house.kecamatan), on_duty(session, house.post)
    on_duty(session, house.kecamatan, 1)
    ladder = [own, deputy, district, post]
    assert members(session, house.desa) == [(f"officer-{it.id}", rung) for rung, it in enumerate(ladder)]
    assert members(session, house.kecamatan)[-1] == (f"officer-{post.id}", 2)
    assert members(session, house.post) == [(f"officer-{post.id}", 0)]


def test_who_has_nobody_is_answered_by_the_nearest_who_has(session: Session, house: House) -> None:
    post = on_duty(session, house.post)
    assert members(session, house.desa) == [(f"officer-{post.id}", 0)]
    district = on_duty(session, house.kecamatan)
    assert members(session, house.desa) == [(f"officer-{district.id}", 0), (f"officer-{post.id}", 1)]
    cover = Ladders(session, ZONE).cover(house.desa.id, NOW)
    assert cover is not None
    assert cover.place.name == "Kecamatan Lohbener"
    assert [person.officer_id for person in cover.people] == [district.id]


def test_nobody_anywhere_is_nobody(session: Session, house: House) -> None:
    ladders = Ladders(session, ZONE)
    assert not ladders.anybody(house.desa.id, NOW)
    assert ladders.cover(house.desa.id, NOW) is None
    on_duty(session, house.post)
    assert ladders.anybody(house.desa.id, NOW)
    assert ladders.anybody(house.post.id, NOW)


def test_in_an_emergency_who_covers_is_rung_where_nobody_of_the_agency_can_be(
    session: Session, house: House
) -> None:
    own, deputy, post = (
        on_duty(session, house.desa),
        on_duty(session, house.desa, 1),
        on_duty(session, house.post),
    )
    assert members(session, house.desa, emergency=True) == [
        (f"officer-{own.id}", 0),
        (f"officer-{deputy.id}", 0),
        (f"officer-{post.id}", 1),
    ]


def test_an_agency_that_ended_covers_for_nobody(session: Session, house: House) -> None:
    on_duty(session, house.kecamatan)
    house.kecamatan.active_until = date(2026, 11, 1)
    session.flush()
    assert members(session, house.desa) == []


def test_parents_in_a_circle_end() -> None:
    tree = Tree([Place(1, "a", "A", 2, False), Place(2, "b", "B", 1, False), Place(3, "c", "C", None, True)])
    assert [place.code for place in tree.above(1)] == ["b", "c"]
    assert [place.code for place in Tree([Place(1, "a", "A", 1, True)]).above(1)] == []


def test_a_handoff_is_told_to_the_second(database: Database) -> None:
    with database.transaction() as session:
        agency = factories.agency(session)
        ani, budi = on_duty(session, agency), factories.officer(session, agency, "Budi")
        starts = NOW + timedelta(seconds=4)
        facts = {"kind": ChangeKind.REPLACE, "status": ChangeStatus.IN_FORCE, "reason": "Rapat", "at": NOW}
        interval = {"starts": starts, "ends": starts + timedelta(hours=1)}
        people = {"people": [budi.id], "instead_of": [ani.id]}
        session.add(DutyChange(agency_id=agency.id, **facts, **interval, **people))
    assert handoff(database, NOW) == 4
    assert handoff(database, NOW + timedelta(seconds=1.25)) == 2.75
    assert handoff(database, NOW + timedelta(seconds=3.5)) == 0.5
    assert handoff(database, starts) is None
    assert handoff(database, NOW - timedelta(seconds=2)) is None


def handoff(database: Database, now: datetime) -> float | None:
    policy = Policy(ZONE, b"secret", max_message_seconds=60, connect_seconds=40)
    board = DatabaseSwitchboard(database, policy, node="node1", clock=lambda: now.astimezone(UTC))
    return board.handoff(5)

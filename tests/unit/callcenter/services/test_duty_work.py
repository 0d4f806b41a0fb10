"""Duty is changed: overrides, leave, swaps; each with author and reason, and undone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from callcenter.models import Account, Agency, ChangeStatus, DutyChange, Officer, Role
from callcenter.services.access import NotVisibleError, Viewer
from callcenter.services.duty import Duty
from callcenter.services.duty_work import ChangeForm, DutyWork
from callcenter.services.fairness import Fairness
from callcenter.services.fields import FieldError
from callcenter.services.gaps import Gaps
from callcenter.services.ladder import Ladders
from callcenter.services.rosters import Rosters
from tests import factories
from tests.factories import NOW

ZONE = ZoneInfo("Asia/Jakarta")
HOUR = timedelta(hours=1)
EVENING = "2026-11-23T20:00"
MORNING = "2026-11-24T04:00"


@pytest.fixture
def agency(session: Session) -> Agency:
    return factories.agency(session)


@pytest.fixture
def people(session: Session, agency: Agency) -> dict[str, Officer]:
    """Ani is always on duty, Budi is her deputy on Mondays; Cici is free."""
    found = {name: factories.officer(session, agency, name) for name in ("Ani", "Budi", "Cici")}
    for day in range(7):
        factories.shift(session, found["Ani"], day)
    factories.shift(session, found["Budi"], 0, rung=1)
    return found


@pytest.fixture
def work(session: Session) -> DutyWork:
    return DutyWork(session, viewer(session, "pengawas", Role.SUPERVISOR), ZONE)


def viewer(session: Session, name: str, role: Role, officer: Officer | None = None) -> Viewer:
    account = factories.account(session, name, role, officer.agency if officer else None, officer)
    return Viewer(account.id, name, role, account.agency_id, account.officer_id)


def of(session: Session, officer: Officer) -> DutyWork:
    return DutyWork(session, viewer(session, officer.name.lower(), Role.OFFICER, officer), ZONE)


def form(kind: str = "replace", starts: str = EVENING, ends: str = MORNING, **more: object) -> ChangeForm:
    texts = {name: str(one.id) if isinstance(one, Officer) else str(one) for name, one in more.items()}
    return ChangeForm(**{"kind": kind, "starts": starts, "ends": ends, "reason": "Rapat", **texts})


def on_duty(session: Session, agency: Agency, at: str) -> list[tuple[str, int]]:
    moment = datetime.fromisoformat(at).replace(tzinfo=ZONE)
    alone = Duty(session, ZONE).on_duty(agency.id, moment)
    assert Duty(session, ZONE).everywhere(moment).get(agency.id, []) == alone
    return [(one.name, one.rung) for one in alone]


def test_somebody_stands_in_for_exactly_that_time(
    session: Session, agency: Agency, people: dict[str, Officer], work: DutyWork
) -> None:
    change = work.override(agency.id, form(comes=people["Cici"], goes=people["Ani"]), NOW)
    assert (change.status, change.reason, change.at) == ("in_force", "Rapat", NOW)
    assert session.get_one(Account, change.account_id).username == "pengawas"
    assert on_duty(session, agency, "2026-11-23T19:59") == [("Ani", 0), ("Budi", 1)]
    assert on_duty(session, agency, "2026-11-23T20:00") == [("Cici", 0), ("Budi", 1)]
    assert on_duty(session, agency, "2026-11-24T03:59:59") == [("Cici", 0)]
    assert on_duty(session, agency, "2026-11-24T04:00") == [("Ani", 0)]


def test_the_exchange_s_members_follow_a_change(
    session: Session, agency: Agency, people: dict[str, Officer], work: DutyWork
) -> None:
    work.override(agency.id, form(comes=people["Cici"], goes=people["Ani"]), NOW)
    at = datetime(2026, 11, 23, 14, tzinfo=UTC)
    members = Ladders(session, ZONE).members(at)[f"agency-{agency.code}"]
    assert [member.name for member in members] == [
        f"officer-{people['Cici'].id}",
        f"officer-{people['Budi'].id}",
    ]


def test_somebody_comes_as_well_or_goes(
    session: Session, agency: Agency, people: dict[str, Officer], work: DutyWork
) -> None:
    work.override(agency.id, form("add", comes=people["Cici"], rung="1"), NOW)
    work.override(agency.id, form("remove", goes=people["Ani"]), NOW)
    assert on_duty(session, agency, "2026-11-23T21:00") == [("Budi", 1), ("Cici", 1)]
    gaps = Gaps(session, ZONE)
    factories.line(session, agency)
    assert gaps.ahead(NOW, 7) == []


def test_a_roster_of_the_agency_s_own_is_changed_as_well(
    session: Session, agency: Agency, people: dict[str, Officer], work: DutyWork
) -> None:
    text = '{"zone": "Asia/Jakarta", "layers": [{"people": "Budi"}]}'
    Rosters(session).use(agency, text, "Surat tugas", None, NOW)
    work.override(agency.id, form(comes=people["Cici"], goes=people["Budi"]), NOW)
    assert on_duty(session, agency, "2026-11-23T19:00") == [("Budi", 0)]
    assert on_duty(session, agency, "2026-11-23T21:00") == [("Cici", 0)]


def test_what_has_been_stays_as_it_was(
    session: Session, agency: Agency, people: dict[str, Officer], work: DutyWork
) -> None:
    early = form(starts="2026-11-23T00:00", ends="2026-11-23T20:00", comes=people["Cici"], goes=people["Ani"])
    change = work.override(agency.id, early, NOW)
    assert on_duty(session, agency, "2026-11-23T13:59") == [("Ani", 0), ("Budi", 1)]
    assert on_duty(session, agency, "2026-11-23T15:30") == [("Cici", 0), ("Budi", 1)]
    undone = work.undo(change.id, "Rapat batal", NOW + 2 * HOUR)
    assert (undone.status, undone.decision) == ("undone", "Rapat batal")
    assert on_duty(session, agency, "2026-11-23T15:30") == [("Cici", 0), ("Budi", 1)]
    assert on_duty(session, agency, "2026-11-23T16:00") == [("Ani", 0), ("Budi", 1)]
    with pytest.raises(FieldError, match="over"):
        work.undo(change.id, "Lagi", NOW + 2 * HOUR)


def test_a_change_that_was_undone_before_it_began_never_was(
    session: Session, agency: Agency, people: dict[str, Officer], work: DutyWork
) -> None:
    change = work.override(agency.id, form(comes=people["Cici"], goes=people["Ani"]), NOW)
    work.undo(change.id, "Salah hari", NOW + HOUR)
    assert on_duty(session, agency, "2026-11-23T21:00") == [("Ani", 0), ("Budi", 1)]


def test_leave_names_its_decree_and_the_substitute_stands_in(
    session: Session, agency: Agency, people: dict[str, Officer], work: DutyWork
) -> None:
    away = form("leave", "2026-11-24T00:00", "2026-12-01T00:00", goes=people["Ani"], comes=people["Cici"])
    with pytest.raises(FieldError, match="decree"):
        work.leave(agency.id, away, NOW)


def test_leave_takes_the_person_off_and_without_a_substitute_there_is_a_gap(
    session: Session, agency: Agency, people: dict[str, Officer], work: DutyWork
) -> None:
    factories.line(session, agency)
    letter = {"decree": "SK 12/2026", "approver": "Kepala Dinas"}
    week = {"starts": "2026-11-24T00:00", "ends": "2026-11-26T00:00"}
    change = work.leave(agency.id, form("leave", **week, goes=people["Ani"], **letter), NOW)
    assert (change.decree, change.approver) == ("SK 12/2026", "Kepala Dinas")
    assert [gap.hours for gap in Gaps(session, ZONE).ahead(NOW, 7)] == [48]
    work.undo(change.id, "Tanpa pengganti", NOW)
    work.leave(agency.id, form("leave", **week, goes=people["Ani"], comes=people["Cici"], **letter), NOW)
    assert on_duty(session, agency, "2026-11-24T12:00") == [("Cici", 0)]
    assert Gaps(session, ZONE).ahead(NOW, 7) == []


def test_the_one_with_the_least_duty_who_is_free_is_proposed_first(
    session: Session, agency: Agency, people: dict[str, Officer], work: DutyWork
) -> None:
    dedi = factories.officer(session, agency, "Dedi")
    factories.shift(session, dedi, 5)
    starts, ends = (datetime(2026, 11, day, tzinfo=ZONE) for day in (24, 26))
    shares = Fairness(session, ZONE).substitutes(agency.id, people["Ani"].id, starts, ends)
    assert [share.name for share in shares] == ["Cici", "Budi", "Dedi"]  # a weekend weighs more
    monday = datetime(2026, 11, 30, tzinfo=ZONE), datetime(2026, 12, 1, tzinfo=ZONE)
    assert "Budi" not in [
        one.name for one in Fairness(session, ZONE).substitutes(agency.id, people["Ani"].id, *monday)
    ]
    letter = {"decree": "SK 12/2026", "approver": "Kepala Dinas"}
    work.leave(
        agency.id, form("leave", "2026-11-24T00:00", "2026-11-27T00:00", goes=people["Cici"], **letter), NOW
    )
    again = Fairness(session, ZONE).substitutes(agency.id, people["Ani"].id, starts, ends)
    assert "Cici" not in [share.name for share in again]


def test_shares_count_nights_weekends_and_holidays(
    session: Session, agency: Agency, people: dict[str, Officer]
) -> None:
    week = datetime(2026, 12, 21, tzinfo=ZONE), datetime(2026, 12, 28, tzinfo=ZONE)
    ani, budi, cici = Fairness(session, ZONE).shares(agency.id, *week)
    assert (ani.name, budi.name, cici.name) == ("Ani", "Budi", "Cici")
    assert ani.burden.whole == 7 * 24 * 3600
    assert ani.burden.nights == 7 * 8 * 3600
    assert ani.burden.weekends == 2 * 24 * 3600
    assert ani.burden.holidays >= 24 * 3600  # Christmas, at least
    assert cici.burden.whole == 0


def test_a_swap_is_asked_taken_in_part_and_approved(
    session: Session, agency: Agency, people: dict[str, Officer], work: DutyWork
) -> None:
    ask = of(session, people["Ani"]).ask(agency.id, form("ask"), NOW)
    assert (ask.instead_of, ask.status) == ([people["Ani"].id], "open")
    taken = of(session, people["Cici"]).take(ask.id, form(ends="2026-11-24T00:00"), NOW)
    assert on_duty(session, agency, "2026-11-23T21:00") == [("Ani", 0), ("Budi", 1)]
    assert work.left(ask) == [
        (datetime(2026, 11, 23, 17, tzinfo=UTC), datetime(2026, 11, 23, 21, tzinfo=UTC))
    ]
    with pytest.raises(FieldError, match="not_asked"):
        of(session, people["Budi"]).take(ask.id, form(), NOW)
    work.approve(taken.id, "", NOW)
    assert on_duty(session, agency, "2026-11-23T21:00") == [("Cici", 0), ("Budi", 1)]
    assert on_duty(session, agency, "2026-11-24T01:00") == [("Ani", 0)]
    assert ask.status == ChangeStatus.OPEN
    rest = work.take(ask.id, form(starts="2026-11-24T00:00", comes=people["Budi"]), NOW)
    work.approve(rest.id, "Baik", NOW)
    assert on_duty(session, agency, "2026-11-24T01:00") == [("Budi", 0)]
    assert ask.status == ChangeStatus.IN_FORCE
    with pytest.raises(FieldError, match="over"):
        work.undo(ask.id, "Batal", NOW)
    work.undo(rest.id, "Batal", NOW)
    assert on_duty(session, agency, "2026-11-24T01:00") == [("Ani", 0)]


def test_a_swap_approved_late_begins_then(
    session: Session, agency: Agency, people: dict[str, Officer], work: DutyWork
) -> None:
    ask = of(session, people["Ani"]).ask(agency.id, form("ask"), NOW)
    taken = of(session, people["Cici"]).take(ask.id, form(), NOW)
    work.approve(taken.id, "", datetime(2026, 11, 23, 15, tzinfo=UTC))
    assert on_duty(session, agency, "2026-11-23T21:59") == [("Ani", 0), ("Budi", 1)]
    assert on_duty(session, agency, "2026-11-23T22:00") == [("Cici", 0), ("Budi", 1)]


def test_what_is_refused_or_withdrawn_changes_nothing(
    session: Session, agency: Agency, people: dict[str, Officer], work: DutyWork
) -> None:
    mine = of(session, people["Ani"])
    ask = mine.ask(agency.id, form("ask"), NOW)
    taken = of(session, people["Cici"]).take(ask.id, form(), NOW)
    work.refuse(taken.id, "Terlalu lama berjaga", NOW)
    again = work.take(ask.id, form(comes=people["Budi"]), NOW)
    mine.undo(ask.id, "Sudah tidak perlu", datetime(2026, 11, 23, 15, tzinfo=UTC))
    assert (taken.status, again.status, ask.status) == ("refused", "refused", "withdrawn")
    assert on_duty(session, agency, "2026-11-23T21:00") == [("Ani", 0), ("Budi", 1)]
    with pytest.raises(FieldError, match="over"):
        work.approve(again.id, "", NOW)


def test_an_officer_asks_for_the_own_duty_only_and_decides_nothing(
    session: Session, agency: Agency, people: dict[str, Officer], work: DutyWork
) -> None:
    budi, cici = of(session, people["Budi"]), of(session, people["Cici"])
    assert budi.ask(agency.id, form("ask", goes=people["Ani"]), NOW).instead_of == [people["Budi"].id]
    with pytest.raises(FieldError, match="not_on_duty"):
        cici.ask(agency.id, form("ask"), NOW)
    for deed in (
        lambda: cici.override(agency.id, form(comes=people["Cici"], goes=people["Ani"]), NOW),
        lambda: cici.leave(agency.id, form("leave", goes=people["Cici"]), NOW),
        lambda: cici.approve(1, "", NOW),
    ):
        with pytest.raises(NotVisibleError):
            deed()
    elsewhere = factories.agency(session, "lain", "Lain")
    with pytest.raises(NotVisibleError):
        cici.ask(elsewhere.id, form("ask"), NOW)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"starts": "besok"}, "starts: bad_moment"),
        ({"starts": ""}, "starts: empty"),
        ({"starts": "2026-11-23T20:00+07:00"}, "starts: bad_moment"),
        ({"starts": MORNING, "ends": EVENING}, "ends: before_start"),
        ({"starts": "2026-11-22T08:00", "ends": "2026-11-22T09:00"}, "ends: past"),
        ({"ends": "2028-11-24T04:00"}, "ends: too_far"),
        ({"comes": "999"}, "comes: unknown_officer"),
        ({"comes": ""}, "comes: empty"),
        ({"goes": "0 OR 1"}, "goes: unknown_officer"),
        ({"reason": " "}, "reason: empty"),
        ({"kind": "leave"}, "kind: unknown_change"),
    ],
)
def test_what_is_no_change_is_refused_and_nothing_is_kept(
    session: Session,
    agency: Agency,
    people: dict[str, Officer],
    work: DutyWork,
    more: dict[str, str],
    problem: str,
) -> None:
    wrong = form(**{"comes": people["Cici"], "goes": people["Ani"], **more})
    with pytest.raises(FieldError, match=problem):
        work.override(agency.id, wrong, NOW)
    assert session.query(DutyChange).count() == 0


def test_nobody_is_replaced_who_is_not_on_duty_then(
    session: Session, agency: Agency, people: dict[str, Officer], work: DutyWork
) -> None:
    with pytest.raises(FieldError, match="goes: not_on_duty"):
        work.override(agency.id, form(comes=people["Ani"], goes=people["Cici"]), NOW)
    with pytest.raises(FieldError, match="comes: same_officer"):
        work.override(agency.id, form(comes=people["Ani"], goes=people["Ani"]), NOW)

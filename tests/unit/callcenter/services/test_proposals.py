"""A month is proposed from what the agency plans, and published as it was seen."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from callcenter.models import Agency, ChangeKind, ChangeStatus, DutyChange, Officer
from callcenter.roster.plan import Role
from callcenter.roster.rest import Refusal
from callcenter.roster.seats import NOTHING
from callcenter.roster.values import DocumentError
from callcenter.services.duty import Duty
from callcenter.services.duty_files import DutyFiles, to_csv, to_xlsx
from callcenter.services.duty_warnings import rest_rule
from callcenter.services.fields import FieldError
from callcenter.services.proposals import Proposals, Proposed, coming, month
from callcenter.services.rosters import Rosters
from tests import factories
from tests.factories import NOW

ZONE = ZoneInfo("Asia/Jakarta")
RULE = rest_rule(24, 8)
DECEMBER = date(2026, 12, 1)
HOUR = 3600


@pytest.fixture
def agency(session: Session) -> Agency:
    return factories.agency(session)


@pytest.fixture
def officers(session: Session, agency: Agency) -> dict[str, Officer]:
    """Ani by day, Budi by night, Cici and Dedi free."""
    found = {name: factories.officer(session, agency, name) for name in ("Ani", "Budi", "Cici", "Dedi")}
    for day in range(7):
        factories.shift(session, found["Ani"], day, starts=time(7), ends=time(19))
        factories.shift(session, found["Budi"], day, starts=time(19), ends=time(7))
    return found


def propose(session: Session, agency: Agency, first: date = DECEMBER) -> Proposed:
    return Proposals(session, ZONE, RULE).propose(agency, first, NOW)


def leave(session: Session, officer: Officer, starts: datetime, ends: datetime) -> None:
    session.add(
        DutyChange(
            agency_id=officer.agency_id,
            kind=ChangeKind.LEAVE,
            status=ChangeStatus.IN_FORCE,
            starts=starts,
            ends=ends,
            people=[],
            instead_of=[officer.id],
            at=NOW,
            reason="Cuti",
        )
    )
    session.flush()


def at(day: int, hour: int = 0, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=ZONE)


def taken(proposed: Proposed) -> Counter[str]:
    return Counter(name for turn in proposed.turns for _, name in turn.people)


def test_the_turns_are_those_of_the_plan(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    proposed = propose(session, agency)
    assert [(turn.starts, turn.ends) for turn in proposed.turns[:3]] == [
        (at(1), at(1, 7)),
        (at(1, 7), at(1, 19)),
        (at(1, 19), at(2, 7)),
    ]
    assert proposed.turns[-1].ends == datetime(2027, 1, 1, tzinfo=ZONE)
    assert len(proposed.turns) == 1 + 31 * 2
    assert not proposed.empty


def test_who_did_all_the_nights_does_few_of_them_now(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    shares = {share.name: share for share in propose(session, agency).shares}
    nights = {name: share.after.nights - share.before.nights for name, share in shares.items()}
    assert shares["Budi"].before.nights == 90 * 8 * HOUR
    assert nights["Budi"] < min(nights["Ani"], nights["Cici"])


def test_a_newcomer_does_not_work_off_the_past_of_others(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    proposed = propose(session, agency)
    shares = {share.name: share for share in proposed.shares}
    assert shares["Cici"].before.whole == 0
    assert shares["Cici"].credit.whole == 90 * 12 * HOUR
    assert shares["Ani"].credit.whole == 0
    assert taken(proposed)["Cici"] < 31 * 2 // 2


def test_nobody_is_proposed_while_on_leave(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    leave(session, officers["Cici"], at(10), at(20))
    proposed = propose(session, agency)
    turns = [turn for turn in proposed.turns if ("Cici" in [name for _, name in turn.people])]
    assert turns
    assert all(turn.ends <= at(10) or turn.starts >= at(20) for turn in turns)


def test_leave_in_the_days_before_is_credited(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    leave(session, officers["Ani"], at(1, month=11), at(11, month=11))
    shares = {share.name: share for share in propose(session, agency).shares}
    assert shares["Ani"].before.whole == 80 * 12 * HOUR
    assert shares["Ani"].credit.whole == 10 * 12 * HOUR


def test_who_began_late_is_credited_for_the_time_before(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    groups = ["Ani", "Budi", {"who": "Cici", "from": "2026-11-16"}]
    rotation = {"unit": "day", "start": "2026-01-01T00:00", "groups": groups}
    document = {"zone": ZONE.key, "layers": [{"rotation": rotation}]}
    Rosters(session).use(agency, json.dumps(document), "SK 1", None, NOW)
    shares = {share.name: share for share in propose(session, agency).shares}
    assert shares["Ani"].credit == shares["Budi"].credit == NOTHING
    average = 90 / (2 * 90 + 15) * 24 * HOUR  # 90 days of duty, carried by two and for 15 days by three
    assert shares["Cici"].credit.whole == pytest.approx(75 * average, rel=0.03)


def test_whose_turn_in_a_long_rotation_came_late_was_there(session: Session, agency: Agency) -> None:
    names = [f"P{number}" for number in range(8)]
    for name in names:
        factories.officer(session, agency, name)
    rotation = {"unit": "week", "start": "2026-01-05T08:00", "groups": names}
    document = {"zone": ZONE.key, "layers": [{"rotation": rotation}]}
    Rosters(session).use(agency, json.dumps(document), "SK 1", None, NOW)
    assert {share.credit for share in propose(session, agency).shares} == {NOTHING}


def test_duty_of_the_days_around_counts_for_rest(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    """Until seven on the first only Budi can go on: Ani ended at 19, Cici and Dedi are away."""
    for name in ("Cici", "Dedi"):
        leave(session, officers[name], at(30, month=11), at(2))
    first, second, *_ = propose(session, agency).turns
    assert (first.people, second.people) == (
        [(officers["Budi"].id, "Budi")],
        [(officers["Ani"].id, "Ani")],
    )


def test_where_nobody_is_planned_three_turns_a_day_are_proposed(session: Session, agency: Agency) -> None:
    for name in ("Ani", "Budi", "Cici"):
        factories.officer(session, agency, name)
    proposed = propose(session, agency)
    assert [turn.starts.hour for turn in proposed.turns[:5]] == [0, 6, 14, 22, 6]
    assert not proposed.empty


def test_what_nobody_can_take_is_told_with_the_reason(session: Session, agency: Agency) -> None:
    ani = factories.officer(session, agency, "Ani")
    leave(session, ani, at(1), at(15))
    empty = propose(session, agency).empty
    assert empty[0].refusals == {Refusal.AWAY: ["Ani"]}
    assert {reason for turn in empty for reason in turn.refusals} >= {Refusal.AWAY, Refusal.TOO_LONG}
    assert propose(session, factories.agency(session, "rsud", "RSUD")).empty[0].refusals == {}


def test_it_is_published_for_its_month_alone(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    proposed = propose(session, agency)
    Proposals(session, ZONE, RULE).publish(proposed, "Rapat jaga", None, NOW, with_gaps=False)
    duty = Duty(session, ZONE)
    for turn in proposed.turns:
        found = duty.on_duty(agency.id, turn.starts)
        assert [(one.officer_id, one.name) for one in found] == list(turn.people)
        assert found == duty.on_duty(agency.id, turn.ends - timedelta(seconds=1))
    assert [one.name for one in duty.on_duty(agency.id, at(30, 12, month=11))] == ["Ani"]
    assert [one.name for one in duty.on_duty(agency.id, datetime(2027, 1, 1, 12, tzinfo=ZONE))] == ["Ani"]
    again = propose(session, agency)
    assert [(turn.starts, turn.ends) for turn in again.turns] == [
        (turn.starts, turn.ends) for turn in proposed.turns
    ]


def test_roles_and_pairs_are_kept(session: Session, agency: Agency, officers: dict[str, Officer]) -> None:
    for day in range(7):
        factories.shift(session, officers["Cici"], day, starts=time(7), ends=time(19))
        factories.shift(session, officers["Dedi"], day, starts=time(7), ends=time(19), rung=1)
    by_day = [turn for turn in propose(session, agency).turns if turn.starts == at(3, 7)]
    assert [(turn.role, len(turn.people) + turn.missing) for turn in by_day] == [
        (Role.PRIMARY, 2),
        (Role.DEPUTY, 1),
    ]


def test_gaps_are_published_only_when_they_are_meant(session: Session, agency: Agency) -> None:
    factories.officer(session, agency, "Ani")
    proposals, proposed = Proposals(session, ZONE, RULE), propose(session, agency)
    with pytest.raises(FieldError, match="gaps_left"):
        proposals.publish(proposed, "Sementara", None, NOW, with_gaps=False)
    with pytest.raises(DocumentError, match="reason"):
        proposals.publish(proposed, " ", None, NOW, with_gaps=True)
    assert proposals.publish(proposed, "Sementara", None, NOW, with_gaps=True).reason == "Sementara"


def test_its_rows_come_back_through_the_import(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    proposed = propose(session, agency)
    files = DutyFiles(session, ZONE)
    for data in (to_csv(proposed.rows).encode(), to_xlsx(proposed.rows)):
        draft = files.read(agency, data, proposed.period)
        assert not draft.mistakes
        assert draft.rows == proposed.rows


def test_the_mark_is_that_of_the_proposal(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    before = propose(session, agency).mark
    assert propose(session, agency).mark == before
    leave(session, officers["Cici"], at(10), at(20))
    assert propose(session, agency).mark != before


def test_officers_of_one_name_are_two(session: Session, agency: Agency) -> None:
    ids = {factories.officer(session, agency, "Ani").id for _ in range(3)}
    proposed = propose(session, agency)
    assert {one for turn in proposed.turns for one, _ in turn.people} == ids
    Proposals(session, ZONE, RULE).publish(proposed, "Rapat", None, NOW, with_gaps=False)
    turn = proposed.turns[5]
    assert [one.officer_id for one in Duty(session, ZONE).on_duty(agency.id, turn.starts)] == [
        turn.people[0][0]
    ]


def test_the_month_is_one_to_come(session: Session, agency: Agency) -> None:
    with pytest.raises(FieldError, match="month_begun"):
        propose(session, agency, date(2026, 11, 1))
    with pytest.raises(FieldError, match="too_far"):
        propose(session, agency, date(2028, 2, 1))
    assert coming(NOW, ZONE) == DECEMBER
    assert coming(datetime(2026, 12, 31, 18, tzinfo=ZoneInfo("UTC")), ZONE) == date(2027, 2, 1)
    assert month(" 2026-12") == DECEMBER
    for text in ("", "2026-13", "2026", "1999-01", "9999-12", "2026-12-01", "\0"):
        with pytest.raises(FieldError, match="bad_month"):
            month(text)


def test_weeks_hold_every_turn_once(session: Session, agency: Agency, officers: dict[str, Officer]) -> None:
    proposed = propose(session, agency)
    assert [turn for week in proposed.weeks for _, turns in week for turn in turns] == list(proposed.turns)
    assert {len(week) for week in proposed.weeks} == {7}
    assert proposed.weeks[0][0][0] == date(2026, 11, 30)


def test_the_house_s_rule_of_rest_counts(session: Session, agency: Agency) -> None:
    tight, loose = (
        Proposals(session, ZONE, rest_rule(*hours)).propose(agency, DECEMBER, NOW).rule
        for hours in ((6, 11), (0, 0))
    )
    assert (tight.least_rest, loose.least_rest) == (11 * 3600, 0)
    assert loose.longest == 12 * 3600
    assert tight.longest <= loose.longest

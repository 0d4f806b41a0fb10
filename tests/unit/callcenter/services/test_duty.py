"""Who is on duty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from callcenter.models import Agency, Officer, Shift, Tier
from callcenter.services.duty import Duty, PlannedShift, clock, on_duty
from callcenter.services.ladder import Ladders
from ivr.ports import Member

JAKARTA = ZoneInfo("Asia/Jakarta")
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 23, tzinfo=JAKARTA)
MINUTE = timedelta(minutes=1)


def ids(shifts: list[PlannedShift], at: datetime, zone: ZoneInfo = JAKARTA) -> list[int]:
    return [shift.officer_id for shift in on_duty(shifts, at, zone)]


def test_a_shift_holds_its_start_and_not_its_end() -> None:
    shifts = [PlannedShift(1, 0, time(8), time(16))]
    eight, four = MONDAY.replace(hour=8), MONDAY.replace(hour=16)
    assert ids(shifts, eight - timedelta(microseconds=1)) == []
    assert ids(shifts, eight) == [1]
    assert ids(shifts, four - timedelta(microseconds=1)) == [1]
    assert ids(shifts, four) == []


def test_a_night_shift_runs_into_the_next_day_and_round_the_week() -> None:
    sunday_night = [PlannedShift(1, 6, time(22), time(6))]
    assert ids(sunday_night, MONDAY.replace(hour=5, minute=59)) == [1]
    assert ids(sunday_night, MONDAY.replace(hour=6)) == []
    assert ids(sunday_night, MONDAY.replace(hour=23)) == []
    assert ids(sunday_night, MONDAY - timedelta(hours=2)) == [1]


def test_equal_times_are_24_hours() -> None:
    shifts = [PlannedShift(1, 0, time(7), time(7))]
    assert ids(shifts, MONDAY.replace(hour=6, minute=59)) == []
    assert ids(shifts, MONDAY.replace(hour=7)) == [1]
    assert ids(shifts, MONDAY + timedelta(hours=30, minutes=59)) == [1]
    assert ids(shifts, MONDAY + timedelta(hours=31)) == []


def test_order_is_by_rung_then_officer_and_each_officer_comes_once() -> None:
    shifts = [
        PlannedShift(3, 0, time(0), time(0), rung=1),
        PlannedShift(2, 0, time(0), time(0), rung=1),
        PlannedShift(9, 0, time(0), time(0), rung=0),
        PlannedShift(2, 0, time(8), time(9), rung=2),
        PlannedShift(1, 0, time(0), time(0), rung=0, active=False),
    ]
    found = on_duty(shifts, MONDAY.replace(hour=8), JAKARTA)
    assert [(shift.officer_id, shift.rung) for shift in found] == [(9, 0), (2, 1), (3, 1)]


def test_the_lower_rung_counts_when_an_officer_s_shifts_overlap() -> None:
    shifts = [PlannedShift(1, 0, time(0), time(0), rung=2), PlannedShift(1, 0, time(8), time(9), rung=0)]
    assert [shift.rung for shift in on_duty(shifts, MONDAY.replace(hour=8), JAKARTA)] == [0]


@pytest.mark.parametrize(
    ("hour_utc", "minute", "expected"),
    [(0, 29, [1]), (0, 30, [2]), (0, 59, [2]), (1, 0, [2]), (1, 31, [2]), (2, 0, [2])],
)
def test_an_hour_that_comes_twice_ends_a_shift_once(hour_utc: int, minute: int, expected: list[int]) -> None:
    # Berlin, 25 October 2026: 02:00-03:00 comes twice, from 00:00 and from 01:00 UTC.
    shifts = [PlannedShift(1, 6, time(0), time(2, 30)), PlannedShift(2, 6, time(2, 30), time(8))]
    assert ids(shifts, datetime(2026, 10, 25, hour_utc, minute, tzinfo=UTC), BERLIN) == expected


def test_an_hour_that_does_not_come_hands_over_at_the_jump() -> None:
    # Berlin, 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC.
    shifts = [PlannedShift(1, 6, time(0), time(2, 30)), PlannedShift(2, 6, time(2, 30), time(8))]
    jump = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert ids(shifts, jump - timedelta(microseconds=1), BERLIN) == [1]
    assert ids(shifts, jump, BERLIN) == [2]


def test_the_clock_never_runs_backwards() -> None:
    instants = [datetime(2026, 10, 25, tzinfo=UTC) + n * timedelta(minutes=7) for n in range(40)]
    shown = [clock(at, BERLIN) for at in instants]
    assert shown == sorted(shown)


times = st.times().map(lambda value: value.replace(second=0, microsecond=0))
zones = st.sampled_from(["Asia/Jakarta", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
shifts_of_a_week = st.lists(
    st.builds(PlannedShift, st.integers(1, 4), st.integers(0, 6), times, times, st.integers(0, 2)),
    max_size=12,
)
# Days around the clock changes of 2026 in the zones above, and others.
instants_of_2026 = st.one_of(
    st.datetimes(datetime(2026, 1, 5), datetime(2026, 12, 20)),
    *(
        st.datetimes(datetime(2026, month, day) - timedelta(1), datetime(2026, month, day) + timedelta(2))
        for month, day in ((3, 8), (3, 29), (4, 4), (10, 3), (10, 25), (11, 1))
    ),
).map(lambda value: value.replace(tzinfo=UTC, second=0, microsecond=0))


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(st.integers(0, 6), times), min_size=1, max_size=12, unique=True),
    instants_of_2026,
    zones,
)
def test_shifts_that_partition_the_week_leave_exactly_one_on_duty(
    edges: list[tuple[int, time]], at: datetime, zone: str
) -> None:
    assert len(on_duty(partition(edges), at, ZoneInfo(zone))) == 1


def partition(edges: list[tuple[int, time]]) -> list[PlannedShift]:
    """Cut the week at the edges; each piece of at most a day is a shift of its own officer."""
    cuts = {day * 1440 + at.hour * 60 + at.minute for day, at in edges}
    cuts |= {day * 1440 for day in range(7)}
    ordered = sorted(cuts)
    return [
        PlannedShift(n, start // 1440, clock_time(start), clock_time(end))
        for n, (start, end) in enumerate(zip(ordered, [*ordered[1:], 7 * 1440], strict=True), start=1)
    ]


def clock_time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


@settings(deadline=None, max_examples=40)
@given(shifts_of_a_week, instants_of_2026, zones)
def test_it_equals_a_slow_model_that_walks_minute_by_minute(
    shifts: list[PlannedShift], at: datetime, zone: str
) -> None:
    expected = sorted(
        {rank for rank in walk(shifts, at, ZoneInfo(zone))}, key=lambda rank: (rank[1], rank[0])
    )
    best = {officer: rung for officer, rung in reversed(expected)}
    found = on_duty(shifts, at, ZoneInfo(zone))
    assert {shift.officer_id: shift.rung for shift in found} == best
    assert [shift.officer_id for shift in found] == sorted(best, key=lambda officer: (best[officer], officer))


def walk(shifts: list[PlannedShift], at: datetime, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """Walk from three days before: a shift begins and ends when a clock first shows its time or later."""
    minutes = [at - n * MINUTE for n in range(3 * 1440, -1, -1)]
    shown = [moment.astimezone(zone).replace(tzinfo=None) for moment in minutes]
    for shift in shifts:
        for day in {moment.date() for moment in shown}:
            if day.weekday() == shift.weekday and running(shift, day, shown):
                yield shift.officer_id, shift.rung


def running(shift: PlannedShift, day: date, shown: list[datetime]) -> bool:
    next_day = timedelta(days=0 if shift.ends > shift.starts else 1)
    start, end = datetime.combine(day, shift.starts), datetime.combine(day + next_day, shift.ends)
    return any(moment >= start for moment in shown) and not any(moment >= end for moment in shown)


def agency(session: Session, code: str, until: date | None = None) -> Agency:
    made = Agency(
        code=code, name=code.title(), tier=Tier.DINAS, active_from=date(2026, 1, 1), active_until=until
    )
    session.add(made)
    session.flush()
    return made


def officer(session: Session, owner: Agency, *, rung: int | None, **fields: object) -> Officer:
    made = Officer(agency_id=owner.id, name="Petugas", **fields)
    session.add(made)
    session.flush()
    if rung is not None:
        session.add_all(
            Shift(
                agency_id=owner.id, officer_id=made.id, weekday=day, starts=time(0), ends=time(0), rung=rung
            )
            for day in range(7)
        )
    session.flush()
    return made


def test_members_name_each_way_to_reach_an_officer(session: Session) -> None:
    dinas = agency(session, "dinsos")
    first = officer(session, dinas, rung=0, sip_secret="s", mobile="+628123456789")
    second = officer(session, dinas, rung=1, mobile="+628123456780")
    officer(session, dinas, rung=1)
    officer(session, dinas, rung=0, sip_secret="s", active=False)
    officer(session, dinas, rung=None, sip_secret="s")
    sip, mobile = f"PJSIP/officer-{first.id}", f"Local/officer-{second.id}@mobile/n"
    assert Ladders(session, JAKARTA).members(MONDAY) == {
        "agency-dinsos": [
            Member(sip, f"officer-{first.id}", 0),
            Member(mobile, f"officer-{second.id}", 1),
        ],
        "agency-dinsos-emergency": [
            Member(sip, f"officer-{first.id}", 0),
            Member(mobile, f"officer-{second.id}", 0),
        ],
    }


def test_an_agency_without_anybody_has_empty_queues_and_a_former_one_has_none(session: Session) -> None:
    agency(session, "bwi")
    agency(session, "former", until=date(2026, 11, 23))
    assert Ladders(session, JAKARTA).members(MONDAY) == {"agency-bwi": [], "agency-bwi-emergency": []}


def test_an_officer_nobody_can_ring_is_still_on_duty(session: Session) -> None:
    dinas = agency(session, "dinsos")
    person = officer(session, dinas, rung=0)
    (found,) = Duty(session, JAKARTA).on_duty(dinas.id, MONDAY)
    assert (found.officer_id, found.interface) == (person.id, None)


def test_members_of_450_agencies_take_four_queries(session: Session) -> None:
    for n in range(450):
        owner = agency(session, f"desa-{n}")
        officer(session, owner, rung=0, sip_secret="s")
        officer(session, owner, rung=1, mobile="+628123456780")
    session.flush()
    statements: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *call: statements.append(call[2]))
    members = Ladders(session, JAKARTA).members(MONDAY)
    assert len(members) == 900
    assert all(len(queue) == 2 for queue in members.values())
    assert len(statements) == 4

"""The weekly roster and the hours nobody covers."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from callcenter.services.duty import PlannedShift, on_duty
from callcenter.services.fields import FieldError
from callcenter.services.roster import MINUTES_A_WEEK, Roster, ShiftForm, Span, gaps, gaps_of, spans
from tests import factories

JAKARTA = ZoneInfo("Asia/Jakarta")
MONDAY = datetime(2026, 11, 23, tzinfo=JAKARTA)


def test_a_shift_over_midnight_is_cut_there() -> None:
    saturday = [(span.weekday, span.clock) for span in spans(5, time(19), time(7))]
    assert saturday == [(5, ("19:00", "24:00")), (6, ("00:00", "07:00"))]
    sunday = [(span.weekday, span.clock) for span in spans(6, time(7), time(7))]
    assert sunday == [(6, ("07:00", "24:00")), (0, ("00:00", "07:00"))]
    assert spans(0, time(0), time(0)) == [Span(0, 1440)]
    assert spans(0, time(22), time(0)) == [Span(1320, 1440)]


def test_an_empty_roster_is_seven_gaps() -> None:
    assert gaps([]) == [Span(day * 1440, day * 1440 + 1440) for day in range(7)]


times = st.times().map(lambda value: value.replace(second=0, microsecond=0))
shifts = st.lists(st.builds(PlannedShift, st.integers(1, 3), st.integers(0, 6), times, times), max_size=8)


@given(shifts, st.integers(0, MINUTES_A_WEEK - 1))
def test_a_minute_is_in_a_gap_exactly_when_nobody_is_on_duty(week: list[PlannedShift], minute: int) -> None:
    covered = [span for shift in week for span in spans(shift.weekday, shift.starts, shift.ends)]
    free = any(span.starts <= minute < span.ends for span in gaps(covered))
    assert free is not bool(on_duty(week, MONDAY + timedelta(minutes=minute), JAKARTA))


def test_a_shift_is_added_on_each_day_and_taken_out(session: Session) -> None:
    agency = factories.agency(session)
    officer, roster = factories.officer(session, agency), Roster(session)
    roster.add(agency, officer, ShiftForm(list("0123456"), "7:00", "19.00"))
    roster.add(agency, officer, ShiftForm(list("0123456"), "19:00", "7:00", "1"))
    week = roster.week(agency.id)
    assert (len(week), gaps_of(week)) == (14, [])
    roster.remove(week[0])
    assert [(gap.weekday, gap.clock) for gap in gaps_of(roster.week(agency.id))] == [(0, ("07:00", "19:00"))]


def test_an_officer_who_left_covers_nothing(session: Session) -> None:
    agency = factories.agency(session)
    officer, roster = factories.officer(session, agency), Roster(session)
    roster.add(agency, officer, ShiftForm(list("0123456"), "0:00", "24:00"))
    officer.active = False
    assert len(gaps_of(roster.week(agency.id))) == 7


@pytest.mark.parametrize(
    ("form", "field", "code"),
    [
        (ShiftForm([], "7:00", "8:00"), "weekdays", "empty"),
        (ShiftForm(["7"], "7:00", "8:00"), "weekdays", "bad_weekday"),
        (ShiftForm(["-1"], "7:00", "8:00"), "weekdays", "bad_weekday"),
        (ShiftForm(["0"], "24:01", "8:00"), "starts", "bad_time"),
        (ShiftForm(["0"], "7:00", "8"), "ends", "bad_time"),
        (ShiftForm(["0"], "7:00", "8:00", "10"), "rung", "bad_rung"),
        (ShiftForm(["0"], "7:00", "8:00", "²"), "rung", "bad_rung"),
        (ShiftForm(["1", "0"], "9:00", "8:00"), "starts", "taken_shift"),
    ],
)
def test_what_cannot_be_a_shift_is_refused(session: Session, form: ShiftForm, field: str, code: str) -> None:
    agency = factories.agency(session)
    officer, roster = factories.officer(session, agency), Roster(session)
    roster.add(agency, officer, ShiftForm(["0"], "9:00", "10:00"))
    with pytest.raises(FieldError) as refused:
        roster.add(agency, officer, form)
    assert (refused.value.field, refused.value.code) == (field, code)
    assert len(roster.week(agency.id)) == 1


def test_another_agency_s_officer_is_refused(session: Session) -> None:
    agency, other = factories.agency(session), factories.agency(session, "dlh", "DLH")
    with pytest.raises(FieldError, match="unknown_officer"):
        Roster(session).add(agency, factories.officer(session, other), ShiftForm(["0"], "7:00", "8:00"))

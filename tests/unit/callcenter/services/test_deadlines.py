from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from callcenter.services import deadlines

JAKARTA = ZoneInfo("Asia/Jakarta")


def test_three_working_days_from_a_monday_end_with_thursday() -> None:
    start = datetime(2026, 11, 23, 3, 0, tzinfo=JAKARTA)
    assert deadlines.due(deadlines.VERIFICATION, start, JAKARTA) == datetime(2026, 11, 27, tzinfo=JAKARTA)


def test_a_weekend_does_not_count() -> None:
    friday = datetime(2026, 11, 20, 16, 0, tzinfo=JAKARTA)
    assert deadlines.due(deadlines.VERIFICATION, friday, JAKARTA) == datetime(2026, 11, 26, tzinfo=JAKARTA)


def test_the_day_is_the_instance_s_own() -> None:
    late_on_sunday_utc = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)  # already Monday in Indramayu
    due = deadlines.due(deadlines.VERIFICATION, late_on_sunday_utc, JAKARTA)
    assert due == datetime(2026, 11, 27, tzinfo=JAKARTA)


def test_independence_day_is_no_working_day() -> None:
    assert not deadlines.is_working_day(date(2026, 8, 17))
    assert deadlines.is_working_day(date(2026, 8, 18))


def test_an_abandoned_emergency_is_due_within_minutes() -> None:
    start = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    due = deadlines.due(deadlines.CALL_BACK_EMERGENCY, start, JAKARTA)
    assert (due - start).total_seconds() == 300

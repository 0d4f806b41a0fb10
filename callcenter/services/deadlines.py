"""Deadlines as data: value, unit, counting rule, legal basis, class."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

import holidays


@dataclass(frozen=True, slots=True)
class Rule:
    """One deadline; ``source_class`` is P, S or R as FACTS explains."""

    value: int
    unit: Literal["working_days", "days", "minutes"]
    basis: str
    source_class: str


VERIFICATION = Rule(3, "working_days", "SP4N-LAPOR!: verification", "S")
CALL_BACK = Rule(60, "minutes", "house rule: an abandoned call is called back within the hour", "-")
CALL_BACK_EMERGENCY = Rule(5, "minutes", "house rule: an abandoned emergency is called back at once", "-")
CALL_BACK_MARKED = Rule(240, "minutes", "house rule: a number marked as a nuisance is called back later", "-")
ESCALATION = Rule(30, "minutes", "house rule: between the rungs above a late call-back", "-")
ESCALATION_EMERGENCY = Rule(5, "minutes", "house rule: between the rungs above a late emergency", "-")
DISPATCH = Rule(15, "minutes", "house rule: between the rungs above a ticket that nobody has accepted", "-")
DISPATCH_EMERGENCY = Rule(2, "minutes", "house rule: between the rungs above an emergency's ticket", "-")
NUISANCE_MARK = Rule(30, "days", "house rule: a mark on a number ends unless somebody extends it", "-")


def due(rule: Rule, start: datetime, zone: ZoneInfo) -> datetime:
    """Compute when ``rule`` runs out for something that began at ``start``.

    Working days leave out Saturdays, Sundays, national holidays and *cuti
    bersama*; the day of the start does not count, and the last day is whole.
    """
    if rule.unit == "minutes":
        return start + timedelta(minutes=rule.value)
    if rule.unit == "days":
        return start + timedelta(days=rule.value)
    return _after_working_days(start, rule.value, zone)


def prepare(today: date) -> None:
    """Load the calendar ahead of the first call: that takes most of a second."""
    _calendar(today.year)


def is_working_day(day: date) -> bool:
    """Tell whether offices work on ``day`` in Indonesia."""
    return day.weekday() < 5 and day not in _calendar(day.year)


def holidays_between(first: date, last: date) -> frozenset[date]:
    """List the national holidays and *cuti bersama* from ``first`` to ``last``."""
    years = range(first.year, last.year + 1)
    return frozenset(day for year in years for day in _calendar(year) if first <= day <= last)


def _after_working_days(start: datetime, count: int, zone: ZoneInfo) -> datetime:
    day = start.astimezone(zone).date()
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)


@cache
def _calendar(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("ID", years=year, categories=("public", "government"))

"""Gaps of weekly plans and rosters alike, before they happen."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from callcenter.models import Agency, Shift
from callcenter.roster.resolver import Resolver, second
from callcenter.services.duty import PlannedShift, on_duty
from callcenter.services.gaps import Gaps
from callcenter.services.rosters import Rosters
from callcenter.services.weekly import weekly_roster
from tests import factories

ZONE = ZoneInfo("Asia/Jakarta")
MONDAY = datetime(2026, 11, 23, tzinfo=ZONE)


def agency(session: Session, code: str, number: str) -> Agency:
    made = factories.agency(session, code, code.title())
    factories.line(session, made, number)
    return made


def gaps(session: Session, days: int = 7) -> list[tuple[str, str, str]]:
    found = Gaps(session, ZONE).ahead(MONDAY, days)
    return [
        (gap.agency.code, *(at.astimezone(ZONE).strftime("%a %H:%M") for at in (gap.starts, gap.ends)))
        for gap in found
    ]


def test_a_weekly_plan_has_gaps_where_nobody_active_stands(session: Session) -> None:
    of = agency(session, "dinsos", "70001")
    officer, gone = (
        factories.officer(session, of, "Ani"),
        factories.officer(session, of, "Budi", active=False),
    )
    for day in range(6):
        factories.shift(session, officer, day)
    factories.shift(session, gone, 6)
    assert gaps(session) == [("dinsos", "Sun 00:00", "Mon 00:00")]


def test_a_roster_has_gaps_where_its_people_left(session: Session) -> None:
    of = agency(session, "dinsos", "70001")
    officers = {name: factories.officer(session, of, name) for name in ("Ani", "Budi")}
    plan = {"unit": "day", "start": "2026-11-01T08:00", "groups": ["Ani", "Budi"]}
    document = {"zone": "Asia/Jakarta", "layers": [{"rotation": plan}]}
    Rosters(session).use(of, json.dumps(document), "Surat tugas 7", None, MONDAY)
    assert gaps(session) == []
    officers["Budi"].active = False
    session.flush()
    assert gaps(session, 3) == [("dinsos", "Mon 00:00", "Mon 08:00"), ("dinsos", "Tue 08:00", "Wed 08:00")]


def test_an_agency_without_a_line_owes_nobody_and_one_without_officers_everybody(session: Session) -> None:
    factories.agency(session, "arsip")
    agency(session, "rsud", "70002")
    assert gaps(session, 2) == [("rsud", "Mon 00:00", "Wed 00:00")]


times = st.times(max_value=time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None))
shifts = st.builds(
    Shift, agency_id=st.just(1), officer_id=st.integers(1, 4), weekday=st.integers(0, 6), starts=times, ends=times,
    rung=st.integers(0, 2),
)  # fmt: skip


@given(st.lists(shifts, max_size=6), st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
@settings(max_examples=200)
def test_a_weekly_plan_as_a_roster_answers_as_the_plan_does(week: list[Shift], at: datetime) -> None:
    moment = at.replace(microsecond=0, tzinfo=UTC)
    for zone in (ZONE, ZoneInfo("Europe/Berlin")):
        resolver = Resolver(weekly_roster(week, zone.key))
        told = {(int(one.who), one.role.rung) for one in resolver.on_duty(second(moment))}
        planned = [PlannedShift(it.officer_id, it.weekday, it.starts, it.ends, it.rung) for it in week]
        assert told == {(it.officer_id, it.rung) for it in on_duty(planned, moment, zone)}


def test_days_are_whole(session: Session) -> None:
    agency(session, "rsud", "70002")
    [gap] = Gaps(session, ZONE).ahead(MONDAY, 1)
    assert (gap.ends - gap.starts, gap.hours) == (timedelta(days=1), 24)

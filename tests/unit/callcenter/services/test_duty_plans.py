"""One-off plans: laid over whatever an agency follows, for their period and no moment of the past."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from callcenter.models import Agency, DutyChange, Officer
from callcenter.roster.values import DocumentError
from callcenter.services.duty import Duty
from callcenter.services.duty_files import DutyFiles
from callcenter.services.duty_plans import DutyPlans
from callcenter.services.duty_rows import DutyRow, Period
from callcenter.services.fields import FieldError
from callcenter.services.rosters import Rosters
from tests import factories

ZONE = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZONE)
HEAD = "tanggal;mulai;selesai;petugas;peran\n"


@pytest.fixture
def agency(session: Session) -> Agency:
    return factories.agency(session)


@pytest.fixture
def officers(session: Session, agency: Agency) -> dict[str, Officer]:
    """Ani by day, Budi by night; Cici has no shift."""
    found = {name: factories.officer(session, agency, name) for name in ("Ani", "Budi", "Cici")}
    for weekday in range(7):
        factories.shift(session, found["Ani"], weekday, starts=time(7), ends=time(19))
        factories.shift(session, found["Budi"], weekday, starts=time(19), ends=time(7))
    return found


def days(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


def publish(
    session: Session, agency: Agency, period: Period, *rows: str, now: datetime = NOW, reason: str = "Surat 1"
) -> None:
    DutyPlans(session, ZONE).publish(
        agency, drafted(session, agency, period, *rows), period, reason, None, now
    )


def drafted(session: Session, agency: Agency, period: Period, *rows: str) -> list[DutyRow]:
    draft = DutyFiles(session, ZONE).read(agency, (HEAD + "\n".join(rows)).encode(), period)
    assert draft.mistakes == []
    return list(draft.rows)


def who(session: Session, agency: Agency, at: str) -> list[tuple[str, int]]:
    moment = datetime.fromisoformat(at).replace(tzinfo=ZONE)
    return [(one.name, one.rung) for one in Duty(session, ZONE).on_duty(agency.id, moment)]


def test_a_plan_stands_for_its_period_and_the_week_around_it(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    publish(
        session,
        agency,
        days("2026-12-01", "2026-12-02"),
        "2026-12-01;07:00;19:00;Cici;",
        "2026-12-01;07:00;19:00;Budi;cadangan",
        "2026-12-02;19:00;07:00;Cici;",
    )
    assert who(session, agency, "2026-11-30T23:59") == [("Budi", 0)]
    assert who(session, agency, "2026-12-01T00:00") == []
    assert who(session, agency, "2026-12-01T07:00") == [("Cici", 0), ("Budi", 1)]
    assert who(session, agency, "2026-12-02T23:59") == [("Cici", 0)]
    assert who(session, agency, "2026-12-03T00:00") == [("Budi", 0)]
    assert who(session, agency, "2026-12-03T07:00") == [("Ani", 0)]


def test_the_week_as_a_document_answers_as_the_week_did(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    factories.shift(session, officers["Cici"], 2, starts=time(8), ends=time(16), rung=2)
    hours = [NOW + timedelta(hours=number) for number in range(-48, 240)]
    before = [Duty(session, ZONE).on_duty(agency.id, at) for at in hours]
    publish(session, agency, days("2027-01-01", "2027-01-01"), "2027-01-01;07:00;19:00;Cici;")
    assert [Duty(session, ZONE).on_duty(agency.id, at) for at in hours] == before
    version = Rosters(session).current(agency.id)
    assert version is not None
    assert version.document is not None
    assert {"people": ["Ani"]}.items() <= json.loads(version.document)["layers"][0].items()


def test_what_has_been_stays_as_it_was(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    today = days("2026-11-24", "2026-11-24")
    publish(session, agency, today, "2026-11-24;00:00;24:00;Cici;")
    assert who(session, agency, "2026-11-24T09:59") == [("Ani", 0)]
    assert who(session, agency, "2026-11-24T10:00") == [("Cici", 0)]
    publish(session, agency, today, "2026-11-24;00:00;24:00;Budi;", now=NOW + timedelta(hours=2))
    assert who(session, agency, "2026-11-24T09:59") == [("Ani", 0)]
    assert who(session, agency, "2026-11-24T11:59") == [("Cici", 0)]
    assert who(session, agency, "2026-11-24T12:00") == [("Budi", 0)]
    with pytest.raises(FieldError, match="past"):
        publish(session, agency, today, "2026-11-24;00:00;24:00;Cici;", now=NOW + timedelta(days=1))


def test_a_later_plan_cuts_an_earlier_one_and_takes_what_lies_in_it(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    long = [f"2026-12-{day:02};00:00;24:00;Cici;" for day in range(1, 11)]
    publish(session, agency, days("2026-12-01", "2026-12-10"), *long)
    publish(session, agency, days("2026-12-04", "2026-12-05"), "2026-12-04;00:00;24:00;Ani;")
    assert [who(session, agency, f"2026-12-{day:02}T12:00") for day in (3, 4, 5, 6)] == [
        [("Cici", 0)],
        [("Ani", 0)],
        [],
        [("Cici", 0)],
    ]
    assert len(_temporary(session, agency)) == 3
    publish(session, agency, days("2026-12-02", "2026-12-31"), "2026-12-02;00:00;24:00;Budi;")
    assert [(one["from"][:10], one["to"][:10]) for one in _temporary(session, agency)] == [
        ("2026-12-01", "2026-12-02"),
        ("2026-12-02", "2027-01-01"),
    ]


def _temporary(session: Session, agency: Agency) -> list[dict[str, str]]:
    version = Rosters(session).current(agency.id)
    assert version is not None
    assert version.document is not None
    found: list[dict[str, str]] = json.loads(version.document)["temporary"]
    return found


def test_who_is_renamed_or_has_left_is_still_meant(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    publish(session, agency, days("2026-12-01", "2026-12-01"), "2026-12-01;00:00;24:00;Cici;")
    officers["Cici"].name = "Cici Paramida"
    officers["Budi"].active = False
    other = factories.officer(session, agency, "Cici")
    publish(session, agency, days("2026-12-02", "2026-12-02"), "2026-12-02;00:00;12:00;Cici;")
    publish(session, agency, days("2026-12-03", "2026-12-03"), "2026-12-03;00:00;12:00;Cici Paramida;")
    assert who(session, agency, "2026-12-01T08:00") == [("Cici Paramida", 0)]
    moment = datetime(2026, 12, 2, 8, tzinfo=ZONE)
    assert [one.officer_id for one in Duty(session, ZONE).on_duty(agency.id, moment)] == [other.id]
    assert who(session, agency, "2026-12-03T08:00") == [("Cici Paramida", 0)]
    assert who(session, agency, "2026-12-04T20:00") == []


def test_officers_of_one_name_in_the_week_are_told_apart(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    officers["Budi"].name = "Ani"
    strange = factories.officer(session, agency, "position:kepala")
    factories.shift(session, strange, 0, rung=1)
    publish(session, agency, days("2026-12-01", "2026-12-01"), "2026-12-01;00:00;24:00;Cici;")
    moments = [datetime(2026, 12, 7, hour, tzinfo=ZONE) for hour in (8, 20)]
    found = [[one.officer_id for one in Duty(session, ZONE).on_duty(agency.id, at)] for at in moments]
    assert found == [[officers["Ani"].id, strange.id], [officers["Budi"].id, strange.id]]


def test_rows_are_laid_over_a_roster_of_other_clocks(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    Rosters(session).use(agency, json.dumps({"zone": "Asia/Makassar"}), "Surat 1", None, NOW)
    publish(session, agency, days("2026-12-01", "2026-12-01"), "2026-12-01;08:00;16:00;Cici;")
    assert [who(session, agency, f"2026-12-01T{hour}") for hour in ("07:59", "08:00", "15:59", "16:00")] == [
        [],
        [("Cici", 0)],
        [("Cici", 0)],
        [],
    ]


def test_nothing_is_published_without_a_reason(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    with pytest.raises(DocumentError, match="reason: is missing"):
        publish(
            session, agency, days("2026-12-01", "2026-12-01"), "2026-12-01;00:00;24:00;Cici;", reason=" \n"
        )
    assert Rosters(session).current(agency.id) is None


def test_the_outlook_tells_what_a_plan_would_come_to(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    factories.shift(session, officers["Cici"], 0, rung=3)
    starts, ends = datetime(2026, 12, 1, 9, tzinfo=ZONE), datetime(2026, 12, 1, 12, tzinfo=ZONE)
    facts = {"kind": "leave", "status": "in_force", "people": [], "instead_of": [officers["Cici"].id]}
    session.add(DutyChange(agency_id=agency.id, at=NOW, reason="Cuti", starts=starts, ends=ends, **facts))
    session.flush()
    period = days("2026-12-01", "2026-12-02")
    rows = drafted(
        session,
        agency,
        period,
        "2026-12-01;07:00;19:00;Cici;",
        "2026-12-01;19:00;07:00;Budi;",
        "2026-12-02;07:00;19:00;Ani;",
        "2026-12-02;19:00;07:00;Budi;",
    )
    found = DutyPlans(session, ZONE).outlook(agency, rows, period, NOW)
    assert [(one[0].astimezone(ZONE).hour, one[1].astimezone(ZONE).hour) for one in found.gaps] == [
        (0, 7),
        (9, 12),
    ]
    assert found.hours == [("Budi", 17), ("Ani", 12), ("Cici", 9)]
    assert [row.number for row in found.away] == [2]
    assert [row.number for row in found.cut] == [5]
    assert found.joins_rungs
    assert Rosters(session).history(agency.id) == []


def test_the_outlook_begins_now(session: Session, agency: Agency, officers: dict[str, Officer]) -> None:
    period = days("2026-11-20", "2026-11-24")
    rows = drafted(session, agency, period, "2026-11-24;00:00;24:00;Cici;")
    found = DutyPlans(session, ZONE).outlook(agency, rows, period, NOW)
    assert (found.starts, found.ends) == (NOW, datetime(2026, 11, 24, 17, tzinfo=UTC))
    assert (found.gaps, found.hours, found.joins_rungs) == ([], [("Cici", 14)], False)


def test_a_whole_roster_has_an_outlook_as_well(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    text = json.dumps(
        {"zone": "Asia/Jakarta", "layers": [{"people": "Cici", "hours": [{"from": "08:00", "to": "20:00"}]}]}
    )
    planned = Rosters(session).tried(agency, text)
    found = DutyPlans(session, ZONE).outlook_of(planned, days("2026-12-01", "2026-12-02"), NOW)
    assert (len(found.gaps), found.hours) == (3, [("Cici", 24)])

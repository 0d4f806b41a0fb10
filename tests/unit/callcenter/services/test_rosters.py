"""Rosters given to agencies: checked, kept with their reason, in force at once, given back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from callcenter.models import Agency, Officer
from callcenter.roster.values import DocumentError
from callcenter.services.duty import Duty
from callcenter.services.ladder import Ladders
from callcenter.services.rosters import LONGEST_DOCUMENT, Rosters
from tests import factories
from tests.factories import NOW

ZONE = ZoneInfo("Asia/Jakarta")
MONDAY = datetime(2026, 11, 23, 9, tzinfo=ZONE)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
DAILY = {
    "zone": "Asia/Jakarta",
    "layers": [
        {"rotation": {"unit": "day", "start": "2026-11-23T08:00", "groups": ["Ani", "Budi"]}},
        {"role": "deputy", "people": "position:kepala"},
    ],
    "positions": [{"position": "kepala", "who": "Cici"}],
}


@pytest.fixture
def agency(session: Session) -> Agency:
    return factories.agency(session)


@pytest.fixture
def officers(session: Session, agency: Agency) -> dict[str, Officer]:
    return {name: factories.officer(session, agency, name) for name in ("Ani", "Budi", "Cici", "Dedi")}


def use(session: Session, agency: Agency, document: object = DAILY, reason: str = "Surat tugas 7") -> None:
    Rosters(session).use(agency, json.dumps(document), reason, None, NOW)


def on_duty(session: Session, agency: Agency, at: datetime) -> list[tuple[str, int]]:
    return [(person.name, person.rung) for person in Duty(session, ZONE).on_duty(agency.id, at)]


def test_a_roster_is_in_force_in_place_of_the_weekly_plan(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    factories.shift(session, officers["Dedi"], 0)
    assert on_duty(session, agency, MONDAY) == [("Dedi", 0)]
    use(session, agency)
    assert on_duty(session, agency, MONDAY) == [("Ani", 0), ("Cici", 1)]
    assert on_duty(session, agency, MONDAY + DAY) == [("Budi", 0), ("Cici", 1)]
    Rosters(session).withdraw(agency, "Kembali ke jaga mingguan", None, NOW)
    assert on_duty(session, agency, MONDAY) == [("Dedi", 0)]


def test_the_exchange_s_members_follow_it(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    other = factories.agency(session, "rsud", "RSUD")
    factories.shift(session, factories.officer(session, other, "Eka"), 0)
    use(session, agency)
    members = Ladders(session, ZONE).members(MONDAY)
    assert [(one.interface, one.penalty) for one in members["agency-dinsos"]] == [
        (f"PJSIP/officer-{officers['Ani'].id}", 0),
        (f"PJSIP/officer-{officers['Cici'].id}", 1),
    ]
    assert len(members["agency-rsud"]) == 1


def test_national_holidays_are_those_of_the_calendar_it_names(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    office = {
        "hours": [{"from": "08:00", "to": "16:00"}],
        "people": "Ani",
        "priority": 1,
        "on_holidays": "off",
    }
    use(
        session,
        agency,
        {"zone": "Asia/Jakarta", "holidays": ["ID", "2026-12-23"], "layers": [office, {"people": "Budi"}]},
    )
    noon = datetime(2026, 12, 22, 12, tzinfo=ZONE)
    found = [on_duty(session, agency, noon + days * DAY)[0][0] for days in range(5)]
    assert found == ["Ani", "Budi", "Budi", "Budi", "Ani"]  # 24 and 25 December: joint leave and Christmas


def test_who_is_renamed_stays_and_who_left_does_not(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    use(session, agency)
    officers["Ani"].name = "Ani Suryani"
    officers["Cici"].active = False
    session.flush()
    assert on_duty(session, agency, MONDAY) == [("Ani Suryani", 0)]


def test_an_agency_whose_roster_has_nobody_is_left_out(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    factories.shift(session, officers["Dedi"], 0)
    use(session, agency, {"zone": "Asia/Jakarta"})
    assert Duty(session, ZONE).everywhere(MONDAY) == {}


def test_every_version_is_kept_with_its_reason(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    use(session, agency, reason="Surat tugas 7")
    Rosters(session).withdraw(agency, "Salah unggah", None, NOW)
    use(session, agency, reason="  Surat\ttugas 8 ")
    kept = Rosters(session).history(agency.id)
    assert [(one.reason, one.document is not None) for one in kept] == [
        ("Surat tugas 8", True),
        ("Salah unggah", False),
        ("Surat tugas 7", True),
    ]


def test_whom_a_roster_cannot_mean_is_refused(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    factories.officer(session, agency, "Budi")
    with pytest.raises(DocumentError, match="Budi: are 2 officers of"):
        use(session, agency)
    officers["Ani"].active = False
    session.flush()
    with pytest.raises(DocumentError, match="Ani: is no active officer of"):
        use(session, agency)
    with pytest.raises(DocumentError, match="reason: is missing"):
        use(session, agency, {"zone": "Asia/Jakarta"}, reason=" ")
    with pytest.raises(DocumentError, match="zone: is missing"):
        use(session, agency, {})
    with pytest.raises(DocumentError, match="longer than"):
        Rosters(session).use(agency, " " * (LONGEST_DOCUMENT + 1), "x", None, NOW)
    assert Rosters(session).history(agency.id) == []


def test_a_past_day_is_read_by_the_roster_of_then(
    session: Session, agency: Agency, officers: dict[str, Officer]
) -> None:
    factories.shift(session, officers["Dedi"], 0)
    starts, ends = (int((MONDAY + hours * HOUR).timestamp()) for hours in (-9, 15))
    given = int(NOW.timestamp())
    use(session, agency)
    Rosters(session).use(agency, json.dumps({"zone": "Asia/Jakarta"}), "Besok", None, NOW + DAY)
    pieces = Rosters(session).as_it_was(agency.id, ZONE.key, starts, ends)
    assert [(one.starts, one.ends) for one in pieces] == [(starts, given), (given, ends)]
    assert [one.plan.on_duty(given) for one in pieces] == [
        [(officers["Dedi"].id, 0)],
        [(officers["Ani"].id, 0), (officers["Cici"].id, 1)],
    ]
    (later,) = Rosters(session).as_it_was(agency.id, ZONE.key, ends + 86_400, ends + 2 * 86_400)
    assert later.plan.on_duty(ends + 86_400) == []
    Rosters(session).withdraw(agency, "Kembali", None, NOW + 2 * DAY)
    assert len(Rosters(session).as_it_was(agency.id, ZONE.key, starts, ends)) == 2

"""Warnings, confirmations and telephones on the web."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from callcenter.models import Agency, DutyOwner, DutyReminder, DutyWarning, Officer, Role
from callcenter.node import link_key
from callcenter.services.reminders import token
from tests import factories
from tests.unit.callcenter.web.conftest import LogIn, Place

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
"""The time of the tests' pages: a Monday, 14.00 WIB."""


@pytest.fixture
def ids(place: Place) -> dict[str, int]:
    """Ani of dinsos has a mobile that nobody tried, and a duty this evening; Dewi is of dinkes."""
    with place.database.transaction() as session:
        agencies = {agency.code: agency for agency in session.scalars(select(Agency))}
        ani = factories.officer(session, agencies["dinsos"], "Ani", sip_secret=None, mobile="+628123456789")
        dewi = factories.officer(session, agencies["dinkes"], "Dewi")
        factories.shift(session, ani, 0, starts=time(20), ends=time(4))
        for officer in (ani, dewi):
            factories.account(session, officer.name.lower(), Role.OFFICER, officer.agency, officer)
        evening = NOW + timedelta(hours=6)
        reminder = DutyReminder(
            agency_id=ani.agency_id, officer_id=ani.id, at=NOW, starts=evening, ends=NOW + timedelta(hours=14)
        )
        session.add(reminder)
        for number, agency in enumerate(agencies.values()):
            session.add(
                DutyWarning(
                    subject=str(number), kind="nobody", agency_id=agency.id, found_at=NOW,
                    starts=NOW, ends=NOW + timedelta(days=1),
                )
            )  # fmt: skip
        no_phone = {"kind": "no_phone", "agency_id": ani.agency_id, "officer_id": ani.id}
        session.add(
            DutyWarning(subject="phone", found_at=NOW, starts=evening, ends=reminder.ends, **no_phone)
        )
        session.flush()
        found = {"dinsos": ani.agency_id, "dinkes": dewi.agency_id, "Ani": ani.id, "Dewi": dewi.id}
        return {**found, "reminder": reminder.id}


def link(place: Place, reminder_id: int) -> str:
    return f"/duty/confirm/{token(reminder_id, link_key(place.app.extensions['callcenter'].settings))}"


def confirmed(place: Place) -> datetime | None:
    with place.database.reading() as session:
        return session.scalars(select(DutyReminder.confirmed_at)).one()


def test_warnings_are_shown_to_who_may_see_the_agency(log_in: LogIn, ids: dict[str, int]) -> None:
    page = log_in("pengawas").get("/duty/warnings").text
    assert page.count("Tidak ada petugas jaga") >= 2
    assert "Dinas Kesehatan" in page
    assert "Telepon belum terbukti berfungsi" in page
    own = log_in("ani").get("/duty/warnings").text
    assert "Dinas Sosial" in own
    assert "Dinas Kesehatan" not in own


def test_a_supervisor_says_who_answers_for_a_roster(place: Place, log_in: LogIn, ids: dict[str, int]) -> None:
    url = f"/duty/{ids['dinsos']}/owner"
    assert log_in("ani").post(url, data={"owner": ids["Ani"]}).status_code == 404
    supervisor = log_in("pengawas")
    assert supervisor.post(url, data={"owner": ids["Dewi"]}).status_code == 404
    assert supervisor.post(url, data={"owner": ids["Ani"]}).status_code == 303
    page = supervisor.get(f"/duty/{ids['dinsos']}").text
    assert f'<option value="{ids["Ani"]}" selected>Ani</option>' in page
    supervisor.post(url, data={"owner": ""})
    with place.database.reading() as session:
        assert session.scalars(select(DutyOwner)).all() == []


def test_a_link_confirms_without_a_login_and_only_when_asked_to(place: Place, ids: dict[str, int]) -> None:
    client = place.app.test_client()
    url = link(place, ids["reminder"])
    page = client.get(url)
    assert "Ya, saya berjaga" in page.text
    assert confirmed(place) is None
    assert "Kehadiran Anda tercatat" in client.post(url).text
    assert confirmed(place) is not None
    assert "Kehadiran Anda tercatat" in client.get(url).text


@pytest.mark.parametrize("text", ["1-0", "x", "1-" + "0" * 32, "9" * 90])
def test_a_forged_link_confirms_nothing(place: Place, ids: dict[str, int], text: str) -> None:
    client = place.app.test_client()
    for answer in (client.get(f"/duty/confirm/{text}"), client.post(f"/duty/confirm/{text}")):
        assert answer.status_code == 404
    assert confirmed(place) is None


def test_an_officer_confirms_on_the_own_page(place: Place, log_in: LogIn, ids: dict[str, int]) -> None:
    url = f"/duty/reminders/{ids['reminder']}"
    assert log_in("dewi").post(url).status_code == 404
    ani = log_in("ani")
    assert "Apakah Anda siap berjaga?" in ani.get("/duty/mine").text
    assert ani.post(url).location == "/duty/mine"
    assert confirmed(place) is not None
    assert "Apakah Anda siap berjaga?" not in ani.get("/duty/mine").text


def test_an_officer_says_that_the_own_telephone_rings(
    place: Place, log_in: LogIn, ids: dict[str, int]
) -> None:
    url = f"/duty/phones/{ids['Ani']}"
    assert log_in("dewi").post(url).status_code == 404
    ani = log_in("ani")
    assert "Minta rekan menelepon +628123456789" in ani.get("/duty/mine").text
    assert ani.post(url).location == "/duty/mine"
    assert "belum terbukti" not in ani.get("/duty/mine").text
    with place.database.reading() as session:
        assert session.get_one(Officer, ids["Ani"]).phone_proof == "tried"


def test_who_covers_is_shown_where_nobody_is_on_duty(
    place: Place, log_in: LogIn, ids: dict[str, int]
) -> None:
    with place.database.transaction() as session:
        session.get_one(Agency, ids["dinsos"]).parent_id = ids["dinkes"]
        for day in range(7):
            factories.shift(session, session.get_one(Officer, ids["Dewi"]), day)
    assert "panggilan dijawab Dinas Kesehatan" in log_in("pengawas").get("/duty").text

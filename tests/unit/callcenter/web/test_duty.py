"""Duty on the web: who may see and change what, and the calendars that others read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from callcenter.models import AccessLog, Agency, DutyChange, DutyFeed, Officer, Role
from tests import factories
from tests.unit.callcenter.web.conftest import LogIn, Place

EVENING = {"starts": "2026-11-23T20:00", "ends": "2026-11-24T04:00", "reason": "Rapat"}


@pytest.fixture
def people(place: Place) -> dict[str, int]:
    """Ani by day, Budi by night at dinsos; Dewi at dinkes; Ani, Budi and Dewi can log in."""
    with place.database.transaction() as session:
        agencies = {agency.code: agency for agency in session.scalars(select(Agency))}
        found = {"dinsos": agencies["dinsos"].id, "dinkes": agencies["dinkes"].id}
        for name, code, hours in (
            ("Ani", "dinsos", (time(7), time(19))),
            ("Budi", "dinsos", (time(19), time(7))),
            ("Dewi", "dinkes", (time(0), time(0))),
        ):
            officer = factories.officer(session, agencies[code], name)
            for day in range(7):
                factories.shift(session, officer, day, starts=hours[0], ends=hours[1])
            factories.account(session, name.lower(), Role.OFFICER, agencies[code], officer)
            found[name] = officer.id
    return found


def changes(place: Place) -> list[DutyChange]:
    with place.database.reading() as session:
        return list(session.scalars(select(DutyChange).order_by(DutyChange.id)))


def test_everybody_sees_who_is_on_duty_as_far_as_they_may(
    place: Place, log_in: LogIn, people: dict[str, int]
) -> None:
    page = log_in("pengawas").get("/duty").text
    assert page.index("Dinas Kesehatan") < page.index("Dinas Sosial")
    assert "Dewi" in page
    assert "Dewi" not in log_in("pengawas").get("/duty?q=sosial").text
    officer = log_in("ani")
    assert "Dewi" not in officer.get("/duty").text
    assert officer.get(f"/duty/{people['dinsos']}").status_code == 200
    assert officer.get(f"/duty/{people['dinkes']}").status_code == 404
    assert (
        officer.get(
            f"/duty/{people['dinkes']}/substitutes?goes=1&starts=2026-11-23T20:00&ends=2026-11-24T20:00"
        ).status_code
        == 404
    )
    assert officer.get(f"/duty/{2**70}").status_code == 404


def test_only_supervisors_change_duty(place: Place, log_in: LogIn, people: dict[str, int]) -> None:
    data = {**EVENING, "kind": "replace", "comes": people["Ani"], "goes": people["Budi"]}
    assert log_in("ani").post(f"/duty/{people['dinsos']}", data=data).status_code == 404
    assert changes(place) == []
    supervisor = log_in("pengawas")
    answer = supervisor.post(f"/duty/{people['dinsos']}", data=data)
    assert answer.location == f"/duty/{people['dinsos']}?month=2026-11"
    assert "20.00–24.00</span> Ani" in supervisor.get(answer.location).text
    (change,) = changes(place)
    assert (
        log_in("ani").post(f"/duty/changes/{change.id}", data={"do": "undo", "decision": "x"}).status_code
        == 404
    )
    assert supervisor.post(f"/duty/changes/{change.id}", data={"do": "x", "decision": "y"}).status_code == 400
    supervisor.post(f"/duty/changes/{change.id}", data={"do": "undo", "decision": "Salah"})
    assert changes(place)[0].status == "undone"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"starts": "<b>"}, "Bukan waktu."),
        ({"comes": "'; DROP TABLE officer"}, "Tidak ada petugas aktif"),
        ({"goes": ""}, "Belum diisi."),
        ({"reason": ""}, "Belum diisi."),
        ({"kind": "\0"}, "Pilih perubahan"),
        ({"ends": "2026-11-23T01:00"}, "Berakhir sebelum mulai."),
    ],
)
def test_what_is_wrong_is_said_where_it_is(
    place: Place, log_in: LogIn, people: dict[str, int], wrong: dict[str, str], said: str
) -> None:
    data = {**EVENING, "kind": "replace", "comes": people["Ani"], "goes": people["Budi"], **wrong}
    answer = log_in("pengawas").post(f"/duty/{people['dinsos']}", data=data)
    assert answer.status_code == 422
    assert said in answer.text
    assert changes(place) == []


def test_an_officer_asks_and_a_colleague_of_the_same_agency_takes(
    place: Place, log_in: LogIn, people: dict[str, int]
) -> None:
    ani, budi, dewi = log_in("ani"), log_in("budi"), log_in("dewi")
    tomorrow = {"starts": "2026-11-24T07:00", "ends": "2026-11-24T19:00", "reason": "Anak sakit"}
    ani.post(f"/duty/{people['dinsos']}/ask", data=tomorrow)
    (ask,) = changes(place)
    assert "Anak sakit" in budi.get("/duty/mine").text
    assert "Anak sakit" not in dewi.get("/duty/mine").text
    assert dewi.post(f"/duty/asked/{ask.id}", data=tomorrow).status_code == 404
    too_much = {**tomorrow, "ends": "2026-11-24T20:00"}
    refused = budi.post(f"/duty/asked/{ask.id}", data=too_much)
    assert "Waktu itu tidak diminta" in budi.get(refused.location).text
    assert len(changes(place)) == 1
    budi.post(f"/duty/asked/{ask.id}", data=tomorrow)
    swap = changes(place)[1]
    assert (swap.people, swap.instead_of, swap.status) == ([people["Budi"]], [people["Ani"]], "open")
    log_in("pengawas").post(f"/duty/changes/{swap.id}", data={"do": "approve"})
    assert [one.status for one in changes(place)] == ["in_force", "in_force"]


def test_months_that_are_none_are_this_month(place: Place, log_in: LogIn, people: dict[str, int]) -> None:
    supervisor = log_in("pengawas")
    for text in ("2026-13", "x", "9999-12", "0001-01", "2026-11-01"):
        assert supervisor.get(f"/duty/{people['dinsos']}?month={text}").status_code == 200
    assert "November 2026" in supervisor.get(f"/duty/{people['dinsos']}?month=2026-13").text


def test_who_is_no_officer_has_no_duty(place: Place, log_in: LogIn) -> None:
    assert "bukan akun petugas" in log_in("pengawas").get("/duty/mine").text


def test_substitutes_are_proposed(place: Place, log_in: LogIn, people: dict[str, int]) -> None:
    asked = f"goes={people['Ani']}&starts=2026-11-24T07:00&ends=2026-11-24T19:00"
    supervisor = log_in("pengawas")
    assert "Budi" in supervisor.get(f"/duty/{people['dinsos']}/substitutes?{asked}").text
    for nonsense in ("", "goes=x", f"goes={people['Ani']}&starts=a&ends=b", "goes=²"):
        assert supervisor.get(f"/duty/{people['dinsos']}/substitutes?{nonsense}").text == ""
    ages = f"goes={people['Ani']}&starts=2001-01-01T00:00&ends=2199-01-01T00:00"
    assert "Budi" not in supervisor.get(f"/duty/{people['dinsos']}/substitutes?{ages}").text
    assert supervisor.post("/duty/feeds", data={"agency": "²"}).status_code == 404


def made(client: FlaskClient, **data: int) -> str:
    answer = client.post("/duty/feeds", data=data)
    return re.findall(r"/duty/feeds/[\w-]+\.ics", client.get(answer.location).text)[0]


def test_a_calendar_program_reads_an_officer_s_duty_until_it_is_revoked(
    place: Place, log_in: LogIn, people: dict[str, int]
) -> None:
    budi = log_in("budi")
    path = made(budi)
    program = place.app.test_client()
    answer = program.get(path)
    assert answer.mimetype == "text/calendar"
    assert b"\r\n" in answer.data
    calendar = Calendar.from_ical(answer.data)
    events = calendar.walk("VEVENT")
    starts = [event["dtstart"].dt for event in events]
    assert datetime(2026, 11, 23, 12, tzinfo=UTC) in starts
    assert {event["summary"] for event in events} == {"Jaga utama: Dinas Sosial"}
    assert len({event["uid"] for event in events}) == len(events)
    assert "Jaga Budi" in str(calendar["x-wr-calname"])
    with place.database.reading() as session:
        feed = session.scalars(select(DutyFeed)).one()
        assert path[12:-4] not in feed.token_hash
        assert [row.action for row in session.scalars(select(AccessLog))][-1] == "feed_made"
    assert log_in("ani").post(f"/duty/feeds/{feed.id}/revoke").status_code == 404
    budi.post(f"/duty/feeds/{feed.id}/revoke")
    assert program.get(path).status_code == 404
    assert program.get("/duty/feeds/x.ics").status_code == 404


def test_a_supervisor_makes_one_of_an_agency_and_an_officer_does_not(
    place: Place, log_in: LogIn, people: dict[str, int]
) -> None:
    calendar = Calendar.from_ical(
        place.app.test_client().get(made(log_in("pengawas"), agency=people["dinsos"])).data
    )
    assert {event["summary"] for event in calendar.walk("VEVENT")} == {"Jaga utama: Ani", "Jaga utama: Budi"}
    assert log_in("ani").post("/duty/feeds", data={"agency": people["dinsos"]}).status_code == 404
    assert log_in("pengawas").post("/duty/feeds", data={}).status_code == 404


def test_a_calendar_follows_changes_and_ends_with_its_officer(
    place: Place, log_in: LogIn, people: dict[str, int]
) -> None:
    path, program = made(log_in("ani")), place.app.test_client()
    data = {**EVENING, "kind": "replace", "comes": people["Ani"], "goes": people["Budi"]}
    log_in("pengawas").post(f"/duty/{people['dinsos']}", data=data)
    events = Calendar.from_ical(program.get(path).data).walk("VEVENT")
    assert datetime(2026, 11, 23, 13, tzinfo=UTC) in [event["dtstart"].dt for event in events]
    with place.database.transaction() as session:
        session.get_one(Officer, people["Ani"]).active = False
    assert program.get(path).status_code == 404


def test_a_week_shows_each_hour_once_and_keeps_its_place(
    place: Place, log_in: LogIn, people: dict[str, int]
) -> None:
    supervisor = log_in("pengawas")
    url = f"/duty/{people['dinsos']}/week"
    page = supervisor.get(f"{url}?week=2026-W49").text
    assert page.count("07.00–19.00</span> Ani") == page.count("19.00–24.00</span> Budi") == 7
    assert "#p1-2 { top: 29.16" in page
    assert "week=2026-W48" in page
    assert "week=2026-W50" in page
    data = {"kind": "remove", "goes": people["Ani"], "reason": "Rapat"}
    times = {"starts": "2026-12-01T08:00", "ends": "2026-12-01T10:30"}
    answer = supervisor.post(f"/duty/{people['dinsos']}?week=2026-W49", data={**data, **times})
    assert answer.location == f"{url}?week=2026-W49"
    changed = supervisor.get(answer.location).text
    assert "08.00–10.30</span> Tidak ada" in changed
    refused = supervisor.post(f"/duty/{people['dinsos']}?week=2026-W49", data={**data, **times, "reason": ""})
    assert (refused.status_code, "Minggu jaga" in refused.text) == (422, True)


@pytest.mark.parametrize("week", ["", "x", "2026-W60", "9999-W01", "0001-W01", "2026-W48-3"])
def test_nonsense_is_some_week(log_in: LogIn, people: dict[str, int], week: str) -> None:
    assert log_in("ani").get(f"/duty/{people['dinsos']}/week?week={week}").status_code == 200


def test_another_agency_s_week_is_not_shown(log_in: LogIn, people: dict[str, int]) -> None:
    assert log_in("ani").get(f"/duty/{people['dinkes']}/week").status_code == 404


def test_a_turn_that_nobody_has_is_filled_and_another_one_replaced(
    log_in: LogIn, people: dict[str, int]
) -> None:
    supervisor, url = log_in("pengawas"), f"/duty/{people['dinsos']}/week?week=2026-W49"
    times = "starts=2026-12-01T08:00&ends=2026-12-01T10:00"
    assert '<option value="add" selected>' in supervisor.get(f"{url}&{times}").text
    taken = supervisor.get(f"{url}&{times}&goes={people['Ani']}").text
    assert '<option value="replace" selected>' in taken

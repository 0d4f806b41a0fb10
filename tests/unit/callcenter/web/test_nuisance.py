"""Marks on numbers: reported from a call, decided on a page of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from callcenter.models import AccessLog, Agency, NuisanceMark
from tests import factories
from tests.factories import NOW
from tests.unit.callcenter.web.conftest import LogIn, Place

NUMBER = "+6281234567890"


def add_call(place: Place, code: str = "dinsos", **facts: object) -> int:
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == code)).one()
        return int(factories.call(session, agency, **facts).id)


def propose(place: Place, **facts: object) -> int:
    with place.database.transaction() as session:
        return int(factories.mark(session, **facts).id)


def marks(place: Place) -> list[NuisanceMark]:
    with place.database.reading() as session:
        return list(session.scalars(select(NuisanceMark).order_by(NuisanceMark.id)))


def test_an_officer_reports_and_a_supervisor_decides(place: Place, log_in: LogIn) -> None:
    call_id, officer, supervisor = add_call(place), log_in("petugas"), log_in("pengawas")
    assert "Laporkan panggilan iseng" in officer.get(f"/calls/{call_id}").text
    answer = officer.post(f"/calls/{call_id}/report", data={"note": "tertawa <b>"})
    assert "diteruskan kepada pengawas" in officer.get(answer.location).text
    officer.post(f"/calls/{call_id}/report", data={})
    page = officer.get(f"/calls/{call_id}").text
    assert "sudah dilaporkan" in page
    assert "Laporkan panggilan iseng" not in page
    assert "/nuisance" not in page

    listed = supervisor.get("/nuisance").text
    assert "tertawa &lt;b&gt;" in listed
    assert f'href="/calls/{call_id}"' in listed
    (mark,) = marks(place)
    answer = supervisor.post(f"/nuisance/{mark.id}", data={"decision": "confirm"})
    assert answer.location == "/nuisance?status=active"
    assert NUMBER in supervisor.get(answer.location).text
    assert marks(place)[0].status == "active"
    with place.database.reading() as session:
        actions = [row.action for row in session.scalars(select(AccessLog)) if row.action[:4] == "mark"]
    assert actions == ["mark_proposed", "mark_set"]


def test_a_mark_is_extended_withdrawn_and_listed_as_ended(place: Place, log_in: LogIn) -> None:
    supervisor = log_in("pengawas")
    with place.database.transaction() as session:
        mark = factories.active_mark(session)
        mark.set_by_id = 2
        one = mark.id
    place.clock.advance(days=3)
    supervisor.post(f"/nuisance/{one}", data={"decision": "extend"})
    assert marks(place)[0].expires_at == NOW + timedelta(days=33)
    answer = supervisor.post(f"/nuisance/{one}", data={"decision": "withdraw", "reason": " "})
    assert "tulis alasannya" in supervisor.get(answer.location).text
    answer = supervisor.post(f"/nuisance/{one}", data={"decision": "withdraw", "reason": "salah orang"})
    assert answer.location == "/nuisance?status=ended"
    assert "salah orang" in supervisor.get(answer.location).text
    supervisor.post(f"/nuisance/{one}", data={"decision": "extend"})
    assert "Tidak ada yang diubah" in supervisor.get("/nuisance").text


def test_what_has_run_out_is_shown_as_ended(place: Place, log_in: LogIn) -> None:
    with place.database.transaction() as session:
        factories.active_mark(session).set_by_id = 2
    supervisor = log_in("pengawas")
    assert NUMBER in supervisor.get("/nuisance?status=active").text
    place.clock.advance(days=31)
    assert NUMBER not in log_in("pengawas").get("/nuisance?status=active").text
    assert NUMBER in log_in("pengawas").get("/nuisance?status=ended").text


def test_a_supervisor_marks_a_number(place: Place, log_in: LogIn) -> None:
    supervisor = log_in("pengawas")
    answer = supervisor.post("/nuisance", data={"number": "bukan <nomor>", "reason": "prank"})
    assert answer.status_code == 400
    assert "bukan &lt;nomor&gt;" in answer.text
    assert "dapat ditandai" in answer.text
    assert (
        supervisor.post("/nuisance", data={"number": "0812 3456 7890", "reason": "prank"}).status_code == 303
    )
    assert (marks(place)[0].number, marks(place)[0].status) == (NUMBER, "active")


@pytest.mark.parametrize("path", ["/nuisance", "/nuisance/1"])
def test_officers_have_no_part_in_it(place: Place, log_in: LogIn, path: str) -> None:
    propose(place)
    client = log_in("petugas")
    assert client.post(path, data={"decision": "confirm"}).status_code == 403
    assert client.get("/nuisance").status_code == 403
    assert marks(place)[0].status == "proposed"


def test_only_what_is_visible_can_be_reported(place: Place, log_in: LogIn) -> None:
    client = log_in("petugas")
    assert client.post(f"/calls/{add_call(place, 'dinkes')}/report").status_code == 404
    nobody = add_call(place, caller_number=None)
    assert "Laporkan" not in client.get(f"/calls/{nobody}").text
    client.post(f"/calls/{nobody}/report")
    assert "dapat ditandai" in client.get(f"/calls/{nobody}").text
    assert marks(place) == []


def test_a_mark_that_is_not_there_is_not_found(place: Place, log_in: LogIn) -> None:
    for number in ("7", "9" * 30):
        answer = log_in("pengawas").post(f"/nuisance/{number}", data={"decision": "confirm"})
        assert answer.status_code == 404


def test_nonsense_changes_nothing(place: Place, log_in: LogIn) -> None:
    one = propose(place)
    supervisor = log_in("pengawas")
    supervisor.post(f"/nuisance/{one}", data={"decision": "explode"})
    assert marks(place)[0].status == "proposed"
    assert supervisor.get("/nuisance?status=nonsense").status_code == 200

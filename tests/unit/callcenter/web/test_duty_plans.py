"""Plans of duty are uploaded, looked at, published, and taken back; every version stays."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from callcenter.models import Agency, Role, RosterVersion
from callcenter.services.duty import Duty
from tests import factories
from tests.unit.callcenter.web.conftest import LogIn, Place

DECEMBER = {"first_day": "2026-12-01", "last_day": "2026-12-02"}
TABLE = """tanggal;mulai;selesai;petugas;peran
2026-12-01;00:00;00:00;Ani;
2026-12-02;00:00;12:00;Budi;utama
2026-12-02;00:00;12:00;Ani;cadangan
"""


@pytest.fixture
def people(place: Place) -> dict[str, int]:
    """Ani always at dinsos, Budi free; Ani can log in."""
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "dinsos")).one()
        ani, budi = (factories.officer(session, agency, name) for name in ("Ani", "Budi"))
        for day in range(7):
            factories.shift(session, ani, day)
        factories.account(session, "ani", Role.OFFICER, agency, ani)
        return {"dinsos": agency.id, "Ani": ani.id, "Budi": budi.id}


def on_duty(place: Place, agency_id: int, at: str) -> list[tuple[str, int]]:
    moment = datetime.fromisoformat(f"{at}+07:00").astimezone(UTC)
    with place.database.reading() as session:
        zone = place.app.extensions["callcenter"].zone
        return [(one.name, one.rung) for one in Duty(session, zone).on_duty(agency_id, moment)]


def upload(log_in: LogIn, agency_id: int, data: bytes, **days: str) -> TestResponse:
    form = {**DECEMBER, **days, "file": (io.BytesIO(data), "plan")}
    return log_in("pengawas").post(f"/duty/{agency_id}/plan", data=form)


def test_a_table_is_looked_at_and_then_published(place: Place, log_in: LogIn, people: dict[str, int]) -> None:
    page = upload(log_in, people["dinsos"], TABLE.encode())
    assert page.status_code == 200
    assert "1 waktu tanpa petugas" in page.text
    assert "2 Des 2026 12.00" in page.text
    assert on_duty(place, people["dinsos"], "2026-12-02T06:00") == [("Ani", 0)]
    data = {**DECEMBER, "content": TABLE, "reason": "Surat tugas 12"}
    answer = log_in("pengawas").post(f"/duty/{people['dinsos']}/plan/publish", data=data)
    assert answer.location == f"/duty/{people['dinsos']}?month=2026-12"
    assert on_duty(place, people["dinsos"], "2026-12-02T06:00") == [("Budi", 0), ("Ani", 1)]
    assert on_duty(place, people["dinsos"], "2026-12-02T13:00") == []
    assert on_duty(place, people["dinsos"], "2026-12-03T13:00") == [("Ani", 0)]


def test_every_row_that_is_wrong_is_named(place: Place, log_in: LogIn, people: dict[str, int]) -> None:
    table = "tanggal;mulai;selesai;petugas\n2026-12-01;08:00;16:00;Anni\n31/11/2026;25:00;1;Budi\n2026-12-09;8:00;9:00;Ani\n"
    page = upload(log_in, people["dinsos"], table.encode())
    assert page.status_code == 422
    assert "Maksudnya Ani?" in page.text
    assert page.text.count('class="number">') == 3
    assert "Terbitkan</button>" not in page.text


def test_what_was_changed_after_the_look_is_checked_again(
    place: Place, log_in: LogIn, people: dict[str, int]
) -> None:
    data = {**DECEMBER, "content": TABLE.replace("Budi", "Orang Lain"), "reason": "x"}
    answer = log_in("pengawas").post(f"/duty/{people['dinsos']}/plan/publish", data=data)
    assert answer.status_code == 422
    without = log_in("pengawas").post(
        f"/duty/{people['dinsos']}/plan/publish", data={**DECEMBER, "content": TABLE, "reason": " "}
    )
    assert without.status_code == 422
    assert 'aria-invalid="true"' in without.text
    with place.database.reading() as session:
        assert session.scalars(select(RosterVersion)).all() == []


def test_a_roster_comes_as_json_and_goes_again(place: Place, log_in: LogIn, people: dict[str, int]) -> None:
    document = json.dumps({"zone": "Asia/Jakarta", "layers": [{"people": "Budi"}]})
    page = upload(log_in, people["dinsos"], document.encode("utf-8-sig"))
    assert (page.status_code, "Setiap jam ada petugas." in page.text) == (200, True)
    supervisor = log_in("pengawas")
    base = f"/duty/{people['dinsos']}/plan"
    supervisor.post(f"{base}/publish", data={**DECEMBER, "content": document, "reason": "Surat tugas 13"})
    assert on_duty(place, people["dinsos"], "2026-11-25T06:00") == [("Budi", 0)]
    with place.database.reading() as session:
        (version,) = session.scalars(select(RosterVersion))
    assert supervisor.get(f"/duty/versions/{version.id}.json").json == json.loads(document)
    assert "Surat tugas 13" in supervisor.get(base).text
    assert supervisor.post(f"{base}/withdraw", data={"why": ""}).status_code == 422
    assert supervisor.post(f"{base}/withdraw", data={"why": "Salah"}).status_code == 303
    assert on_duty(place, people["dinsos"], "2026-11-25T06:00") == [("Ani", 0)]
    assert supervisor.get(f"/duty/versions/{version.id + 1}.json").status_code == 404


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"zone": "Mars/Base"}', "zone"),
        (b'{"zone": "Asia/Jakarta", "layers": [{"people": "Siapa"}]}', "Siapa"),
        (b"{\xff", "UTF-8"),
        (b'{"a": "' + b"x" * 300_001 + b'"}', "longer than"),
        (b"", "Berkas kosong"),
        (b"\x00\x01\x02", "Berkas bukan teks"),
        (b"PK\x03\x04rubbish", "rusak"),
    ],
)
def test_what_is_no_plan_says_why(log_in: LogIn, people: dict[str, int], data: bytes, words: str) -> None:
    page = upload(log_in, people["dinsos"], data)
    assert (page.status_code, words in page.text) == (422, True)


@pytest.mark.parametrize(
    "days",
    [{"first_day": ""}, {"last_day": "2026-11-01"}, {"last_day": "2029-01-01"}, {"first_day": "x" * 5000}],
)
def test_a_period_that_is_none_is_refused(
    log_in: LogIn, people: dict[str, int], days: dict[str, str]
) -> None:
    assert upload(log_in, people["dinsos"], TABLE.encode(), **days).status_code == 422
    data = {**DECEMBER, **days, "content": TABLE, "reason": "x"}
    assert log_in("pengawas").post(f"/duty/{people['dinsos']}/plan/publish", data=data).status_code == 422


def test_the_template_comes_back_as_it_is(place: Place, log_in: LogIn, people: dict[str, int]) -> None:
    query = "first_day=2026-12-01&last_day=2026-12-02"
    csv = log_in("pengawas").get(f"/duty/{people['dinsos']}/plan.csv?{query}")
    assert csv.data.decode("utf-8-sig").splitlines()[1] == "2026-12-01;00:00;00:00;Ani;utama"
    assert upload(log_in, people["dinsos"], csv.data).status_code == 200
    book = log_in("pengawas").get(f"/duty/{people['dinsos']}/plan.xlsx?{query}").data
    assert [cell.value for cell in load_workbook(io.BytesIO(book)).worksheets[0][2]][3] == "Ani"
    assert upload(log_in, people["dinsos"], book).status_code == 200
    assert log_in("pengawas").get(f"/duty/{people['dinsos']}/plan.csv?first_day=x").status_code == 303


def test_officers_do_not_plan(log_in: LogIn, people: dict[str, int]) -> None:
    ani, base = log_in("ani"), f"/duty/{people['dinsos']}/plan"
    answers = [ani.get(base), ani.get(f"{base}.csv"), ani.post(base), ani.post(f"{base}/publish")]
    answers += [ani.post(f"{base}/withdraw"), ani.get("/duty/versions/1.json")]
    assert {answer.status_code for answer in answers} == {403}

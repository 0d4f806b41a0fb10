"""The page of lines: who cannot be reached, and the test calls."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from callcenter.models import Agency, Line, LineCheck, Unreachable
from callcenter.services.alarms import Alarms
from callcenter.services.reach import Sightings
from callcenter.services.residency import Residency
from tests import factories
from tests.factories import NOW
from tests.unit.callcenter.web.conftest import LogIn, Place


def furnish(place: Place) -> None:
    """Dinsos has nobody on duty for an hour; dinkes has an officer whose telephone is away."""
    with place.database.transaction() as session:
        dinsos, dinkes = session.scalars(select(Agency).order_by(Agency.code.desc()))
        first, second = (
            factories.line(session, dinsos, "+622345550101"),
            factories.line(session, dinkes, "+622345550102"),
        )
        officer = factories.officer(session, dinkes, "Budi Santoso")
        factories.shift(session, officer)
        Sightings(session).take("node1", {f"PJSIP/officer-{officer.id}": "away"}, NOW)
        session.add(Unreachable(agency_id=dinsos.id, since=NOW - timedelta(hours=1)))
        facts = {"node": "node1", "at": NOW}
        session.add(LineCheck(line_id=first.id, call_key="a", passed=True, **facts))
        session.add(
            LineCheck(
                line_id=second.id,
                call_key="b",
                passed=False,
                reason="unplayed",
                detail="<id/notice>",
                **facts,
            )
        )


def test_what_is_worst_comes_first_in_words(place: Place, log_in: LogIn) -> None:
    furnish(place)
    page = log_in("pengawas").get("/lines").text
    reach, tests = page.split('id="tests-title"')
    assert reach.index("Tidak ada petugas") < reach.index("Telepon terputus")
    assert "1:00:00 yang lalu" in reach
    assert "Budi Santoso" in reach
    assert tests.index("+622345550102") < tests.index("+622345550101")
    assert "1 gagal" in tests
    assert "&lt;id/notice&gt;" in tests


def test_a_line_on_twilio_is_not_waiting_for_a_test_call(place: Place, log_in: LogIn) -> None:
    furnish(place)
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "dinsos")).one()
        line = factories.line(session, agency, "+622345550103")
        line.provider = "twilio"
    tests = log_in("pengawas").get("/lines").text.split('id="tests-title"')[1]
    row = tests[tests.index("+622345550103") :]
    assert "Twilio" in row
    assert "mati" in row[: row.index("</tr>")]
    assert "Belum diuji" not in row[: row.index("</tr>")]
    with place.database.transaction() as session:
        kept = session.get_one(Line, line.id)
        Residency(session).decide(kept, on=True, reason="SK 12", account_id=None, now=NOW)
    row = log_in("pengawas").get("/lines").text.split("+622345550103")[-1]
    assert "menyala" in row[: row.index("</tr>")]


def test_it_is_searched_by_name_code_and_number(place: Place, log_in: LogIn) -> None:
    furnish(place)
    client = log_in("pengawas")
    for search in ("kesehatan", "DINKES", "5550102"):
        page = client.get("/lines", query_string={"q": search}).text
        assert "Dinas Kesehatan" in page
        assert "Dinas Sosial" not in page
    assert "Tidak ada nomor yang cocok" in client.get("/lines?q=x%00y").text


def test_an_officer_sees_the_own_agency(place: Place, log_in: LogIn) -> None:
    furnish(place)
    page = log_in("petugas").get("/lines").text
    assert "Dinas Sosial" in page
    assert "Dinas Kesehatan" not in page
    assert "/admin/" not in page


def test_what_is_stale_is_shown_as_unknown(place: Place, log_in: LogIn) -> None:
    furnish(place)
    place.clock.advance(seconds=61)
    page = log_in("pengawas").get("/lines").text
    assert "Tidak diketahui" in page
    assert "Telepon terputus" not in page


def test_all_is_well(place: Place, log_in: LogIn) -> None:
    assert "Setiap nomor dapat dijawab sekarang." in log_in("pengawas").get("/lines").text


def test_a_login_is_needed(place: Place) -> None:
    assert place.app.test_client().get("/lines").status_code == 303


def test_the_board_sums_the_alarms_on_lines_up(place: Place, log_in: LogIn) -> None:
    with place.database.transaction() as session:
        for number in range(50):
            Alarms(session).raise_("nobody-reachable", f"agency-{number}", "x", NOW)
        Alarms(session).raise_("line-failing", "70001", "x", NOW)
        Alarms(session).raise_("disk-full", "node1", "x", NOW)
    page = log_in("pengawas").get("/board").text
    assert page.count('class="notice bad"') == 2
    assert "51 alarm nomor instansi" in page
    assert "alarm nomor" not in log_in("petugas").get("/board").text


def test_a_test_call_is_on_no_board_and_listed_on_demand(place: Place, log_in: LogIn) -> None:
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "dinsos")).one()
        factories.call(session, agency, test=True, dialled="+62999")
    client = log_in("pengawas")
    assert "Tidak ada panggilan yang sedang berlangsung." in client.get("/board").text
    assert "Belum ada panggilan." in client.get("/calls").text
    assert ">Uji</span>" in client.get("/calls?test=1").text

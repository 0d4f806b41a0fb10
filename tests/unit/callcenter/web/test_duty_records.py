"""Records of duty and handover notes on the web: who sees them, what is taken along, and that it is logged."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from callcenter.models import AccessLog, Agency, HandoverNote, HandoverSeen, Role
from callcenter.services.sealing import Sealing
from tests import factories
from tests.unit.callcenter.web.conftest import LogIn, Place

ZONE = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def ids(place: Place) -> dict[str, int]:
    """Ani by day and Budi by night at dinsos, Dewi at dinkes; the days until yesterday are sealed."""
    with place.database.transaction() as session:
        agencies = {agency.code: agency for agency in session.scalars(select(Agency))}
        for agency in agencies.values():
            agency.active_from = date(2026, 11, 1)
        found = {agency.code: agency.id for agency in agencies.values()}
        for name, code, hours in (
            ("Ani", "dinsos", (time(7), time(19))),
            ("Budi", "dinsos", (time(19), time(7))),
            ("Dewi", "dinkes", (time(0), time(0))),
        ):
            officer = factories.officer(session, agencies[code], name)
            for day in range(7):
                factories.shift(session, officer, day, starts=hours[0], ends=hours[1])
            factories.account(session, name.lower(), Role.OFFICER, agencies[code], officer)
        factories.line(session, agencies["dinsos"], active_from=date(2026, 11, 1))
        sealing, now = Sealing(session, ZONE), place.clock()
        while due := sealing.due(now):
            for day, agency_id in due:
                sealing.seal(agency_id, day, now)
        return found


def test_a_month_is_shown_and_taken_along_and_that_is_logged(
    place: Place, log_in: LogIn, ids: dict[str, int]
) -> None:
    supervisor, url = log_in("pengawas"), f"/duty/{ids['dinsos']}/records"
    page = supervisor.get(f"{url}?month=2026-11").text
    assert "Disegel" in page
    assert "Belum disegel" in page  # today and the days to come
    pdf = supervisor.get(f"{url}/pdf?month=2026-11")
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    book = load_workbook(io.BytesIO(supervisor.get(f"{url}/xlsx?month=2026-11").data))
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert {"Ani", "Budi"} <= cells
    assert supervisor.get(f"{url}/exe").status_code == 404
    with place.database.reading() as session:
        taken = session.scalars(select(AccessLog.subject).where(AccessLog.action == "export")).all()
    assert taken == ["duty-sheet:dinsos:2026-11:pdf", "duty-sheet:dinsos:2026-11:xlsx"]


@pytest.mark.parametrize("month", ["", "x", "2026-13", "9999-12", "0001-01"])
def test_nonsense_is_some_month(log_in: LogIn, ids: dict[str, int], month: str) -> None:
    url = f"/duty/{ids['dinsos']}/records"
    assert log_in("pengawas").get(f"{url}?month={month}").status_code == 200
    assert log_in("pengawas").get(f"{url}/pdf?month={month}").status_code == 200


def test_an_officer_sees_the_own_agency_s_records_only(log_in: LogIn, ids: dict[str, int]) -> None:
    ani = log_in("ani")
    assert ani.get(f"/duty/{ids['dinsos']}/records").status_code == 200
    for path in ("records", "records/pdf", "notes"):
        assert ani.get(f"/duty/{ids['dinkes']}/{path}").status_code == 404
    assert ani.post(f"/duty/{ids['dinkes']}/notes", data={"text": "x"}).status_code == 404


def test_a_note_is_written_once_and_read_by_the_next_shift(
    place: Place, log_in: LogIn, ids: dict[str, int]
) -> None:
    url = f"/duty/{ids['dinsos']}/notes"
    assert log_in("ani").post(url, data={"text": "  "}).status_code == 422
    assert log_in("ani").post(url, data={"text": "x" * 2001}).status_code == 422
    assert log_in("ani").post(url, data={"text": "Pak Joko menelepon lagi <b>"}).location == url
    place.clock.time = datetime(2026, 11, 23, 20, tzinfo=ZONE)
    budi = log_in("budi")
    page = budi.get("/duty/mine").text
    assert "Pak Joko menelepon lagi &lt;b&gt;" in page
    assert "Belum dibaca" in page
    with place.database.reading() as session:
        (note,) = session.scalars(select(HandoverNote))
    budi.post(f"{url}/seen", data={"note": [note.id, "x", 2**70]})
    budi.post(f"{url}/seen", data={"note": note.id})
    assert "Belum dibaca" not in budi.get("/duty/mine").text
    assert "Dibaca: budi" in " ".join(log_in("pengawas").get(url).text.split())
    with place.database.reading() as session:
        assert len(session.scalars(select(HandoverSeen)).all()) == 1

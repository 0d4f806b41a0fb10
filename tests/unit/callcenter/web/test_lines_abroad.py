"""The settings of a line on a provider abroad: its state, its reasons, and who may change it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from callcenter.models import AccessLog, Agency, Line, LineDecision
from tests import factories
from tests.unit.callcenter.web.conftest import LogIn, Place

NUMBER = "+62234271234"
REASON = "Keputusan Bupati 12/2026"


@pytest.fixture
def line(place: Place) -> Line:
    """A line of dinsos on Twilio."""
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "dinsos")).one()
        line = factories.line(session, agency, NUMBER)
        line.provider = "twilio"
        session.flush()
        return line


def decisions(place: Place) -> list[tuple[bool, str]]:
    with place.database.reading() as session:
        rows = session.scalars(select(LineDecision).order_by(LineDecision.id))
        return [(row.on, row.reason) for row in rows]


def words(page: str) -> str:
    """What a person reads."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_state_reason_who_and_when_stand_beside_the_line(place: Place, log_in: LogIn, line: Line) -> None:
    admin, where = log_in("admin"), f"/admin/agencies/{line.agency_id}"
    assert "Twilio mati Belum dinyalakan. Nyalakan nomor" in words(admin.get(where).text)
    done = admin.post(f"/admin/lines/{line.id}/decision", data={"on": "1", "reason": REASON})
    assert done.status_code == 303
    assert "Nomor dinyalakan." in admin.get(done.location).text
    page = words(log_in("pengawas").get(where).text)
    assert f"Twilio menyala {REASON}" in page
    assert ", admin" in page
    assert "Matikan nomor" not in page
    admin.post(f"/admin/lines/{line.id}/decision", data={"on": "0", "reason": "Uji coba selesai"})
    assert "Twilio mati Uji coba selesai" in words(admin.get(where).text)
    assert decisions(place) == [(True, REASON), (False, "Uji coba selesai")]
    with place.database.reading() as session:
        log = session.execute(select(AccessLog.action, AccessLog.subject).order_by(AccessLog.id)).all()
        subject = f"line:{line.id}:{NUMBER}"
        assert [tuple(row) for row in log if row[1] == subject] == [
            ("line_on", subject),
            ("line_off", subject),
        ]


@pytest.mark.parametrize("username", ["pengawas", "petugas"])
def test_only_administrators_decide(place: Place, log_in: LogIn, line: Line, username: str) -> None:
    answer = log_in(username).post(f"/admin/lines/{line.id}/decision", data={"on": "1", "reason": REASON})
    assert answer.status_code in {403, 404}
    assert decisions(place) == []


@pytest.mark.parametrize(
    ("reason", "told"),
    [(" ", "Belum diisi."), ("x" * 501, "paling banyak 500 huruf"), ("=1+1", "rumus lembar kerja")],
)
def test_a_reason_that_cannot_be_taken_is_given_back(
    place: Place, log_in: LogIn, line: Line, reason: str, told: str
) -> None:
    answer = log_in("admin").post(f"/admin/lines/{line.id}/decision", data={"on": "1", "reason": reason})
    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{reason.strip()}"' in answer.text
    assert f'value="{NUMBER}"' in answer.text
    assert decisions(place) == []


def test_a_line_that_was_moved_home_needs_no_decision(place: Place, log_in: LogIn, line: Line) -> None:
    admin = log_in("admin")
    form = {"number": NUMBER, "flow": "hotline", "provider": "asterisk"}
    moved = admin.post(f"/admin/lines/{line.id}", data=form)
    assert "Sentral telepon segera mengenalnya." in admin.get(moved.location).text
    answer = admin.post(f"/admin/lines/{line.id}/decision", data={"on": "1", "reason": REASON})
    assert answer.status_code == 303
    assert "tidak memerlukan keputusan" in admin.get(answer.location).text
    assert decisions(place) == []


def test_who_changes_a_line_is_told_whether_it_is_served(place: Place, log_in: LogIn, line: Line) -> None:
    admin = log_in("admin")
    form = {"number": NUMBER, "flow": "hotline", "provider": "twilio"}
    off = admin.post(f"/admin/lines/{line.id}", data=form)
    assert "Nomor ini mati sampai dinyalakan." in admin.get(off.location).text
    admin.post(f"/admin/lines/{line.id}/decision", data={"on": "1", "reason": REASON})
    admin.get("/admin/agencies")  # takes what was told of the decision
    on = admin.post(f"/admin/lines/{line.id}", data=form)
    page = admin.get(on.location).text
    assert "Perubahan disimpan." in page
    assert "Sentral telepon" not in page


def test_a_number_is_on_one_provider(place: Place, log_in: LogIn, line: Line) -> None:
    form = {"number": NUMBER, "flow": "hotline", "provider": "asterisk"}
    answer = log_in("admin").post(f"/admin/agencies/{line.agency_id}/lines/new", data=form)
    assert answer.status_code == 422
    assert "Nomor ini sudah dipakai jalur lain." in answer.text
    with place.database.reading() as session:
        assert [row.provider for row in session.scalars(select(Line))] == ["twilio"]


def test_a_line_that_was_renumbered_is_off_and_its_past_is_told(
    place: Place, log_in: LogIn, line: Line
) -> None:
    admin, where = log_in("admin"), f"/admin/lines/{line.id}"
    admin.post(f"{where}/decision", data={"on": "1", "reason": REASON})
    admin.get(where)  # takes what was told of the decision
    form = {"number": "+62234271235", "flow": "hotline", "provider": "twilio"}
    renumbered = admin.post(where, data=form)
    page = words(admin.get(renumbered.location).text)
    assert "Nomor ini mati sampai dinyalakan." in page
    assert "Twilio mati Belum dinyalakan. Nyalakan nomor" in page
    page = words(admin.get(where).text)
    assert "Penyedia di luar negeri mati" in page
    assert f"{REASON} (untuk {NUMBER}, sebelum nomor atau penyedianya diubah)" in page
    admin.post(f"{where}/decision", data={"on": "1", "reason": REASON})
    assert "Penyedia di luar negeri menyala" in words(admin.get(where).text)

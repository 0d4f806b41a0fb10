"""Tickets and call-backs through their forms."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from callcenter.models import Agency, Obligation, Ticket
from tests import factories
from tests.unit.callcenter.web.conftest import LogIn, Place


def add_ticket(place: Place, code: str = "dinsos", **facts: object) -> int:
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == code)).one()
        return int(factories.ticket(session, agency, factories.call(session, agency), **facts).id)


def add_obligation(place: Place, code: str = "dinsos") -> int:
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == code)).one()
        return int(factories.obligation(session, factories.call(session, agency)).id)


def test_a_note_is_shown_with_its_writer(place: Place, log_in: LogIn) -> None:
    ticket_id, client = add_ticket(place), log_in("petugas")
    answer = client.post(f"/tickets/{ticket_id}/notes", data={"text": "Sudah <b>dihubungi</b>"})
    assert answer.location == f"/tickets/{ticket_id}"
    page = client.get(answer.location).text
    assert "Sudah &lt;b&gt;dihubungi" in page
    assert "<strong>petugas</strong>" in page


def test_a_status_moves_on(place: Place, log_in: LogIn) -> None:
    ticket_id, client = add_ticket(place), log_in("petugas")
    client.post(f"/tickets/{ticket_id}/status", data={"before": "new", "after": "verified"})
    with place.database.reading() as session:
        assert session.get_one(Ticket, ticket_id).status == "verified"
    assert "Terpenuhi" in client.get(f"/tickets/{ticket_id}").text


@pytest.mark.parametrize(
    "form",
    [
        {"before": "new", "after": "resolved"},
        {"before": "verified", "after": "in_progress"},
        {"before": "new", "after": "nonsense"},
        {"before": "new", "after": "closed", "reason": "  "},
        {},
    ],
)
def test_a_step_that_is_not_possible_changes_nothing(
    place: Place, log_in: LogIn, form: dict[str, str]
) -> None:
    ticket_id = add_ticket(place)
    answer = log_in("petugas").post(f"/tickets/{ticket_id}/status", data=form)
    assert answer.status_code == 400
    assert "Status tidak diubah" in answer.text
    with place.database.reading() as session:
        assert session.get_one(Ticket, ticket_id).status == "new"


@pytest.mark.parametrize("text", ["", "   \n ", "x" * 4001])
def test_a_note_that_cannot_be_kept_is_told(place: Place, log_in: LogIn, text: str) -> None:
    ticket_id = add_ticket(place)
    assert log_in("petugas").post(f"/tickets/{ticket_id}/notes", data={"text": text}).status_code == 400


def test_another_agency_s_ticket_is_not_there(place: Place, log_in: LogIn) -> None:
    ticket_id, client = add_ticket(place, "dinkes"), log_in("petugas")
    assert client.get(f"/tickets/{ticket_id}").status_code == 404
    assert client.post(f"/tickets/{ticket_id}/notes", data={"text": "x"}).status_code == 404
    form = {"before": "new", "after": "verified"}
    assert client.post(f"/tickets/{ticket_id}/status", data=form).status_code == 404


def test_a_late_ticket_and_its_warning_stand_out(place: Place, log_in: LogIn) -> None:
    late = factories.NOW.replace(day=20)
    ticket_id = add_ticket(place, verify_by=late, warning="Rekaman kosong.")
    page = log_in("petugas").get(f"/tickets/{ticket_id}").text
    assert "Lewat batas" in page
    assert "Rekaman kosong." in page
    assert "Lewat batas" in log_in("petugas").get("/tickets?overdue=1").text


def test_a_call_back_is_ended_once(place: Place, log_in: LogIn) -> None:
    obligation_id, client = add_obligation(place), log_in("petugas")
    client.post(f"/obligations/{obligation_id}", data={"status": "closed", "reason": ""})
    assert "tulis alasan" in client.get("/obligations").text
    client.post(f"/obligations/{obligation_id}", data={"status": "done", "reason": "Sudah bicara"})
    client.post(f"/obligations/{obligation_id}", data={"status": "closed", "reason": "lagi"})
    assert "sudah diselesaikan orang lain" in client.get("/obligations").text
    assert "Sudah bicara" in client.get("/obligations?status=done").text
    with place.database.reading() as session:
        ended = session.get_one(Obligation, obligation_id)
    assert (ended.status, ended.closed_at) == ("done", factories.NOW)


def test_another_agency_s_call_back_is_not_there(place: Place, log_in: LogIn) -> None:
    obligation_id = add_obligation(place, "dinkes")
    answer = log_in("petugas").post(f"/obligations/{obligation_id}", data={"status": "done"})
    assert answer.status_code == 404

"""Call-backs on the screen: their calls, how far they went up, and who was told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Agency, Notification, Obligation, ObligationCall
from tests import factories
from tests.factories import NOW
from tests.unit.callcenter.web.conftest import LogIn, Place


def agency(session: Session, code: str = "dinsos") -> Agency:
    return session.scalars(select(Agency).where(Agency.code == code)).one()


def owe(place: Place, code: str = "dinsos", number: str = "+6281234567890", **facts: object) -> int:
    with place.database.transaction() as session:
        call = factories.call(
            session, agency(session, code), caller_number=number, disposition_reason="abandoned"
        )
        return int(factories.obligation(session, call, **facts).id)


def try_again(place: Place, obligation_id: int) -> int:
    with place.database.transaction() as session:
        owed = session.get_one(Obligation, obligation_id)
        owed.attempts += 1
        again = factories.call(session, agency(session), disposition_reason="silent")
        session.add(ObligationCall(call_id=again.id, obligation_id=owed.id))
        return int(again.id)


def test_a_call_back_shows_all_its_calls(place: Place, log_in: LogIn) -> None:
    owed = owe(place)
    again = try_again(place, owed)
    client = log_in("petugas")
    page = client.get(f"/obligations/{owed}").text
    assert f'href="/calls/{again}"' in page
    assert "2 kali" in page
    assert "penelepon tidak menekan tombol dan tidak berbicara" in page
    assert f'href="/obligations/{owed}"' in client.get(f"/calls/{again}").text


def test_a_call_back_shows_how_far_it_went_and_who_was_told(place: Place, log_in: LogIn) -> None:
    owed = owe(place, level=2, escalated_at=NOW, due_at=NOW - timedelta(minutes=30))
    with place.database.transaction() as session:
        person = factories.officer(session, agency(session), "Rini <b>Astuti")
        for occasion, facts in (
            ("opened", {"sent_at": NOW}),
            ("late-2", {"error": "failed: post"}),
            ("handed-over-20261123T080000", {}),
        ):
            told = {"obligation_id": owed, "officer_id": person.id, "channel": "file", "started_at": NOW}
            fact = f"obligation-{occasion}:{owed}:officer:{person.id}"
            session.add(Notification(fact=fact, **told, **facts))
    page = log_in("petugas").get(f"/obligations/{owed}").text
    for words in (
        "Eskalasi 2",
        "petugas jaga instansi induk",
        "Lewat batas",
        "Rini &lt;b&gt;Astuti",
        "telepon balik dibuka",
        "lewat batas, eskalasi 2",
        "serah terima jaga",
        "Gagal dikirim",
        "Sedang dikirim",
    ):
        assert words in page


def test_what_is_overdue_comes_first_and_what_is_marked_last(place: Place, log_in: LogIn) -> None:
    later = owe(place, number="+6281200000001", due_at=NOW + timedelta(minutes=9))
    marked = owe(place, number="+6281200000002", due_at=NOW - timedelta(hours=3), lowered=True)
    late = owe(place, number="+6281200000003", due_at=NOW - timedelta(minutes=9))
    page = log_in("petugas").get("/obligations").text
    assert page.index(f'id="o{late}"') < page.index(f'id="o{later}"') < page.index(f'id="o{marked}"')


def test_the_call_that_fulfilled_it_is_named(place: Place, log_in: LogIn) -> None:
    with place.database.transaction() as session:
        call = factories.call(session, agency(session), disposition="answered").id
    owed = owe(place, status="done", closed_at=NOW, fulfilled_by_id=call)
    client = log_in("petugas")
    for page in ("/obligations?status=done", f"/obligations/{owed}"):
        assert f'href="/calls/{call}"' in client.get(page).text


@pytest.mark.parametrize("where", ["{id}", "99999999999999999999999"])
def test_another_agency_s_call_back_has_no_page(place: Place, log_in: LogIn, where: str) -> None:
    owed = owe(place, "dinkes")
    path = f"/obligations/{where.format(id=owed)}"
    assert log_in("petugas").get(path).status_code == 404
    assert log_in("petugas").post(path, data={"status": "done"}).status_code == 404
    assert log_in("pengawas").get(f"/obligations/{owed}").status_code == 200

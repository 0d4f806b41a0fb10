"""Who may read citizens' texts and what came with them, and what hostile requests get."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from callcenter.models import AccessLog, Agency, Enclosure, TextMessage
from tests import factories
from tests.unit.callcenter.web.conftest import LogIn, Place

PAGE = b"\xff\xd8\xff<script>alert(1)</script>"
CITIZEN = "+6281299990001"


def add_enclosure(place: Place, code: str, content_type: str = "image/jpeg") -> int:
    """Add a text to an agency's ticket, with something beside it."""
    place.store.put("2026/11/23/x.jpg", [PAGE])
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == code)).one()
        ticket = factories.ticket(session, agency)
        text = TextMessage(
            fact=f"text:{code}",
            incoming=True,
            channel="sms",
            agency_id=agency.id,
            ticket_id=ticket.id,
            number=CITIZEN,
            name="<b>Siti</b>",
            body="<script>alert(1)</script>",
            disposition="opened",
            at=factories.NOW,
        )
        kept = Enclosure(
            text=text,
            key=f"ME{code}",
            content_type=content_type,
            store_key="2026/11/23/x.jpg",
            size=len(PAGE),
        )
        session.add(kept)
        session.flush()
        return kept.id


def test_texts_of_another_agency_are_not_seen(place: Place, log_in: LogIn) -> None:
    mine, theirs = add_enclosure(place, "dinsos"), add_enclosure(place, "dinkes")
    client = log_in("petugas")
    assert client.get("/texts").text.count(CITIZEN) == 1
    assert client.get(f"/enclosures/{mine}").data == PAGE
    assert client.get(f"/enclosures/{theirs}").status_code == 404
    assert log_in("pengawas").get("/texts").text.count(CITIZEN) == 2
    with place.database.reading() as session:
        looked = session.scalars(select(AccessLog.subject).where(AccessLog.action == "playback")).all()
    assert looked == [f"enclosure:{mine}"]


def test_what_came_with_a_text_is_only_shown_where_it_is_harmless(place: Place, log_in: LogIn) -> None:
    shown, given = add_enclosure(place, "dinsos"), add_enclosure(place, "dinkes", "text/html")
    client = log_in("pengawas")
    picture, page = (client.get(f"/enclosures/{key}") for key in (shown, given))
    assert (picture.content_type, page.content_type) == ("image/jpeg", "application/octet-stream")
    assert page.headers["Content-Disposition"] == 'attachment; filename="x.jpg"'
    assert {one.headers["X-Content-Type-Options"] for one in (picture, page)} == {"nosniff"}
    assert "<script>alert" not in client.get("/texts").text


@pytest.mark.parametrize("path", ["/enclosures/{}", "/tickets/{}"])
def test_an_id_that_no_database_holds_is_nothing(place: Place, log_in: LogIn, path: str) -> None:
    assert log_in("pengawas").get(path.format(10**30)).status_code == 404


@pytest.mark.parametrize(
    ("path", "form"), [("texts", {"body": "x"}), ("notes", {"text": "x"}), ("dispatch", {})]
)
def test_nor_is_it_when_something_is_written(
    place: Place, log_in: LogIn, path: str, form: dict[str, str]
) -> None:
    assert log_in("pengawas").post(f"/tickets/{10**30}/{path}", data=form).status_code == 404


def test_the_list_goes_on_wherever_it_is_asked_to(place: Place, log_in: LogIn) -> None:
    client = log_in("pengawas")
    for asked in (
        "?after=x",
        "?after=20261123T070000.000000-1",
        "?wanted=<b>",
        "?wanted=unsent",
        "?wanted=unplaced",
    ):
        assert client.get(f"/texts{asked}").status_code == 200

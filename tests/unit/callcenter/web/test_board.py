"""The board and its stream."""

from __future__ import annotations

from sqlalchemy import select

from callcenter.models import Agency
from callcenter.services.alarms import Alarms
from tests import factories
from tests.unit.callcenter.web.conftest import LogIn, Place


def ring(place: Place, code: str, **facts: object) -> None:
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == code)).one()
        call = factories.call(session, agency, **facts)
        factories.event(session, call, "offered", dialled=call.dialled)


def test_the_board_hides_most_of_a_number(place: Place, log_in: LogIn) -> None:
    ring(place, "dinsos", caller_number="+6281234567890")
    page = log_in("pengawas").get("/board").text
    assert "Dinas Sosial" in page
    assert "+6281…890" in page
    assert "+6281234567890" not in page


def test_an_officer_s_board_is_the_own_agency_s(place: Place, log_in: LogIn) -> None:
    ring(place, "dinkes")
    with place.database.transaction() as session:
        Alarms(session).raise_("disk-full", "node1", "x", factories.NOW)
    page = log_in("petugas").get("/board").text
    assert "Dinas Kesehatan" not in page
    assert "node1" not in page


def test_emergencies_come_first_and_ended_calls_are_gone(place: Place, log_in: LogIn) -> None:
    ring(place, "dinsos")
    ring(place, "dinkes", emergency=True)
    ring(place, "dinsos", ended_at=factories.NOW, dialled="+620000")
    page = log_in("pengawas").get("/board/fragment").text
    assert page.index("Dinas Kesehatan") < page.index("Dinas Sosial")
    assert "2 panggilan berlangsung" in page


def test_a_call_whose_officer_has_left_is_no_talk(place: Place, log_in: LogIn) -> None:
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "dinsos")).one()
        call = factories.call(session, agency, answered_at=factories.NOW)
        leg = factories.leg(session, call, factories.officer(session, agency), answered_at=factories.NOW)
    client = log_in("pengawas")
    assert "Berbicara dengan petugas" in client.get("/board/fragment").text
    with place.database.transaction() as session:
        session.merge(leg).ended_at = factories.NOW
    page = client.get("/board/fragment").text
    assert "Berbicara dengan petugas" not in page
    assert "Di menu" in page


def test_the_stream_sends_the_board_beats_and_ends(place: Place, log_in: LogIn) -> None:
    ring(place, "dinsos")
    answer = log_in("pengawas").get("/board/stream")
    assert answer.mimetype == "text/event-stream"
    assert answer.text.startswith("retry: 2000\n\n")
    assert answer.text.count("event: board\n") == 1
    assert ": beat\n\n" in answer.text
    assert answer.text.endswith("event: again\ndata: \n\n")
    assert all(line.partition(":")[0] in ("retry", "event", "data", "") for line in answer.text.splitlines())


def test_the_stream_sends_what_changed(place: Place, log_in: LogIn) -> None:
    place.app.config["BOARD_LIFETIME"] = 5
    stream = iter(log_in("pengawas").get("/board/stream", buffered=False).response)
    assert "Tidak ada panggilan" in next(part for part in stream if b"event: board" in part).decode()
    ring(place, "dinsos")
    assert "Dinas Sosial" in next(part for part in stream if b"event: board" in part).decode()


def test_too_many_streams_are_told_to_come_again(place: Place, log_in: LogIn) -> None:
    streams = place.app.extensions["callcenter"].streams
    client = log_in("pengawas")
    while streams.acquire(blocking=False):
        pass
    assert client.get("/board/stream").status_code == 503
    streams.release()
    with client.get("/board/stream") as answer:
        assert answer.status_code == 200
    assert client.get("/board/stream").status_code == 200

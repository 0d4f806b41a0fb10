"""The pages of calls: what is shown, to whom, and never as markup."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from callcenter.models import EVENT_KINDS, AccessLog, Agency, Call
from callcenter.services.listing import PAGE_ROWS
from callcenter.web.timeline import _TELLERS
from tests import factories
from tests.unit.callcenter.web.conftest import LogIn, Place


def add_call(place: Place, code: str = "dinsos", **facts: object) -> int:
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == code)).one()
        return int(factories.call(session, agency, **facts).id)


def test_an_officer_sees_only_the_own_agency(place: Place, log_in: LogIn) -> None:
    own, foreign = add_call(place), add_call(place, "dinkes", caller_number="+628999000111")
    officer, supervisor = log_in("petugas"), log_in("pengawas")
    assert officer.get(f"/calls/{own}").status_code == 200
    assert officer.get(f"/calls/{foreign}").status_code == 404
    assert "+628999000111" not in officer.get("/calls").text
    assert supervisor.get(f"/calls/{foreign}").status_code == 200


@pytest.mark.parametrize("call_id", ["0", "999", "9" * 30])
def test_a_call_that_is_not_there(log_in: LogIn, call_id: str) -> None:
    answer = log_in("pengawas").get(f"/calls/{call_id}")
    assert answer.status_code == 404
    assert "Tidak ditemukan" in answer.text


def test_a_hostile_name_is_only_text(place: Place, log_in: LogIn) -> None:
    name = "<img src=x onerror=alert(1)>\"'; DROP TABLE call; --"
    call_id = add_call(place, caller_name=name)
    client = log_in("pengawas")
    for path in ("/calls", f"/calls/{call_id}"):
        page = client.get(path).text
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


def test_every_kind_of_event_has_words() -> None:
    assert set(_TELLERS) == set(EVENT_KINDS)


@pytest.mark.parametrize("kind", [*EVENT_KINDS, "something-new"])
@pytest.mark.parametrize(
    "data", [{}, {name: None for name in ("digits", "cause", "seconds", "officer_id", "side")}]
)
def test_a_timeline_bears_missing_data(
    place: Place, log_in: LogIn, kind: str, data: dict[str, object]
) -> None:
    call_id = add_call(place)
    with place.database.transaction() as session:
        factories.event(session, session.get_one(Call, call_id), kind, 1, **data)
    assert log_in("pengawas").get(f"/calls/{call_id}").status_code == 200


def test_the_timeline_speaks_local_time_and_human_words(place: Place, log_in: LogIn) -> None:
    call_id = add_call(place)
    with place.database.transaction() as session:
        call = session.get_one(Call, call_id)
        officer = factories.officer(session, call.agency)
        factories.leg(session, call, officer)
        factories.event(session, call, "officer_answered", 9, leg="x", officer_id=officer.id)
        factories.event(session, call, "hung_up", 70, cause=16, side="caller")
    page = log_in("petugas").get(f"/calls/{call_id}").text
    assert "Siti Aminah menjawab" in page
    assert "14.00.09" in page
    assert "Panggilan ditutup oleh penelepon" in page
    assert "ditutup seperti biasa (16)" in page


def test_paging_neither_loses_nor_doubles(place: Place, log_in: LogIn) -> None:
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == "dinsos")).one()
        for _number in range(PAGE_ROWS + 3):
            factories.call(session, agency)
    client = log_in("petugas")
    first = client.get("/calls").text
    link = first.split('class="button quiet" href="')[1].split('"')[0].replace("&amp;", "&")
    second = client.get(link).text
    assert (first.count("<tr>"), second.count("<tr>")) == (PAGE_ROWS + 1, 3 + 1)
    assert 'hx-get="' not in second


def test_nonsense_in_the_address_asks_for_nothing(place: Place, log_in: LogIn) -> None:
    add_call(place)
    odd = "/calls?from=yesterday&to=9999-12-31&agency=1;--&disposition=%00&after=zzz&caller=%F0%9F%98%80"
    assert log_in("pengawas").get(odd).status_code == 200


def test_a_search_for_a_caller_is_logged_once(place: Place, log_in: LogIn) -> None:
    add_call(place)
    client = log_in("petugas")
    assert "+6281234567890" in client.get("/calls?caller=0812-3456-7890").text
    client.get("/calls?caller=0812-3456-7890&after=20261123T070000.000000-1")
    with place.database.reading() as session:
        found = session.scalars(select(AccessLog.subject).where(AccessLog.action == "search")).all()
    assert found == ["caller:+6281234567890"]

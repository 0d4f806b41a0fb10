"""The balance of calls and its list of differences: what is shown, to whom, and where it leads."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from callcenter.models import Agency, Difference, ReconciliationRun
from callcenter.services.comparison import Kind
from callcenter.web.differing import DIFFERENCES
from tests import factories
from tests.factories import NOW
from tests.unit.callcenter.web.conftest import LogIn, Place

DAY = "2026-11-23"
LINK = re.compile(r'<a class="number" href="([^"]+)">(\d+)</a>')


def add(place: Place, disposition: str | None, code: str = "dinsos", **facts: object) -> int:
    with place.database.transaction() as session:
        agency = session.scalars(select(Agency).where(Agency.code == code)).one()
        plain = {"ended_at": NOW, "disposition": disposition}
        return int(factories.call(session, agency, **{**plain, **facts}).id)


def differ(place: Place, kind: str = "cause", call_id: int | None = None, **facts: object) -> None:
    plain = {
        "provider": "asterisk",
        "node": "node1",
        "call_key": "node1-<b>7.0",
        "kind": kind,
        "subject": "",
        "data": {"logged": "17", "recorded": "16"},
        "at": NOW,
        "first_seen_at": NOW,
        "last_seen_at": NOW + timedelta(minutes=5),
    }
    with place.database.transaction() as session:
        session.add(Difference(call_id=call_id, **{**plain, **facts}))


def test_a_day_adds_up_and_each_number_opens_its_list(place: Place, log_in: LogIn) -> None:
    for disposition in ("answered", "answered", "recorded", "call_back", "discarded"):
        add(place, disposition)
    add(place, None, ended_at=None)
    add(place, "answered", test=True)
    client = log_in("pengawas")
    page = client.get("/balance").text
    assert "Cocok" in page
    links = [(unescape(path), int(number)) for path, number in LINK.findall(page)]
    assert sorted(number for _, number in links) == sorted([6, 2, 1, 1, 1, 1] * 2)
    for path, number in links:
        assert client.get(path).text.count('<th scope="row">') == number, path


def test_a_call_without_outcome_marks_its_day(place: Place, log_in: LogIn) -> None:
    add(place, None)
    client = log_in("pengawas")
    page = client.get("/balance").text
    assert "Neraca tidak cocok" in page
    assert "1 tanpa hasil" in page
    assert client.get(f"/calls?from={DAY}&to={DAY}&disposition=undecided").text.count('<th scope="row">') == 1


def test_a_call_that_only_the_exchange_knows_counts_as_offered(place: Place, log_in: LogIn) -> None:
    differ(place, "not_logged")
    page = log_in("pengawas").get("/balance").text
    assert "1 tidak tercatat" in page
    assert "1 perbedaan" in page


def test_a_day_belongs_to_the_instances_zone(place: Place, log_in: LogIn) -> None:
    midnight = NOW.replace(hour=17)  # 24.00 WIB
    add(place, "answered", offered_at=midnight - timedelta(seconds=1))
    add(place, "recorded", offered_at=midnight)
    client = log_in("pengawas")
    first = client.get("/balance?from=2026-11-23&to=2026-11-23").text
    second = client.get("/balance?from=2026-11-24&to=2026-11-24").text
    assert ("disposition=answered" in first, "disposition=recorded" in first) == (True, False)
    assert ("disposition=answered" in second, "disposition=recorded" in second) == (False, True)


def test_an_agency_is_chosen_and_an_officer_sees_the_own_one(place: Place, log_in: LogIn) -> None:
    add(place, "answered")
    foreign = add(place, "recorded", "dinkes")
    differ(place, call_id=foreign)
    officer, supervisor = log_in("petugas"), log_in("pengawas")
    with place.database.reading() as session:
        dinkes = session.scalars(select(Agency.id).where(Agency.code == "dinkes")).one()
    assert "disposition=recorded" not in officer.get("/balance").text
    assert "perbedaan</span>" not in officer.get("/balance").text
    assert "17" not in officer.get("/balance/differences").text.split("<main")[1]
    chosen = supervisor.get(f"/balance?agency={dinkes}").text
    assert ("disposition=answered" in chosen, "disposition=recorded" in chosen) == (False, True)
    assert "disposition=recorded" not in officer.get(f"/balance?agency={dinkes}").text


def test_a_difference_is_told_in_words_and_leads_to_its_call(place: Place, log_in: LogIn) -> None:
    call_id = add(place, "answered", hangup_cause=17)
    differ(place, call_id=call_id)
    differ(place, "not_logged", subject="x")
    page = log_in("pengawas").get("/balance/differences").text
    assert f'href="/calls/{call_id}"' in page
    assert "Catatan kami: nomor sibuk (17). Sentral telepon: ditutup seperti biasa (16)." in page
    assert "node1-&lt;b&gt;7.0" in page
    assert "Tidak ada di catatan kami" in page


def test_what_is_mended_is_on_its_own_list(place: Place, log_in: LogIn) -> None:
    differ(place, "not_logged", resolved_at=NOW + timedelta(hours=1))
    client = log_in("pengawas")
    assert "Tidak ada perbedaan" in client.get("/balance/differences").text
    assert "Sentral telepon mencatat panggilan ini" in client.get("/balance/differences?status=mended").text
    assert "1 perbedaan" not in client.get("/balance").text


@pytest.mark.parametrize("kind", [*Kind, "something-new"])
@pytest.mark.parametrize("data", [{}, {"logged": "recorded", "recorded": None}, {"logged": "x"}])
def test_every_kind_of_difference_bears_missing_data(
    place: Place, log_in: LogIn, kind: str, data: dict[str, str]
) -> None:
    differ(place, kind, data=data)
    assert log_in("pengawas").get("/balance/differences").status_code == 200


def test_every_kind_of_difference_has_words() -> None:
    assert set(DIFFERENCES) == {str(kind) for kind in Kind}


def test_the_last_comparison_is_told(place: Place, log_in: LogIn) -> None:
    client = log_in("pengawas")
    assert "Belum pernah dicocokkan" in client.get("/balance").text
    numbers = dict.fromkeys(("offered", "logged", "created", "closed", "differences"), 0)
    with place.database.transaction() as session:
        session.add(ReconciliationRun(node="node1", kind="often", since=NOW, until=NOW, at=NOW, **numbers))
    assert "Terakhir dicocokkan" in client.get("/balance").text


@pytest.mark.parametrize(
    "asked",
    [
        "from=2026-11-01&to=2026-11-30",
        "from=2026-11-30&to=2026-11-01",
        "from=2000-01-01&to=2999-12-31",
        "from=x&to=%00&agency=-1",
        "from=2999-12-31",
        "to=2000-01-01",
        "agency=99999999999999999999",
    ],
)
def test_any_period_is_answered(place: Place, log_in: LogIn, asked: str) -> None:
    add(place, "answered")
    client = log_in("pengawas")
    page = client.get(f"/balance?{asked}")
    assert page.status_code == 200
    assert 1 <= page.text.count('<th scope="row">') <= 62
    assert client.get(f"/balance/differences?{asked}").status_code == 200

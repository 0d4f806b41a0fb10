"""The page of keys: shown once, one's own only, revoked."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from sqlalchemy import select

from callcenter.models import AccessLog, ApiToken
from callcenter.services.api_tokens import MOST_TOKENS
from tests.unit.callcenter.web.conftest import LogIn, Place


def made(client: FlaskClient, label: str = "Layar lobi", days: str = "30") -> str:
    answer = client.post("/tokens", data={"label": label, "days": days})
    assert (answer.status_code, answer.location) == (303, "/tokens")
    (secret,) = re.findall(r">([\w-]{43})<", client.get("/tokens").text)
    return str(secret)


def asked(place: Place, secret: str) -> int:
    headers = {"Authorization": f"Bearer {secret}"}
    return place.app.test_client().get("/api/v1/duty/now", headers=headers).status_code


def tokens(place: Place) -> list[ApiToken]:
    with place.database.reading() as session:
        return list(session.scalars(select(ApiToken).order_by(ApiToken.id)))


def test_a_key_is_shown_once_works_and_is_revoked(place: Place, log_in: LogIn) -> None:
    supervisor = log_in("pengawas")
    secret = made(supervisor)
    page = supervisor.get("/tokens").text
    assert "Layar lobi" in page
    assert secret not in page
    assert asked(place, secret) == 200
    assert "Belum pernah dipakai" not in supervisor.get("/tokens").text
    assert supervisor.post("/tokens/1/revoke").status_code == 303
    assert asked(place, secret) == 401
    assert "Layar lobi" not in supervisor.get("/tokens").text
    with place.database.reading() as session:
        rows = session.scalars(select(AccessLog).where(AccessLog.action.startswith("token_"))).all()
        assert [row.action for row in rows] == ["token_made", "token_revoked", "token_failed"]
        assert {row.account_id for row in rows} == {tokens(place)[0].account_id}


def test_nobody_sees_or_revokes_another_s_key(place: Place, log_in: LogIn) -> None:
    secret = made(log_in("petugas"))
    for username in ("pengawas", "admin"):
        assert "Layar lobi" not in log_in(username).get("/tokens").text
        assert log_in(username).post("/tokens/1/revoke").status_code == 404
    assert log_in("petugas").post(f"/tokens/{2**70}/revoke").status_code == 404
    assert asked(place, secret) == 200


def test_how_long_a_key_works_is_chosen(place: Place, log_in: LogIn) -> None:
    supervisor = log_in("pengawas")
    month, ever = made(supervisor), made(supervisor, "Selamanya", "0")
    place.clock.advance(days=30)
    assert (asked(place, month), asked(place, ever)) == (401, 200)


def test_what_is_wrong_is_said_where_it_is(place: Place, log_in: LogIn) -> None:
    supervisor = log_in("pengawas")
    for data, said in (
        ({"label": "", "days": "30"}, "Belum diisi."),
        ({"label": "Layar lobi"}, "Pilih masa berlaku"),
        ({"label": "Layar lobi", "days": "31"}, "Pilih masa berlaku"),
        ({"label": "Layar lobi", "days": "²"}, "Pilih masa berlaku"),
    ):
        answer = supervisor.post("/tokens", data=data)
        assert answer.status_code == 422
        assert said in answer.text
    assert tokens(place) == []


def test_an_account_has_so_many_keys_and_not_more(place: Place, log_in: LogIn) -> None:
    supervisor = log_in("pengawas")
    for _number in range(MOST_TOKENS):
        made(supervisor)
    assert supervisor.post("/tokens", data={"label": "Lagi", "days": "30"}).status_code == 422
    place.clock.advance(days=30)
    made(log_in("pengawas"))


def test_keys_are_of_who_is_logged_in(place: Place) -> None:
    assert place.app.test_client().get("/tokens").location == "/login?next=/tokens"

"""Who is let in: with a good token, never with a cookie; guessing is stopped."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from callcenter.models import AccessLog, Account, ApiToken
from callcenter.services.accounts import MOST_BY_ADDRESS
from callcenter.services.api_tokens import ApiTokens
from tests import factories
from tests.unit.callcenter.api.conftest import Program, Town


def logged(town: Town) -> list[tuple[str, str, int | None]]:
    with town.database.reading() as session:
        rows = session.scalars(select(AccessLog).order_by(AccessLog.id))
        return [(row.action, row.subject, row.account_id) for row in rows]


def one_token(town: Town) -> ApiToken:
    with town.database.reading() as session:
        return session.scalars(select(ApiToken)).one()


def test_without_a_token_nobody_is_let_in(town: Town) -> None:
    answer = Program(town.app, None).get("/duty/now")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["title"] == "Unauthorized"
    assert logged(town) == []


def test_a_login_s_cookie_opens_nothing(town: Town) -> None:
    browser = town.app.test_client()
    town.app.config["WTF_CSRF_ENABLED"] = False
    browser.post("/login", data={"username": "pengawas", "password": factories.PASSWORD})
    assert browser.get("/duty").status_code == 200
    assert browser.get("/api/v1/duty/now").status_code == 401
    assert browser.post("/api/v1/changes/1/undo", json={"decision": "x"}).status_code == 401


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer  ", "Basic cGVuZ2F3YXM6eA==", "x", "Bearer x=y", "Bearer \u00ff", "bearer a b"],
)
def test_what_is_no_token_is_refused(town: Town, header: str) -> None:
    answer = town.app.test_client().get("/api/v1/duty/now", headers={"Authorization": header})
    assert answer.status_code == 401


def test_a_token_works_without_csrf_and_is_kept_as_a_hash(town: Town, supervisor: Program) -> None:
    assert supervisor.get("/duty/now").status_code == 200
    assert supervisor.post("/changes/1/undo", {"decision": "x"}).status_code == 404
    kept = one_token(town)
    assert supervisor.token is not None
    assert supervisor.token not in (kept.token_hash, kept.label)
    assert "Set-Cookie" not in supervisor.get("/duty/now").headers


def test_a_revoked_an_expired_and_a_closed_account_s_token_are_dead(town: Town) -> None:
    revoked, expired, closed = (
        town.program("ani"),
        Program(town.app, town.token("budi", 1)),
        town.program("cici"),
    )
    for program in (revoked, expired, closed):
        assert program.get("/duty/now").status_code == 200
    with town.database.transaction() as session:
        ApiTokens(session).revoke(1, "terminal:0", town.now)
        session.scalars(select(Account).where(Account.username == "cici")).one().active = False
    town.advance(days=1)
    for program in (revoked, expired, closed):
        answer = program.get("/duty/now")
        assert answer.status_code == 401
        assert "invalid_token" in answer.headers["WWW-Authenticate"]
    made, failed = logged(town)[:4], logged(town)[4:]
    assert [row[0] for row in made] == ["token_made"] * 3 + ["token_revoked"]
    assert [row[:2] for row in failed] == [("token_failed", f"api-token:{one}") for one in (1, 2, 3)]


def test_its_last_use_is_noted_once_a_minute(town: Town, supervisor: Program) -> None:
    begun = town.now
    supervisor.get("/duty/now")
    town.advance(seconds=59)
    supervisor.get("/duty/now")
    assert one_token(town).last_used_at == begun
    town.advance(seconds=1)
    supervisor.get("/duty/now")
    assert one_token(town).last_used_at == town.now


def test_guessing_is_stopped_and_time_heals(town: Town, supervisor: Program) -> None:
    guesser = Program(town.app, "salah")
    for _attempt in range(MOST_BY_ADDRESS):
        assert guesser.get("/duty/now").status_code == 401
    limited = supervisor.get("/duty/now")
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "900")
    failed = len(logged(town))
    assert guesser.get("/duty/now").status_code == 429
    assert len(logged(town)) == failed
    headers = {"Authorization": f"Bearer {supervisor.token}"}
    elsewhere = town.app.test_client().get(
        "/api/v1/duty/now", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.9"}
    )
    assert elsewhere.status_code == 200
    town.advance(minutes=16)
    assert supervisor.get("/duty/now").status_code == 200

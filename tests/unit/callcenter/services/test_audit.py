"""The access log: who did what to whose data."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import AccessLog
from callcenter.services.audit import Audit
from tests import factories
from tests.factories import NOW


def test_a_row_says_who_what_whose_when_and_from_where(session: Session) -> None:
    account = factories.account(session)
    Audit(session).write("playback", "recording:7", account_id=account.id, address="10.0.0.1", now=NOW)
    row = session.scalars(select(AccessLog)).one()
    assert (row.at, row.account_id, row.action, row.subject, row.address) == (
        NOW,
        account.id,
        "playback",
        "recording:7",
        "10.0.0.1",
    )


def test_endless_subjects_are_cut(session: Session) -> None:
    Audit(session).write("search", "x" * 9999, account_id=None, address="y" * 999, now=NOW)
    row = session.scalars(select(AccessLog)).one()
    assert (len(row.subject), len(row.address)) == (200, 64)


def test_failures_are_counted_by_name_and_by_address(session: Session) -> None:
    audit = Audit(session)
    for name, address in (("siti", "a"), ("siti", "b"), ("budi", "a")):
        audit.write("login_failed", name, account_id=None, address=address, now=NOW)
    audit.write("login", "siti", account_id=None, address="a", now=NOW)
    since = NOW - timedelta(minutes=1)
    assert audit.failed_logins(since) == 3
    assert audit.failed_logins(since, subject="siti") == 2
    assert audit.failed_logins(since, address="a") == 2
    assert audit.failed_logins(since, subject="siti", address="a") == 1
    assert audit.failed_logins(NOW) == 0


def test_the_last_access_is_the_account_s_own(session: Session) -> None:
    one, other = factories.account(session, "siti"), factories.account(session, "budi")
    audit = Audit(session)
    for minutes in (0, 5):
        now = NOW + timedelta(minutes=minutes)
        audit.write("playback", "recording:7", account_id=one.id, address="a", now=now)
    assert audit.last("playback", "recording:7", one.id) == NOW + timedelta(minutes=5)
    assert audit.last("playback", "recording:7", other.id) is None
    assert audit.last("playback", "recording:8", one.id) is None

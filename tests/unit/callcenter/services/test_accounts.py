"""Accounts: made safely, checked slowly, and not guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from callcenter.models import Role
from callcenter.services.accounts import (
    MOST_BY_ADDRESS,
    MOST_BY_NAME,
    MOST_BY_PAIR,
    WINDOW,
    AccountError,
    Accounts,
    Check,
    session_stamp,
)
from tests import factories
from tests.factories import NOW, PASSWORD


def fail(session: Session, name: str, address: str, times: int) -> None:
    accounts = Accounts(session)
    for _time in range(times):
        check = accounts.check(name, "salah", address=address, now=NOW)
        accounts.note(check, address=address, now=NOW)


def test_a_password_is_kept_as_argon2(session: Session) -> None:
    account = Accounts(session).create("Siti.A", PASSWORD, Role.ADMIN, now=NOW)
    assert account.username == "siti.a"
    assert account.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize("name", ["", "a", "-a", "a b", "a" * 41, "ä-b", "a\nb", "<b>x"])
def test_odd_names_are_refused(session: Session, name: str) -> None:
    with pytest.raises(AccountError, match="user name"):
        Accounts(session).create(name, PASSWORD, Role.ADMIN, now=NOW)


def test_short_passwords_doubles_and_officers_without_agency_are_refused(session: Session) -> None:
    accounts = Accounts(session)
    accounts.create("siti", PASSWORD, Role.ADMIN, now=NOW)
    with pytest.raises(AccountError, match="at least"):
        accounts.create("budi", "pendek", Role.ADMIN, now=NOW)
    with pytest.raises(AccountError, match="taken"):
        accounts.create(" SITI ", PASSWORD, Role.ADMIN, now=NOW)
    with pytest.raises(AccountError, match="agency"):
        accounts.create("budi", PASSWORD, Role.OFFICER, now=NOW)


@pytest.mark.parametrize(
    ("name", "password"), [("siti", "salah"), ("siti", ""), ("nobody", PASSWORD), ("", "")]
)
def test_a_wrong_name_and_a_wrong_password_look_the_same(session: Session, name: str, password: str) -> None:
    factories.account(session, "siti")
    check = Accounts(session).check(name, password, address="10.0.0.1", now=NOW)
    assert (check.outcome, check.account) == ("wrong", None)


def test_a_closed_account_is_not_welcome(session: Session) -> None:
    account = factories.account(session, "siti")
    account.active = False
    assert Accounts(session).check("siti", PASSWORD, address="10.0.0.1", now=NOW).outcome == "wrong"
    assert Accounts(session).find(account.id) is None


@pytest.mark.parametrize(
    ("failures", "outcome"),
    [(MOST_BY_PAIR - 1, "welcome"), (MOST_BY_PAIR, "limited"), (MOST_BY_PAIR + 9, "limited")],
)
def test_guesses_from_one_address_are_limited(session: Session, failures: int, outcome: str) -> None:
    factories.account(session, "siti")
    fail(session, "siti", "10.0.0.1", failures)
    assert Accounts(session).check("siti", PASSWORD, address="10.0.0.1", now=NOW).outcome == outcome
    later = NOW + WINDOW + timedelta(seconds=1)
    assert Accounts(session).check("siti", PASSWORD, address="10.0.0.1", now=later).outcome == "welcome"


def test_guesses_spread_over_addresses_or_names_are_limited_later(session: Session) -> None:
    factories.account(session, "siti")
    for number in range(MOST_BY_NAME):
        Accounts(session).note(_wrong("siti"), address=f"10.0.1.{number}", now=NOW)
    assert Accounts(session).check("siti", PASSWORD, address="10.0.0.9", now=NOW).outcome == "limited"
    for number in range(MOST_BY_ADDRESS):
        Accounts(session).note(_wrong(f"name{number}"), address="10.0.0.8", now=NOW)
    assert Accounts(session).check("someone", PASSWORD, address="10.0.0.8", now=NOW).outcome == "limited"


def test_a_new_password_makes_a_new_stamp(session: Session) -> None:
    account = factories.account(session, "siti")
    before = session_stamp(account)
    Accounts(session).set_password(account, "kata-sandi-lain")
    assert session_stamp(account) != before


def _wrong(name: str) -> Check:
    return Check("wrong", name)

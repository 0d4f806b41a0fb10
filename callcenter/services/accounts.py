"""Accounts: creating them, and checking who logs in."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Account, Role
from callcenter.services.audit import Audit

WINDOW = timedelta(minutes=15)
"""Failed logins older than this no longer count."""
MOST_BY_PAIR = 5
"""Failures of one user name from one address: a person who guesses."""
MOST_BY_NAME = 30
MOST_BY_ADDRESS = 60
"""Failures from one address, which a whole office may share."""
SHORTEST_PASSWORD = 10
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


class AccountError(ValueError):
    """An account cannot be made like this; the text says why."""


@dataclass(frozen=True, slots=True)
class Check:
    """How a login attempt ended; ``account`` is set only when it is welcome."""

    outcome: Literal["welcome", "wrong", "limited"]
    username: str
    account: Account | None = None


class Accounts:
    """The accounts people log in with."""

    def __init__(self, session: Session) -> None:
        """Work inside the caller's transaction."""
        self._session = session
        self._hasher = PasswordHasher()

    def create(
        self,
        username: str,
        password: str,
        role: Role,
        *,
        now: datetime,
        agency_id: int | None = None,
        officer_id: int | None = None,
        language: str = "id",
    ) -> Account:
        """Add an account; raises ``AccountError`` when it cannot be used safely."""
        name = normal_username(username)
        self._refuse_bad(name, password, role, agency_id)
        account = Account(
            username=name,
            password_hash=self._hasher.hash(password),
            role=role,
            agency_id=agency_id,
            officer_id=officer_id,
            language=language,
            active=True,
            created_at=now,
        )
        self._session.add(account)
        self._session.flush()
        return account

    def set_password(self, account: Account, password: str) -> None:
        """Change the password, which also ends the account's open sessions."""
        _refuse_short(password)
        account.password_hash = self._hasher.hash(password)

    def set_language(self, account_id: int, language: str) -> None:
        """Remember the language of the pages."""
        account = self._session.get_one(Account, account_id)
        account.language = language

    def check(self, username: str, password: str, *, address: str, now: datetime) -> Check:
        """Check a login without writing: hashing is slow and holds no lock this way."""
        name = normal_username(username)
        if self._limited(name, address, now):
            return Check("limited", name)
        account = self._session.scalar(select(Account).where(Account.username == name))
        if self._matches(account, password) and account is not None and account.active:
            return Check("welcome", name, account)
        return Check("wrong", name)

    def note(self, check: Check, *, address: str, now: datetime) -> None:
        """Write down how a login attempt ended; one that was not even tried adds nothing."""
        if check.outcome == "limited":
            return
        account_id = check.account.id if check.account else None
        action: Literal["login", "login_failed"] = "login" if check.account else "login_failed"
        Audit(self._session).write(action, check.username, account_id=account_id, address=address, now=now)

    def find(self, account_id: int) -> Account | None:
        """Find an active account."""
        account = self._session.get(Account, account_id)
        return account if account is not None and account.active else None

    def named(self, username: str) -> Account | None:
        """Find an active account by its user name."""
        account = self._session.scalar(select(Account).where(Account.username == normal_username(username)))
        return account if account is not None and account.active else None

    def _refuse_bad(self, name: str, password: str, role: Role, agency_id: int | None) -> None:
        if not USERNAME.fullmatch(name):
            raise AccountError("a user name has 2 to 40 letters, digits, dots, hyphens or underscores")
        _refuse_short(password)
        if role is Role.OFFICER and agency_id is None:
            raise AccountError("an officer's account belongs to an agency")
        if self._session.scalar(select(Account.id).where(Account.username == name)):
            raise AccountError(f"the user name {name} is taken")

    def _limited(self, name: str, address: str, now: datetime) -> bool:
        count = Audit(self._session).failed_logins
        since = now - WINDOW
        return (
            count(since, subject=name, address=address) >= MOST_BY_PAIR
            or count(since, subject=name) >= MOST_BY_NAME
            or count(since, address=address) >= MOST_BY_ADDRESS
        )

    def _matches(self, account: Account | None, password: str) -> bool:
        """Verify; an unknown name takes as long as a wrong password."""
        if account is None:
            self._hasher.hash(password[:1024])
            return False
        try:
            return self._hasher.verify(account.password_hash, password[:1024])
        except (VerificationError, InvalidHashError):
            return False


def normal_username(username: str) -> str:
    """Fold a user name as typed into the one that is kept."""
    return username.strip().lower()[:80]


def session_stamp(account: Account) -> str:
    """Make a mark that changes with the password, so that old sessions end."""
    return hashlib.sha256(account.password_hash.encode()).hexdigest()[:16]


def _refuse_short(password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise AccountError(f"a password has at least {SHORTEST_PASSWORD} characters")

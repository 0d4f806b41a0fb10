"""Accounts as an admin keeps them; passwords are drawn, never chosen for others."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from callcenter.models import Account, Officer, Role
from callcenter.services.accounts import USERNAME, Accounts, normal_username
from callcenter.services.agencies import Agencies
from callcenter.services.fields import FieldError

PASSWORD_BYTES = 12


@dataclass(frozen=True, slots=True)
class AccountForm:
    """An account as people write it."""

    username: str
    role: str
    agency: str = ""
    """The code of the agency an officer's account belongs to."""
    officer: str = ""
    """The id of the officer who uses it; may be empty."""
    active: bool = True


class AccountAdmin:
    """Creates and changes the accounts people log in with."""

    def __init__(self, session: Session) -> None:
        """Read and write through ``session``."""
        self.session = session

    def all(self) -> Sequence[Account]:
        """List the accounts by user name."""
        query = select(Account).options(joinedload(Account.agency), joinedload(Account.officer))
        return self.session.scalars(query.order_by(Account.username)).all()

    def create(self, form: AccountForm, now: datetime) -> tuple[Account, str]:
        """Create an account and draw its password, which is told once; raises ``FieldError``."""
        username = normal_username(form.username)
        if not USERNAME.fullmatch(username):
            raise FieldError("username", "bad_username", form.username)
        if self.session.scalar(select(Account.id).where(Account.username == username)):
            raise FieldError("username", "taken_username", username)
        role = _role(form.role)
        agency_id, officer_id = self._belongs(role, form)
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        account = Accounts(self.session).create(
            username, password, role, now=now, agency_id=agency_id, officer_id=officer_id
        )
        account.active = form.active
        self.session.flush()
        return account, password

    def change(self, account: Account, form: AccountForm) -> None:
        """Change role, agency and whether it may log in; raises ``FieldError``.

        The last admin stays one: otherwise nobody could mend it.
        """
        role = _role(form.role)
        if account.role == Role.ADMIN and (role is not Role.ADMIN or not form.active):
            self._refuse_last_admin(account)
        account.agency_id, account.officer_id = self._belongs(role, form)
        account.role, account.active = role, form.active
        self.session.flush()

    def new_password(self, account: Account) -> str:
        """Draw another password; the account's open sessions end."""
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        Accounts(self.session).set_password(account, password)
        self.session.flush()
        return password

    def _belongs(self, role: Role, form: AccountForm) -> tuple[int | None, int | None]:
        if role is not Role.OFFICER:
            return None, None
        agency = Agencies(self.session).by_code(form.agency.strip())
        if agency is None:
            raise FieldError("agency", "agency_needed", form.agency)
        return agency.id, self._officer(agency.id, form.officer.strip())

    def _officer(self, agency_id: int, text: str) -> int | None:
        if not text:
            return None
        officer = (
            self.session.get(Officer, int(text))
            if text.isascii() and text.isdigit() and len(text) < 10
            else None
        )
        if officer is None or officer.agency_id != agency_id:
            raise FieldError("officer", "unknown_officer", text)
        return officer.id

    def _refuse_last_admin(self, account: Account) -> None:
        others = select(func.count(Account.id)).where(
            Account.role == Role.ADMIN, Account.active, Account.id != account.id
        )
        if not self.session.scalar(others):
            raise FieldError("role", "last_admin", account.username)


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise FieldError("role", "unknown_role", text) from None

"""Who may see what: the one place where that rule is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, false
from sqlalchemy.orm import InstrumentedAttribute

from callcenter.models import Account, Role

LARGEST_ID = 2**63 - 1
Statement = TypeVar("Statement", bound=Select[Any])


class NotVisibleError(LookupError):
    """The thing does not exist, or not for this viewer: both look the same."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who is logged in, as far as access depends on it."""

    account_id: int
    username: str
    role: Role
    agency_id: int | None = None
    officer_id: int | None = None
    language: str = "id"

    @property
    def sees_all(self) -> bool:
        """Supervisors and admins see every agency; an officer only the own one."""
        return self.role in (Role.SUPERVISOR, Role.ADMIN)

    def sees(self, agency_id: int | None) -> bool:
        """Tell whether something of this agency may be seen."""
        return self.sees_all or (agency_id is not None and agency_id == self.agency_id)

    def narrow(self, statement: Statement, agency: InstrumentedAttribute[Any]) -> Statement:
        """Leave in a statement only the rows of agencies that may be seen."""
        if self.sees_all:
            return statement
        return statement.where(false() if self.agency_id is None else agency == self.agency_id)


def possible_id(row_id: int) -> int:
    """Keep ids that a database can hold; no row has another."""
    return row_id if row_id <= LARGEST_ID else 0


def viewer_of(account: Account) -> Viewer:
    """Build the viewer an account stands for."""
    return Viewer(
        account_id=account.id,
        username=account.username,
        role=Role(account.role),
        agency_id=account.agency_id,
        officer_id=account.officer_id,
        language=account.language,
    )

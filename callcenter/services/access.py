"""Who may see what: the one place where that rule is written.

An officer sees the own agency; of another one only what they were rung for and
answered, or were told of, because they covered for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from callcenter.models import Account, Call, Leg, Notification, Role, Ticket

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
        """Supervisors and admins see every agency."""
        return self.role in (Role.SUPERVISOR, Role.ADMIN)

    def sees(self, agency_id: int | None) -> bool:
        """Tell whether something of this agency may be seen."""
        return self.sees_all or (agency_id is not None and agency_id == self.agency_id)

    def narrow(self, statement: Statement, agency: InstrumentedAttribute[Any]) -> Statement:
        """Leave in a statement only the rows of agencies that may be seen."""
        if self.sees_all:
            return statement
        return statement.where(self._own(agency))

    def narrow_calls(self, statement: Statement) -> Statement:
        """Leave in a statement about calls those of the own agency, and those one answered for another."""
        return (
            statement if self.sees_all else statement.where(or_(self._own(Call.agency_id), self._answered()))
        )

    def narrow_tickets(self, statement: Statement) -> Statement:
        """Leave in a statement about tickets those of the own agency, and those one was told of or answered."""
        if self.sees_all:
            return statement
        told = select(Notification.id).where(
            Notification.ticket_id == Ticket.id, Notification.officer_id == (self.officer_id or 0)
        )
        answered = select(Call.id).where(Call.id == Ticket.call_id, self._answered())
        return statement.where(or_(self._own(Ticket.agency_id), told.exists(), answered.exists()))

    def _own(self, agency: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        return false() if self.agency_id is None else agency == self.agency_id

    def _answered(self) -> ColumnElement[bool]:
        leg = select(Leg.id).where(
            Leg.call_id == Call.id, Leg.officer_id == (self.officer_id or 0), Leg.answered_at.is_not(None)
        )
        return leg.exists()


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

"""Traces of access to personal data (UU 27/2022 art. 31), of logins, of marks on numbers, and of decisions on lines."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.models import AccessLog

Action = Literal[
    "playback",
    "export",
    "search",
    "login",
    "login_failed",
    "mark_proposed",
    "mark_set",
    "mark_extended",
    "mark_withdrawn",
    "feed_made",
    "feed_revoked",
    "token_made",
    "token_revoked",
    "token_failed",
    "line_on",
    "line_off",
    "recording_discarded",
]


class Audit:
    """Writes and counts access log rows."""

    def __init__(self, session: Session) -> None:
        """Work inside the caller's transaction."""
        self._session = session

    def write(
        self, action: Action, subject: str, *, account_id: int | None, address: str, now: datetime
    ) -> None:
        """Note that an account did something to a subject, from an address."""
        self._session.add(
            AccessLog(
                at=now, account_id=account_id, action=action, subject=subject[:200], address=address[:64]
            )
        )
        self._session.flush()

    def failed_logins(
        self, since: datetime, *, subject: str | None = None, address: str | None = None
    ) -> int:
        """Count failed logins since a time, of one user name and/or from one address."""
        statement = select(func.count(AccessLog.id)).where(
            AccessLog.action == "login_failed", AccessLog.at > since
        )
        if subject is not None:
            statement = statement.where(AccessLog.subject == subject)
        if address is not None:
            statement = statement.where(AccessLog.address == address)
        return self._session.scalar(statement) or 0

    def failed_tokens(self, since: datetime, address: str) -> int:
        """Count wrong tokens from an address since a time."""
        statement = select(func.count(AccessLog.id)).where(
            AccessLog.action == "token_failed", AccessLog.at > since, AccessLog.address == address
        )
        return self._session.scalar(statement) or 0

    def last(self, action: Action, subject: str, account_id: int) -> datetime | None:
        """Tell when an account last did this to the subject."""
        return self._session.scalar(
            select(func.max(AccessLog.at)).where(
                AccessLog.action == action,
                AccessLog.subject == subject,
                AccessLog.account_id == account_id,
            )
        )

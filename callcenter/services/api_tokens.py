"""Tokens with which other programs act as an account: made, checked, revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from callcenter.models import Account, ApiToken
from callcenter.services import fields
from callcenter.services.access import NotVisibleError, Viewer, possible_id, viewer_of
from callcenter.services.accounts import MOST_BY_ADDRESS, WINDOW
from callcenter.services.audit import Action, Audit
from callcenter.services.fields import FieldError

MOST_TOKENS = 20
"""Of one account, as long as they work."""
LONGEST_LABEL = 80
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """How a token fared; ``token`` is set when it is known, ``viewer`` only when it is welcome."""

    outcome: Literal["welcome", "wrong", "limited"]
    token_hash: str
    token: ApiToken | None = None
    viewer: Viewer | None = None

    def to_be_noted(self, now: datetime) -> bool:
        """Tell whether ``ApiTokens.note`` has anything to write; most uses of a token cost no writing."""
        if self.outcome != "welcome" or self.token is None:
            return self.outcome == "wrong"
        return self.token.last_used_at is None or now - self.token.last_used_at >= MINUTE


class ApiTokens:
    """The tokens of all accounts."""

    def __init__(self, session: Session) -> None:
        """Work inside the caller's transaction."""
        self._session = session

    def make(
        self,
        account_id: int,
        label: str,
        days: int | None,
        *,
        by: int | None,
        address: str,
        now: datetime,
    ) -> str:
        """Make a token of an account that works for some days, or until it is revoked.

        Gives the token, which cannot be read again. ``by`` is the account that
        makes it, ``None`` at the machine's own terminal. Raises ``FieldError``.
        """
        kept = fields.text("label", label, LONGEST_LABEL)
        self._session.scalar(select(Account.id).where(Account.id == account_id).with_for_update())
        if len(self.working(account_id, now)) >= MOST_TOKENS:
            raise FieldError("label", "too_many_tokens", label)
        secret = secrets.token_urlsafe(32)
        expires_at = now + timedelta(days=days) if days else None
        facts = {"account_id": account_id, "label": kept, "at": now, "expires_at": expires_at}
        token = ApiToken(token_hash=_hash(secret), **facts)
        self._session.add(token)
        self._session.flush()
        self._log("token_made", token, by, address, now)
        return secret

    def working(self, account_id: int, now: datetime) -> Sequence[ApiToken]:
        """List the tokens of an account that are neither revoked nor expired."""
        query = select(ApiToken).where(ApiToken.account_id == account_id, *_working(now))
        return self._session.scalars(query.order_by(ApiToken.id)).all()

    def everybodys(self, now: datetime) -> Sequence[ApiToken]:
        """List the tokens that are neither revoked nor expired, of all accounts."""
        query = select(ApiToken).options(joinedload(ApiToken.account)).where(*_working(now))
        return self._session.scalars(query.order_by(ApiToken.id)).all()

    def revoke_own(self, viewer: Viewer, token_id: int, address: str, now: datetime) -> None:
        """Let one of the viewer's own tokens work no more; raises ``NotVisibleError``."""
        token = self._session.get(ApiToken, possible_id(token_id))
        if token is None or token.account_id != viewer.account_id:
            raise NotVisibleError(f"token {token_id}")
        self._revoke(token, viewer.account_id, address, now)

    def revoke(self, token_id: int, address: str, now: datetime) -> None:
        """Let anybody's token work no more, at the machine's own terminal; raises ``NotVisibleError``."""
        token = self._session.get(ApiToken, possible_id(token_id))
        if token is None:
            raise NotVisibleError(f"token {token_id}")
        self._revoke(token, None, address, now)

    def check(self, secret: str, *, address: str, now: datetime) -> TokenCheck:
        """Check a token without writing; wrong ones from an address are bounded like wrong passwords."""
        digest = _hash(secret)
        if Audit(self._session).failed_tokens(now - WINDOW, address) >= MOST_BY_ADDRESS:
            return TokenCheck("limited", digest)
        query = select(ApiToken).options(joinedload(ApiToken.account)).where(ApiToken.token_hash == digest)
        token = self._session.scalar(query)
        if token is None or not _works(token, now):
            return TokenCheck("wrong", digest, token)
        return TokenCheck("welcome", digest, token, viewer_of(token.account))

    def note(self, check: TokenCheck, *, address: str, now: datetime) -> None:
        """Write down that a token was used or refused."""
        if check.outcome == "wrong":
            known = check.token
            subject = f"api-token:{known.id}" if known else f"token:{check.token_hash[:12]}"
            account_id = known.account_id if known else None
            Audit(self._session).write(
                "token_failed", subject, account_id=account_id, address=address, now=now
            )
        elif check.token is not None:
            self._session.get_one(ApiToken, check.token.id).last_used_at = now

    def _revoke(self, token: ApiToken, by: int | None, address: str, now: datetime) -> None:
        if token.revoked_at is None:
            token.revoked_at = now
            self._log("token_revoked", token, by, address, now)

    def _log(self, action: Action, token: ApiToken, by: int | None, address: str, now: datetime) -> None:
        subject = f"api-token:{token.id}:account:{token.account_id}"
        Audit(self._session).write(action, subject, account_id=by, address=address, now=now)


def _working(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return ApiToken.revoked_at.is_(None), or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now)


def _works(token: ApiToken, now: datetime) -> bool:
    over = token.expires_at is not None and token.expires_at <= now
    return token.revoked_at is None and not over and token.account.active


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

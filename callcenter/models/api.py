"""Access for other programs: their tokens, and the answers they may ask for again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.officer import Account


class ApiToken(Base):
    """Lets a program act as an account, until it is revoked, expires, or the account is closed."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    label: Mapped[str]
    """What it is for, in its owner's words."""
    token_hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256; the token itself is shown once and kept nowhere."""
    at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    """Exact to a minute."""
    revoked_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()


class ApiAnswer(Base):
    """What a request under an ``Idempotency-Key`` was answered; the same request is answered so again."""

    __tablename__ = "api_answer"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    key: Mapped[str]
    request_hash: Mapped[str]
    """SHA-256 of the method, the path and the body."""
    at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    """``None`` only inside the transaction that claims the key."""
    body: Mapped[str | None]

"""Audio objects kept in the store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from callcenter.db import Base
from callcenter.models.call import Call


class Recording(Base):
    """An audio object: a message or a conversation, part n of a call."""

    __tablename__ = "recording"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("call.id"), index=True)
    provider_key: Mapped[str] = mapped_column(unique=True)
    """The spool file's name without extension."""
    kind: Mapped[str]
    """``message`` or ``conversation``."""
    part: Mapped[int]
    store_key: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    """Bytes of the stored file."""
    duration_ms: Mapped[int]
    format: Mapped[str]
    """``wav``: PCM 16 bit, 8 kHz."""
    channels: Mapped[int]
    """2 in a conversation: citizen left, officer right."""
    silent: Mapped[bool] = mapped_column(default=False)
    problem: Mapped[str | None]
    """What was wrong with the file when it came (empty, broken header)."""
    created_at: Mapped[datetime]

    call: Mapped[Call] = relationship()

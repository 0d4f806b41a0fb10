"""Lines on Twilio are off until an administrator switches them on, with a reason that is kept.

Calls and recordings of such a line pass through a provider abroad; PP 71/2019
asks public systems to keep their data in Indonesia (FACTS: personal data, class R).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from callcenter.models import Line, LineDecision
from callcenter.services import fields
from callcenter.services.fields import FieldError

ABROAD = frozenset({"twilio"})
"""Providers whose lines need a decision."""

LONGEST_REASON = 500


class Residency:
    """The decisions on lines; one instance a transaction."""

    def __init__(self, session: Session) -> None:
        """Read and write through ``session``."""
        self._session = session

    def is_served(self, line: Line) -> bool:
        """Tell whether calls to a line are answered."""
        if line.provider not in ABROAD:
            return True
        last = self._session.scalar(_of(line).limit(1))
        return last is not None and last.on

    def decide(self, line: Line, *, on: bool, reason: str, account_id: int | None, now: datetime) -> None:
        """Switch a line on or off; raises ``FieldError`` without a reason, or for a line that needs none."""
        if line.provider not in ABROAD:
            raise FieldError("reason", "not_abroad", line.number)
        why = fields.text("reason", reason, LONGEST_REASON)
        self._session.add(LineDecision(line_id=line.id, on=on, reason=why, account_id=account_id, at=now))
        self._session.flush()

    def history(self, line: Line) -> Sequence[LineDecision]:
        """Give the decisions, the last one first."""
        return self._session.scalars(_of(line)).all()


def _of(line: Line) -> Select[LineDecision]:
    return select(LineDecision).where(LineDecision.line_id == line.id).order_by(LineDecision.id.desc())

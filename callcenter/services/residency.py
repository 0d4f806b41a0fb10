"""Lines on Twilio are off until an administrator switches them on, with a reason that is kept.

A decision belongs to the number it was taken for: a line that gets another number,
or leaves the provider and comes back, is off again until somebody decides anew.

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
from callcenter.services.audit import Audit
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
        last = self.last(line)
        return last is not None and last.on

    def last(self, line: Line) -> LineDecision | None:
        """Give the decision that counts: the last one on this number since it came to its provider."""
        these = (LineDecision.number == line.number, LineDecision.stay == line.stay)
        return self._session.scalar(_of(line).where(*these).limit(1))

    def decide(
        self,
        line: Line,
        *,
        on: bool,
        reason: str,
        account_id: int | None,
        now: datetime,
        address: str = "",
    ) -> None:
        """Switch a line on or off; raises ``FieldError`` without a reason, or for a line that needs none."""
        if line.provider not in ABROAD:
            raise FieldError("reason", "not_abroad", line.number)
        why = _reason(reason)
        what = {"line_id": line.id, "number": line.number, "stay": line.stay}
        self._session.add(LineDecision(**what, on=on, reason=why, account_id=account_id, at=now))
        subject = f"line:{line.id}:{line.number}"
        Audit(self._session).write(
            "line_on" if on else "line_off", subject, account_id=account_id, address=address, now=now
        )

    def history(self, line: Line) -> Sequence[LineDecision]:
        """Give all decisions, also those that do not count any more, the last one first."""
        return self._session.scalars(_of(line)).all()


def _reason(typed: str) -> str:
    """Take a reason in one line; its limit has words of its own."""
    if len(" ".join(typed.split())) > LONGEST_REASON:
        raise FieldError("reason", "long_reason")
    return fields.text("reason", typed, LONGEST_REASON)


def _of(line: Line) -> Select[LineDecision]:
    return select(LineDecision).where(LineDecision.line_id == line.id).order_by(LineDecision.id.desc())

"""Lines on Twilio are off until an administrator switches them on, with a reason that is kept.

A decision belongs to the number it was taken for: a line that gets another number,
or leaves the provider and comes back, is off again until somebody decides anew.

Calls, recordings and texts of such a line pass through a provider abroad; PP 71/2019
asks public systems to keep their data in Indonesia (FACTS: personal data, class R).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

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
        return bool(self.served([line]))

    def served(self, lines: Iterable[Line]) -> list[Line]:
        """Give the lines whose calls are answered, in their order; one query at most, however many they are."""
        lines = list(lines)
        last = self.last(lines)
        return [it for it in lines if it.provider not in ABROAD or (it.id in last and last[it.id].on)]

    def last(self, lines: Iterable[Line]) -> dict[int, LineDecision]:
        """Give by line's id the decision that counts: the last one on its number since that came to its provider."""
        ids = [line.id for line in lines if line.provider in ABROAD]
        if not ids:
            return {}
        same = (LineDecision.number == Line.number, LineDecision.stay == Line.stay)
        newest = select(func.max(LineDecision.id)).join(LineDecision.line).where(*same)
        some = LineDecision.line_id.in_(ids)
        query = select(LineDecision).where(
            LineDecision.id.in_(newest.where(some).group_by(LineDecision.line_id))
        )
        rows = self._session.scalars(query.options(joinedload(LineDecision.account)))
        return {row.line_id: row for row in rows}

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
        these = select(LineDecision).where(LineDecision.line_id == line.id).order_by(LineDecision.id.desc())
        return self._session.scalars(these.options(joinedload(LineDecision.account))).all()


def _reason(typed: str) -> str:
    """Take a reason in one line; its limit has words of its own."""
    if len(" ".join(typed.split())) > LONGEST_REASON:
        raise FieldError("reason", "long_reason")
    return fields.text("reason", typed, LONGEST_REASON)

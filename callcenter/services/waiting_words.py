"""What a citizen hears while waiting for an officer at Twilio, and when.

At the beginning they hear how many are served before them, and again whenever
that has changed; else that we are at it. Never more than once in
:data:`REMIND`. Each telling is a fact of the call's timeline, so that the next
request, on whatever machine, knows what was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from callcenter.models import Call
from callcenter.services.timeline import Timeline
from callcenter.services.waiting_line import WaitingLine
from ivr.turns import Clip, Connect, Number, Part

REMIND = timedelta(seconds=20)
"""A citizen who waits hears at least, and at most, this often that we are at it."""

TOLD = "waiting_told"


@dataclass(frozen=True, slots=True)
class Told:
    """What was said, and when; ``before`` is empty where no position was."""

    at: datetime
    before: int | None


class WaitingWords:
    """Tells those who wait; one instance a transaction."""

    def __init__(self, session: Session) -> None:
        """Write through ``session``."""
        self._timeline = Timeline(session)
        self._line = WaitingLine(session)

    def next(self, call: Call, number: int, action: Connect, now: datetime) -> list[Part]:
        """Give what is to be said now to who waits in turn ``number``, and keep that it is said.

        Nobody is told a position for an emergency: everybody is rung for it at once.
        """
        told = self._told(call, number)
        if not is_due(told, self._began(call, number, now), now, emergency=action.emergency):
            return []
        before = None if action.emergency else len(self._line.before(call, now))
        news = before if is_news(told, before) else None
        key = f"turn:{number}:waiting:{len(told)}"
        self._timeline.add(call, now, (key, TOLD, {} if news is None else {"before": news}))
        return [Clip("still_waiting")] if news is None else place(news)

    def _told(self, call: Call, number: int) -> list[Told]:
        facts = self._timeline.of_kind(call, TOLD)
        own = [fact for fact in facts if fact.key.startswith(f"turn:{number}:")]
        return [Told(fact.at, fact.data.get("before")) for fact in own]

    def _began(self, call: Call, number: int, now: datetime) -> datetime:
        queued = self._timeline.of_kind(call, "queued")
        return next((fact.at for fact in queued if fact.key == f"turn:{number}:queued"), now)


def is_due(told: Sequence[Told], began: datetime, now: datetime, *, emergency: bool) -> bool:
    """Tell whether something is to be said: at once, and then every :data:`REMIND`.

    In an emergency the prompt ahead of the wait has said it all.
    """
    if not told and not emergency:
        return True
    return now - (told[-1].at if told else began) >= REMIND


def is_news(told: Sequence[Told], before: int | None) -> bool:
    """Tell whether a position is another one than the one told last."""
    last = next((one.before for one in reversed(told) if one.before is not None), None)
    return before is not None and before != last


def place(before: int) -> list[Part]:
    """Say how many are served before somebody."""
    return [Clip("waiting_before"), Number(before)] if before else [Clip("waiting_next")]

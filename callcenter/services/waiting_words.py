"""What a citizen hears while waiting for an officer at Twilio, and when.

At the beginning they hear how many are served before them and how long it
usually takes, the former again whenever it has changed; else that we are at it. Never more than once in
:data:`REMIND`. Each telling is a fact of the call's timeline, so that the next
request, on whatever machine, knows what was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from callcenter.models import Call
from callcenter.services.timeline import Timeline
from callcenter.services.waiting_line import WaitingLine
from callcenter.services.waiting_time import WaitingTimes
from ivr.turns import OFFERS, Clip, Connect, Number, Part

REMIND = timedelta(seconds=20)
"""A citizen who waits hears at least, and at most, this often that we are at it."""

TOLD = "waiting_told"


@dataclass(frozen=True, slots=True)
class Told:
    """What was said, and when; ``before`` is empty where no position was."""

    at: datetime
    before: int | None


@dataclass(frozen=True, slots=True)
class News:
    """What is said: how many are served ``before``, in how many ``minutes`` an officer usually answers."""

    before: int | None
    minutes: int | None = None

    def to_dict(self) -> dict[str, int]:
        """Turn into plain data; what is not said is missing."""
        said = {"before": self.before, "minutes": self.minutes}
        return {name: value for name, value in said.items() if value is not None}

    def parts(self) -> list[Part]:
        """Say it, or that we are at it where there is no news."""
        if self.before is None and self.minutes is None:
            return [Clip("still_waiting")]
        return [*place(self.before), *duration(self.minutes)]


class WaitingWords:
    """Tells those who wait; one instance a transaction."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        """Write through ``session``; the hours of a day are those of ``zone``."""
        self._timeline = Timeline(session)
        self._line = WaitingLine(session)
        self._times = WaitingTimes(session, zone)

    def next(self, call: Call, number: int, action: Connect, now: datetime) -> list[Part]:
        """Give what is to be said now to who waits in turn ``number``, and keep that it is said.

        Nobody is told a position for an emergency: everybody is rung for it at once.
        """
        told = self._told(call, number)
        if not is_due(told, self._began(call, number, now), now, emergency=action.emergency):
            return []
        before = None if action.emergency else len(self._line.before(call, now))
        words = News(
            before if is_news(told, before) else None, None if told else self._minutes(call, action, now)
        )
        self._timeline.add(call, now, (f"turn:{number}:waiting:{len(told)}", TOLD, words.to_dict()))
        offered = [Clip("waiting_keys")] if len(action.offers) == len(OFFERS) else []
        return [*words.parts(), *offered]

    def _minutes(self, call: Call, action: Connect, now: datetime) -> int | None:
        if action.emergency or call.agency_id is None:
            return None
        return self._times.minutes(call.agency_id, now)

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


def place(before: int | None) -> list[Part]:
    """Say how many are served before somebody."""
    if before is None:
        return []
    return [Clip("waiting_before"), Number(before)] if before else [Clip("waiting_next")]


def duration(minutes: int | None) -> list[Part]:
    """Say in how many minutes an officer usually answers."""
    if minutes is None:
        return []
    unit = Clip("waiting_minute" if minutes == 1 else "waiting_minutes")
    return [Clip("waiting_usually"), Number(minutes), unit]

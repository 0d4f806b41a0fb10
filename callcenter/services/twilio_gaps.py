"""What Twilio knows of calls and our log does not: found by reading alone, and without a lock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callcenter.models import Call, CallEvent, Leg, Line, Outbox, Recording, Ticket
from callcenter.services import callers
from callcenter.services.remote_recordings import ABSENT, COMPLETED, NONE_MADE, failing, fetching
from callcenter.services.unmet_messages import owed_names, unmet
from ivr.events import HungUp
from ivr.twilio import events
from ivr.twilio.alone import TURN
from ivr.twilio.facts import CallFacts, RecordingFacts
from ivr.twilio.names import PROVIDER, Attempt
from recordings.spool import AudioName

GRACE = timedelta(seconds=30)
"""So long what has ended may still be told of: for an answer of ours Twilio waits up to 15 s (error 11205)."""

LONGEST = timedelta(days=1)
"""Longer than a call lasts: <Dial> ends a conversation after four hours (TwiML Voice: <Dial>, ``timeLimit``)."""

BATCH = 500
"""Calls asked for in one query."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One of Twilio's calls and the sound of it; ``call`` is ``None`` for one that began too long ago."""

    sid: str
    call: CallFacts | None
    recordings: tuple[RecordingFacts, ...] = ()

    @property
    def ended(self) -> HungUp | None:
        """How the call ended; ``None`` while it goes on, as far as we know."""
        return events.hung_up({"CallStatus": self.call.status}) if self.call else None

    def over_at(self, otherwise: datetime) -> datetime:
        """Tell when it ended, in whole seconds."""
        return (self.call.ended_at if self.call else None) or otherwise

    def is_settled(self, now: datetime) -> bool:
        """Tell that the call is over, and that nothing of it is on its way to us any more."""
        if self.call is None or self.ended is None:
            return False
        return self.over_at(self.call.created_at) + GRACE <= now


@dataclass(frozen=True, slots=True)
class Gap:
    """A call of which the log misses something; ``attempt`` is an officer's, ``None`` for a citizen's."""

    seen: Seen
    attempt: Attempt | None = None


def gather(calls: Iterable[CallFacts], recordings: Iterable[RecordingFacts], now: datetime) -> list[Seen]:
    """Put each call's finished recordings beside it, the oldest first.

    Of those that were not made nothing is said before all of the call's are
    finished: until then one on its way may be the one that is missed.
    """
    found = {call.sid: call for call in calls}
    ordered = sorted(recordings, key=lambda one: one.created_at)
    busy = {one.call for one in ordered if not _is_finished(one, now)}
    sounds: dict[str, list[RecordingFacts]] = {}
    for one in ordered:
        if _is_finished(one, now) and (one.status == COMPLETED or one.call not in busy):
            sounds.setdefault(one.call, []).append(one)
    sids = [*found, *(sid for sid in sounds if sid not in found)]
    return [Seen(sid, found.get(sid), tuple(sounds.get(sid, ()))) for sid in sids]


def _is_finished(one: RecordingFacts, now: datetime) -> bool:
    over = one.created_at + timedelta(seconds=one.seconds) + GRACE <= now
    return over and (one.status == COMPLETED or one.status in NONE_MADE)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the log has of some of the calls."""

    open: dict[str, bool]
    """The citizens' calls, and whether they go on."""
    legs: dict[str, tuple[Attempt, bool]]
    """The officers' calls, by SID, and whether they go on."""
    owed: frozenset[str]
    noted: frozenset[str]
    """What is in the timelines of recordings that were not made."""
    unmet: frozenset[str]
    """Citizens' calls with a message that was told to last, and no recording of it."""
    unpromised: frozenset[str]
    """Calls with a message that was left alone, whose ticket has not the number that was told."""


class Gaps:
    """Compares; one instance a session."""

    def __init__(self, session: Session, zone: ZoneInfo) -> None:
        self._session = session
        self._zone = zone

    def open_since(self, since: datetime) -> datetime | None:
        """Tell when the oldest call began that is open in the log, of those that began since then."""
        calls = select(func.min(Call.offered_at)).where(Call.provider == PROVIDER, Call.ended_at.is_(None))
        return self._session.scalar(calls.where(Call.offered_at >= since))

    def find(self, seen: Collection[Seen], now: datetime) -> Iterator[Gap]:
        """Give what the log misses, of the calls in their order."""
        every, lines = list(seen), self._lines()
        for start in range(0, len(every), BATCH):
            some = every[start : start + BATCH]
            known = self._known(some)
            for one in some:
                attempt, _ = known.legs.get(one.sid, (None, False))
                if self._misses(one, known, lines, now):
                    yield Gap(one, attempt)

    def _misses(self, one: Seen, known: _Known, lines: dict[str, list[Line]], now: datetime) -> bool:
        unheard = any(self._is_news(sound, known) for sound in one.recordings)
        if one.sid in known.legs:
            return unheard or (known.legs[one.sid][1] and one.ended is not None)
        if one.sid in known.open:
            left_open = known.open[one.sid] and one.is_settled(now)
            return unheard or left_open or one.sid in known.unpromised
        return one.is_settled(now) and one.call is not None and self._is_ours(one.call, lines)

    def _is_news(self, sound: RecordingFacts, known: _Known) -> bool:
        if sound.status == COMPLETED:
            return fetching(sound.sid) not in known.owed
        if sound.status == ABSENT and sound.call not in known.legs and sound.call not in known.unmet:
            return False  # nothing was said: no message is missed
        return failing(sound.sid) not in known.noted

    def _is_ours(self, call: CallFacts, lines: dict[str, list[Line]]) -> bool:
        """Tell that somebody called a number that was a line of ours on that day."""
        if call.direction != "inbound":
            return False
        day = (call.started_at or call.created_at).astimezone(self._zone).date()
        return any(
            line.active_from <= day and (line.active_until is None or line.active_until > day)
            for line in lines.get(callers.normalise(call.to) or call.to, ())
        )

    def _lines(self) -> dict[str, list[Line]]:
        lines: dict[str, list[Line]] = {}
        for line in self._session.scalars(select(Line).where(Line.provider == PROVIDER)):
            lines.setdefault(line.number, []).append(line)
        return lines

    def _known(self, seen: Collection[Seen]) -> _Known:
        sids = [one.sid for one in seen]
        calls = select(Call.key, Call.ended_at).where(Call.provider == PROVIDER, Call.key.in_(sids))
        facts = [fetching(sound.sid) for one in seen for sound in one.recordings]
        legs = self._legs(seen)
        return _Known(
            open={key: ended_at is None for key, ended_at in self._session.execute(calls)},
            legs=legs,
            owed=frozenset(self._session.scalars(select(Outbox.fact).where(Outbox.fact.in_(facts)))),
            noted=self._noted(seen, legs),
            unmet=self._unmet(seen),
            unpromised=self._unpromised(sids),
        )

    def _noted(self, seen: Collection[Seen], legs: dict[str, tuple[Attempt, bool]]) -> frozenset[str]:
        none = [sound for one in seen for sound in one.recordings if sound.status in NONE_MADE]
        if not none:
            return frozenset()
        calls = {legs[sound.call][0].call if sound.call in legs else sound.call for sound in none}
        events = select(CallEvent.key).join(CallEvent.call)
        events = events.where(Call.provider == PROVIDER, Call.key.in_(calls))
        return frozenset(
            self._session.scalars(events.where(CallEvent.key.in_([failing(sound.sid) for sound in none])))
        )

    def _unmet(self, seen: Collection[Seen]) -> frozenset[str]:
        some = [one for one in seen if any(sound.status == ABSENT for sound in one.recordings)]
        if not some:
            return frozenset()
        owed = owed_names(self._session, (sound for one in some for sound in one.recordings))
        return frozenset(unmet(self._session, [one.sid for one in some], set(owed.values())))

    def _legs(self, seen: Collection[Seen]) -> dict[str, tuple[Attempt, bool]]:
        """Find officers' calls among those of the time: there is no index by their SIDs."""
        sids = [one.sid for one in seen]
        began = [one.call.created_at for one in seen if one.call]
        began += [sound.created_at for one in seen for sound in one.recordings]
        legs = select(Leg.provider_key, Leg.key, Leg.ended_at).join(Leg.call)
        legs = legs.where(Call.provider == PROVIDER, Call.offered_at >= min(began) - LONGEST)
        found = self._session.execute(legs.where(Leg.provider_key.in_(sids)))
        return {sid: (Attempt.parse(key), ended_at is None) for sid, key, ended_at in found if sid}

    def _unpromised(self, sids: list[str]) -> frozenset[str]:
        alone = [str(AudioName(sid, "message", TURN)) for sid in sids]
        calls = select(Call.key).join(Recording, Recording.call_id == Call.id)
        calls = calls.outerjoin(Ticket, Ticket.call_id == Call.id)
        calls = calls.where(Recording.provider_key.in_(alone), Call.agency_id.is_not(None))
        return frozenset(self._session.scalars(calls.where(Ticket.provisional.is_(None))))

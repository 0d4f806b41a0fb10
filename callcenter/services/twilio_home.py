"""What Twilio knows of calls comes home into the log, as often as it is told, with the same result.

A callback that finds our site down has no fallback ("Availability and
Reliability" knows one for documents only), and is repeated on a failed connection
at most ("Webhooks: Connection Overrides"): we count on nothing coming again. A
call that a fallback carried is known to Twilio alone. Each fact is written under
the key that it would have had, so that one that comes late changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Call, Leg, Recording
from callcenter.services.attempts import Attempts
from callcenter.services.calls import Calls, Policy, find_call
from callcenter.services.closing import Closing
from callcenter.services.complaint import Complaints
from callcenter.services.remote_recordings import ABSENT, COMPLETED, FAILED, RemoteRecordings, failing
from callcenter.services.ringing import Ringing
from callcenter.services.tickets import Tickets
from callcenter.services.timeline import Timeline
from callcenter.services.twilio_gaps import Gap, Seen
from callcenter.services.unmet_messages import owed_names, unmet
from ivr.codec import cursor_from_dict, turn_from_dict
from ivr.events import HungUp, Side
from ivr.flow import builtin
from ivr.nodes import RecordNode
from ivr.turns import Hangup
from ivr.twilio import events
from ivr.twilio.alone import NOTICE_VERSION, TURN, reference
from ivr.twilio.facts import CallFacts, RecordingFacts
from ivr.twilio.names import NODE, PROVIDER, Attempt
from recordings.spool import AudioName, Kind

AWAY = "away"
"""Why a call went on without us: nothing of ours answered, or its database did not."""


class TwilioHome:
    """Writes what is missing; one instance a transaction."""

    def __init__(self, session: Session, policy: Policy, ring_seconds: int) -> None:
        """``ring_seconds`` as in ``Ringing``."""
        self._session = session
        self._secret = policy.secret
        self._attempts = Attempts(session, policy)
        self._calls = Calls(session, policy)
        self._closing = Closing(session, policy.secret, policy.zone)
        self._complaints = Complaints(session, policy.secret, policy.zone)
        self._recordings = RemoteRecordings(session)
        self._ringing = Ringing(session, policy, ring_seconds)
        self._tickets = Tickets(session, policy.secret, policy.zone)
        self._timeline = Timeline(session)

    def take(self, gap: Gap, now: datetime) -> None:
        """Write what ``gap`` tells and the log does not have."""
        if gap.attempt is None:
            self._citizen(gap.seen, now)
        else:
            self._officer(gap.attempt, gap.seen, now)

    def _citizen(self, seen: Seen, now: datetime) -> None:
        call = find_call(self._session, PROVIDER, seen.sid)
        if call is None:
            if seen.call is None or seen.ended is None:
                return
            call = self._enter(seen.call)
        if self._messages(call, seen.recordings, now):
            self._promise(call, now)
        if call.ended_at is None and seen.ended is not None:
            self._end(call, seen.ended, seen.over_at(now), now)

    def _officer(self, attempt: Attempt, seen: Seen, now: datetime) -> None:
        """End an officer's leg; what was recorded hangs on the officer's call, who dialled the queue."""
        call = find_call(self._session, PROVIDER, attempt.call)
        leg = self._leg(call, attempt)
        if call is None or leg is None:
            return
        made = [one for one in seen.recordings if one.status != ABSENT]
        if made and leg.answered_at is None:
            self._talked(leg, attempt, made[0])
        if seen.call is not None and seen.ended is not None:
            at = _not_before(seen.over_at(now), leg.rung_at, leg.answered_at)
            outcome = events.OUTCOMES.get(seen.call.status, "no_answer")
            self._attempts.ended(attempt, outcome, seen.ended.cause, at)
        name = _name(call, "conversation", attempt.turn)
        for recording in seen.recordings:
            self._owe(call, name, recording, now)

    def _talked(self, leg: Leg, attempt: Attempt, recording: RecordingFacts) -> None:
        """Note that officer and citizen were connected: nobody told us, but their conversation is there."""
        self._attempts.connected(attempt, _not_before(recording.created_at, leg.rung_at, leg.accepted_at))
        if leg.ended_at is not None:
            leg.outcome = "answered"

    def _enter(self, facts: CallFacts) -> Call:
        at = facts.started_at or facts.created_at
        offered = events.offered({"CallSid": facts.sid, "From": facts.from_, "To": facts.to})
        call = self._calls.enter(PROVIDER, NODE, facts.sid, offered, at)
        self._went_alone(call, at)
        return call

    def _end(self, call: Call, ended: HungUp, told: datetime, now: datetime) -> None:
        self._ringing.over(call.key, now)
        at = _not_before(told, call.offered_at, call.answered_at)
        if call.cursor:  # it was ours; the others are told of as ``degraded``
            self._timeline.add_once(call, at, "reconciled", "reconciled", {"what": "closed"})
        self._closing.hung_up(call, replace(ended, side=who_ended(call)), at)

    def _messages(self, call: Call, recordings: Sequence[RecordingFacts], now: datetime) -> bool:
        """Owe the messages that nobody told us of; tells whether one was left while we were away."""
        owed = owed_names(self._session, recordings)
        kept = set(self._session.scalars(select(Recording.provider_key).where(Recording.call_id == call.id)))
        alone = str(_name(call, "message", TURN))
        told = self._told(call)
        free = [name for name in dict.fromkeys([*told, *_record_turn(call)]) if name not in kept]
        free = [name for name in free if name not in owed.values()]
        names = kept | set(owed.values())
        missing = [one for one in recordings if one.status == COMPLETED and one.sid not in owed]
        for at, recording in enumerate(missing):
            name = free[at] if at < len(free) else alone
            names |= {alone} if name not in told else set()
            self._owe(call, AudioName.parse(name), recording, now)
        return alone in names | self._failures(call, recordings, now)

    def _failures(self, call: Call, recordings: Sequence[RecordingFacts], now: datetime) -> set[str]:
        """Note the messages that were not made, each under the name of one that is missed; gives the names.

        Where none is missed, an absent one is of nothing said. A failed one was
        said, although nobody told us: in the last turn, or while we were away.
        """
        none = [one for one in recordings if one.status != COMPLETED]
        none = [one for one in none if not self._timeline.has(call, failing(one.sid))]
        owed = owed_names(self._session, recordings)
        missed = unmet(self._session, [call.key], set(owed.values())).get(call.key, []) if none else []
        names = set()
        for at, one in enumerate(sorted(none, key=lambda one: one.status == ABSENT)):
            said = missed[at : at + 1] or (_last(call) if one.status == FAILED else [])
            names |= {*said}
            for name in said:
                self._owe(call, AudioName.parse(name), one, now)
        return names

    def _promise(self, call: Call, now: datetime) -> None:
        """Give the number that the caller was told to the call's ticket."""
        self._went_alone(call, call.offered_at)
        if call.agency_id is None or call.test:
            return
        call.notice_version = call.notice_version or NOTICE_VERSION
        ticket = self._complaints.open(call, now)
        if ticket.provisional is None:
            own = reference(self._secret, call.key)
            self._tickets.adopt(ticket, own.number, own.pin)
        self._closing.reconsider(call, now)

    def _went_alone(self, call: Call, at: datetime) -> None:
        self._timeline.add_once(call, at, "degraded:why", "degraded", {"why": AWAY})

    def _owe(self, call: Call, name: AudioName, facts: RecordingFacts, now: datetime) -> None:
        officer_first = name.kind == "conversation"
        self._recordings.told(
            call.key, str(name), facts.sid, facts.status, facts.seconds, facts.channels, officer_first, now
        )

    def _told(self, call: Call) -> list[str]:
        """Give the names of the messages that were told to last; of the others Twilio keeps nothing."""
        return [one.data["name"] for one in self._timeline.of_kind(call, "recorded") if one.data["seconds"]]

    def _leg(self, call: Call | None, attempt: Attempt) -> Leg | None:
        if call is None:
            return None
        return self._session.scalar(select(Leg).where(Leg.call_id == call.id, Leg.key == str(attempt)))


def who_ended(call: Call | None) -> Side:
    """Tell who ended a call: Twilio does not, but after our own goodbye it was us."""
    if call is None or call.ended_at is not None or not call.turn:
        return "unknown"
    return "system" if isinstance(turn_from_dict(call.turn).actions[-1], Hangup) else "caller"


def _record_turn(call: Call) -> list[str]:
    """Name the message of the turn that the call is in, or ended in."""
    if not call.cursor.get("node"):
        return []
    cursor = cursor_from_dict(call.cursor)
    node = builtin(call.flow).nodes.get(cursor.node)
    return [str(_name(call, "message", cursor.turn))] if isinstance(node, RecordNode) else []


def _last(call: Call) -> list[str]:
    """Name the message of the last turn, or the one that is left while we are away."""
    return _record_turn(call) or [str(_name(call, "message", TURN))]


def _name(call: Call, kind: Kind, turn: int) -> AudioName:
    return AudioName(call.key, kind, turn)


def _not_before(told: datetime, *instants: datetime | None) -> datetime:
    """Keep the order of what happened: Twilio tells whole seconds."""
    return max(told, *(instant for instant in instants if instant is not None))

"""The lines on Twilio: each request is one transaction, and one TwiML document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from callcenter.db import Database
from callcenter.models import Call
from callcenter.services.attempts import Attempts
from callcenter.services.calls import Calls, Policy, find_call
from callcenter.services.ringing import Ringing
from callcenter.services.twilio_home import who_ended
from callcenter.services.waiting_keys import WaitingKeys
from callcenter.services.waiting_words import WaitingWords
from ivr.codec import turn_from_dict
from ivr.events import DialEnded
from ivr.ports import Receipt
from ivr.turns import AgencyName, Clip, Language, Part, Turn
from ivr.twilio import events
from ivr.twilio.alone import Alone
from ivr.twilio.names import CALL_KEY, NODE, PROVIDER, Attempt
from ivr.twilio.turns import Writer, nothing

Parameters = Mapping[str, str]

BEHIND_WORDS = 1
"""Seconds of silence behind what a citizen hears while waiting: the words took the rest of the step."""

ACCEPT, DECLINE = "1", "2"


class BadRequestError(ValueError):
    """Twilio never asks so."""


@dataclass(frozen=True, slots=True)
class TwilioLine:
    """Answers Twilio's requests; ``clock`` tells the time."""

    database: Database
    policy: Policy
    writer: Writer
    alone: Alone
    ring_seconds: int
    clock: Callable[[], datetime]

    def voice(self, parameters: Parameters) -> str:
        """Take a call that comes in."""
        try:
            return self._offered(parameters)
        except IntegrityError:
            return self._offered(parameters)  # told twice at once: the other one has written it

    def turn(self, number: int, parameters: Parameters) -> str:
        """Take what ended turn ``number``."""
        key = _call(parameters)
        with self._transaction() as (session, now):
            call = find_call(session, PROVIDER, key)
            given = _given(call)
            if call is None or given is None:
                return nothing()
            if given.number != number:
                return self._written(key, Receipt(given, resumed=True))
            event = events.ended(number, given.actions[-1], parameters)
            if isinstance(event, DialEnded):
                event = self._no_longer_waiting(session, key, event, now)
            return self._written(key, self._calls(session).receive(PROVIDER, NODE, key, event, now))

    def fallback(self, parameters: Parameters) -> str:
        """Take a call whose turn Twilio could not get or carry out; asks no database."""
        return self.alone.begin(_call(parameters))

    def kept_alone(self, parameters: Parameters) -> str:
        """Tell the number of a call that went on without a database, when it left a message."""
        key = _call(parameters)
        return self.alone.told(key) if parameters.get("RecordingUrl") else self.alone.unheard()

    def status(self, parameters: Parameters) -> None:
        """Take the end of a citizen's call."""
        ended = events.hung_up(parameters)
        if ended is None:
            return
        key = _call(parameters)
        with self._transaction() as (session, now):
            self._ringing(session).over(key, now)
            event = replace(ended, side=who_ended(find_call(session, PROVIDER, key)))
            self._calls(session).receive(PROVIDER, NODE, key, event, now)

    def waiting(self, number: int, parameters: Parameters) -> str:
        """Tell what a citizen who waits hears next; ring whose time has come."""
        with self._transaction() as (session, now):
            wait = self._ringing(session).wait(_call(parameters), number, now)
            if wait.call is None or not wait.seconds:
                return self.writer.leave()
            words = WaitingWords(session, self.policy.zone)
            parts = words.next(wait.call, number, wait.action, now) if wait.action else []
            seconds = BEHIND_WORDS if parts else wait.seconds
            listens = number if wait.action and wait.action.offers else None
            return self.writer.still_waiting(_language(wait.call), parts, seconds, listens)

    def waiting_key(self, number: int, parameters: Parameters) -> str:
        """Let a citizen who pressed a key wait no longer; one without a meaning changes nothing."""
        with self._transaction() as (session, now):
            call = find_call(session, PROVIDER, _call(parameters))
            keys = WaitingKeys(session, self.policy)
            if keys.take(call, number, parameters.get("Digits", ""), now):
                return self.writer.leave()
        return self.writer.wait_on(number)

    def officer(self, attempt: Attempt) -> str:
        """Tell an officer who answered what to do."""
        with self._transaction() as (session, _):
            call = self._attempts(session).waiting(attempt)
            if call is None:
                return self.writer.goodbye("id", "officer_too_late")
            return self.writer.ask_officer(attempt, "id", _who_calls(call))

    def officer_key(self, attempt: Attempt, parameters: Parameters) -> str:
        """Connect an officer who pressed 1; anything else is no acceptance."""
        digits = parameters.get("Digits", "")
        with self._transaction() as (session, now):
            attempts = self._attempts(session)
            if digits == DECLINE:
                attempts.decline(attempt, now)
            if digits != ACCEPT:
                return self.writer.goodbye("id")
            action = attempts.accept(attempt, now)
            if action is None:
                return self.writer.goodbye("id", "officer_too_late")
            return self.writer.connect_officer(attempt, action.record_as)

    def officer_connected(self, attempt: Attempt) -> None:
        """Take that an officer who accepted talks to the citizen now."""
        with self._transaction() as (session, now):
            self._attempts(session).connected(attempt, now)

    def officer_status(self, attempt: Attempt, parameters: Parameters) -> None:
        """Take what became of an officer's leg."""
        status, sid = parameters.get("CallStatus", ""), parameters.get("CallSid", "")
        with self._transaction() as (session, now):
            attempts = self._attempts(session)
            if CALL_KEY.match(sid):
                attempts.placed(attempt, sid)
            if status in events.CAUSES:
                outcome = events.OUTCOMES.get(status, "no_answer")
                attempts.ended(attempt, outcome, events.CAUSES[status], now)

    def _offered(self, parameters: Parameters) -> str:
        key = _call(parameters)
        with self._transaction() as (session, now):
            event = events.offered(parameters)
            return self._written(key, self._calls(session).receive(PROVIDER, NODE, key, event, now))

    def _no_longer_waiting(self, session: Session, key: str, event: DialEnded, now: datetime) -> DialEnded:
        """Stop ringing; who left a queue asked for something, or nobody's telephone rang, or nobody answered."""
        ringing = self._ringing(session)
        ringing.stop(key, now)
        call, number = find_call(session, PROVIDER, key), int(event.key.partition(":")[2])
        asked = WaitingKeys(session, self.policy).asked(call, number) if call else None
        if asked and event.outcome == "no_answer":
            return replace(event, outcome=asked)
        nobody = event.outcome == "no_answer" and ringing.rung_nobody(key, number)
        return replace(event, outcome="nobody") if nobody else event

    def _written(self, key: str, receipt: Receipt | None) -> str:
        return nothing() if receipt is None else self.writer.turn(key, receipt.turn)

    @contextmanager
    def _transaction(self) -> Iterator[tuple[Session, datetime]]:
        with self.database.transaction() as session:
            yield session, self.clock()

    def _calls(self, session: Session) -> Calls:
        return Calls(session, self.policy)

    def _attempts(self, session: Session) -> Attempts:
        return Attempts(session, self.policy)

    def _ringing(self, session: Session) -> Ringing:
        return Ringing(session, self.policy, self.ring_seconds)


def _call(parameters: Parameters) -> str:
    key = parameters.get("CallSid", "")
    if not CALL_KEY.match(key):
        raise BadRequestError(f"not a CallSid: {key[:80]!r}")
    return key


def _given(call: Call | None) -> Turn | None:
    """Give the turn that a call is in, while it goes on."""
    return turn_from_dict(call.turn) if call and call.turn and call.ended_at is None else None


def _language(call: Call) -> Language:
    return cast(Language, call.language)


def _who_calls(call: Call) -> list[Part]:
    """Say for which agency somebody waits, and how an officer accepts."""
    urgent: list[Part] = [Clip("officer_emergency")] if call.emergency else []
    agency = [AgencyName(call.agency.code, call.agency.name)] if call.agency else []
    return [*urgent, Clip("officer_call"), *agency, Clip("officer_accept")]

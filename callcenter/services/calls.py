"""A call as a conversation of turns: event in, turn out, everything kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from callcenter.models import Call
from callcenter.services.alarms import Alarms
from callcenter.services.closing import Closing
from callcenter.services.complaint import Complaints
from callcenter.services.ladder import Ladders
from callcenter.services.nuisance import Nuisance
from callcenter.services.offered_calls import OfferedCalls, agency_facts, first_facts
from callcenter.services.promises import Promises
from callcenter.services.tickets import Tickets
from callcenter.services.timeline import Fact, Timeline
from ivr import engine
from ivr.codec import cursor_from_dict, cursor_to_dict, turn_from_dict, turn_to_dict
from ivr.engine import Cursor, Query, Step
from ivr.events import Answer, DialEnded, Digits, Event, HungUp, Offered, Recorded, TimedOut
from ivr.flow import Flow, builtin
from ivr.ports import Receipt
from ivr.turns import OFFERS, Connect, Gather, Spell, Turn

RECORDING_FAILED = "recording-failed"
MOBILES_ONLY = "twilio"
"""The provider that can ring officers on their mobiles only."""

_FIND = (  # built once: every event of every call begins with it
    select(Call)
    .where(Call.provider == bindparam("provider"), Call.key == bindparam("call_key"))
    .with_for_update(of=Call)
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What an instance decides about calls; seconds throughout."""

    zone: ZoneInfo
    secret: bytes
    max_message_seconds: int
    connect_seconds: int


class Calls:
    """Takes the events of calls; one instance a transaction."""

    def __init__(self, session: Session, policy: Policy) -> None:
        self._session = session
        self._policy = policy
        self._offered = OfferedCalls(session, policy.zone)
        self._timeline = Timeline(session)
        self._tickets = Tickets(session, policy.secret, policy.zone)
        self._complaints = Complaints(session, policy.secret, policy.zone)

    def receive(self, provider: str, node: str, key: str, event: Event, now: datetime) -> Receipt | None:
        """Take an event and give the turn to carry out.

        An event that was taken before gives the stored turn again. ``None``
        when the call is over or, for anything but an offer, unknown.
        """
        call = find_call(self._session, provider, key)
        if isinstance(event, Offered):
            return self._resume(call) if call else self._open(provider, node, key, event, now)
        if call is None:
            return None
        if isinstance(event, HungUp):
            Closing(self._session, self._policy.secret, self._policy.zone).hung_up(call, event, now)
            return None
        return self._continue(call, event, now)

    def enter(self, provider: str, node: str, key: str, event: Offered, at: datetime) -> Call:
        """Write a call into the log as offered, before a word is said."""
        call = self._offered.log(provider, node, key, event, at)
        self._timeline.add(call, at, *first_facts(call, event))
        return call

    def _open(self, provider: str, node: str, key: str, event: Offered, now: datetime) -> Receipt | None:
        call = self._offered.log(provider, node, key, event, now)
        step = engine.start(builtin(call.flow), self._facts(call, now))
        turn = self._advance(call, step, now, first_facts(call, event))
        return None if _is_beyond_a_test(call, turn) else Receipt(turn, resumed=False)

    def _resume(self, call: Call) -> Receipt | None:
        if call.ended_at is not None or not call.turn:
            return None
        return Receipt(turn_from_dict(call.turn), resumed=True)

    def _continue(self, call: Call, event: Event, now: datetime) -> Receipt | None:
        if call.ended_at is not None:
            return None
        cursor = cursor_from_dict(call.cursor)
        if event.key != f"turn:{cursor.turn}":
            return Receipt(turn_from_dict(call.turn), resumed=True)
        facts = self._told(call, cursor, event) + self._happened(call, cursor, event, now)
        if call.test or _nobody_hears(event):
            self._timeline.add(call, now, *facts)
            return None
        step = engine.step(builtin(call.flow), cursor, event)
        return Receipt(self._advance(call, step, now, facts), resumed=False)

    def _advance(self, call: Call, step: Step, now: datetime, facts: list[Fact]) -> Turn:
        """Answer the engine's questions until it has a turn; keep all of it."""
        flow = builtin(call.flow)
        trail = list(step.trail)
        if step.query is not None:
            self._timeline.add(call, now, *facts)
            facts = []
        while step.query is not None:
            answer = Answer(f"query:{step.query.name}", self._answer(call, step.query, now))
            step = engine.step(flow, step.cursor, answer)
            trail += step.trail
        if step.turn is None:
            raise RuntimeError(f"flow {call.flow} ends without hanging up at {step.cursor.node}")
        number = step.turn.number
        facts += [(f"turn:{number}:node:{at}", "node", {"node": name}) for at, name in enumerate(trail)]
        facts += _queued(step.turn)
        _keep(call, step.cursor, step.turn)
        self._timeline.add(call, now, *facts)
        return step.turn

    def _answer(self, call: Call, query: Query, now: datetime) -> dict[str, str]:
        if query.name == "open_ticket":
            _mark(call, query.arguments)
            return self._complaints.open_and_tell(call, now)
        if query.name == "ticket_status":
            return self._tickets.status(query.arguments["number"], query.arguments["pin"])
        if query.name == "duty":
            return {"on_duty": "yes" if self._somebody_on_duty(call, now) else "no"}
        if query.name == "call_back":
            return Promises(self._session, self._policy.zone).call_back(call, now)
        raise ValueError(f"flow {call.flow} asks {query.name!r}, which nobody answers")

    def _somebody_on_duty(self, call: Call, now: datetime) -> bool:
        if call.agency_id is None:
            return False
        ladders = Ladders(self._session, self._policy.zone)
        return ladders.anybody(call.agency_id, now, mobile=call.provider == MOBILES_ONLY)

    def _happened(self, call: Call, cursor: Cursor, event: Event, now: datetime) -> list[Fact]:
        match event:
            case Digits(key, digits):
                return [
                    (f"{key}:keys", "keys", {"node": cursor.node, "digits": _shown(call, cursor, digits)})
                ]
            case TimedOut(key, unplayed):
                data = {"node": cursor.node} | ({"unplayed": unplayed} if unplayed else {})
                return [(f"{key}:timed_out", "timed_out", data)]
            case DialEnded(key, outcome):
                if outcome == "answered":
                    call.answered_at = call.answered_at or now
                asked = self._asked(call, cursor, event)
                return [*asked, (f"{key}:dial_ended", "dial_ended", {"outcome": outcome})]
            case Recorded():
                return self._recorded(event, call, now)
        return []

    def _asked(self, call: Call, cursor: Cursor, event: DialEnded) -> list[Fact]:
        """Note the key by which somebody asked for something else than to wait, unless it is noted."""
        key = next((key for key, offer in OFFERS.items() if offer == event.outcome), "")
        if not key or self._timeline.has(call, f"{event.key}:keys"):
            return []
        return [(f"{event.key}:keys", "keys", {"node": cursor.node, "digits": key})]

    def _recorded(self, event: Recorded, call: Call, now: datetime) -> list[Fact]:
        if event.ended_by == "error":
            problem = "Pesan suara tidak dapat ditulis; tanyakan kembali isinya kepada penelepon."
            Alarms(self._session).raise_(RECORDING_FAILED, call.node, f"{problem}: {event.name}", now)
            return [(f"{event.key}:failed", "recording_failed", {"name": event.name, "problem": problem})]
        if event.seconds:  # whatever was in the way has gone
            Alarms(self._session).clear(RECORDING_FAILED, call.node, now)
        data = {"name": event.name, "seconds": event.seconds, "ended_by": event.ended_by}
        return [(f"{event.key}:recorded", "recorded", data)]

    def _told(self, call: Call, cursor: Cursor, event: Event) -> list[Fact]:
        """Note that a ticket's number was spoken in the turn that just ended."""
        number = cursor.facts.get("ticket_number")
        if not number or not _spells(turn_from_dict(call.turn), number):
            return []
        return [(f"{event.key}:told", "ticket_told", {"number": number})]

    def _facts(self, call: Call, now: datetime) -> dict[str, str]:
        facts = {
            "call": call.key,
            "queue_priority": str(Nuisance(self._session).queue_priority(call.caller_number, now)),
            "max_message_seconds": str(self._policy.max_message_seconds),
            "connect_seconds": str(self._policy.connect_seconds),
        }
        return facts | agency_facts(call.agency)


def _nobody_hears(event: Event) -> bool:
    """Tell that the citizen hung up: the flow has nobody left to talk to."""
    return (isinstance(event, Recorded) and event.ended_by == "hangup") or (
        isinstance(event, DialEnded) and event.gone
    )


def _is_beyond_a_test(call: Call, turn: Turn) -> bool:
    """Tell that a test call would ring or record somebody: it only listens to the first prompts."""
    return call.test and not isinstance(turn.actions[-1], Gather)


def find_call(session: Session, provider: str, key: str) -> Call | None:
    """Find a call by its provider key and lock it for this transaction."""
    return session.scalar(_FIND, {"provider": provider, "call_key": key})


def _keep(call: Call, cursor: Cursor, turn: Turn) -> None:
    call.cursor = cursor_to_dict(cursor)
    call.turn = turn_to_dict(turn)
    call.language = cursor.language
    _mark(call, cursor.facts)


def _mark(call: Call, facts: Any) -> None:
    call.emergency = call.emergency or facts.get("emergency") == "yes"
    call.unrecorded = call.unrecorded or facts.get("unrecorded") == "yes"
    call.notice_version = facts.get("notice") or call.notice_version


def _queued(turn: Turn) -> list[Fact]:
    last = turn.actions[-1]
    if not isinstance(last, Connect):
        return []
    return [(f"turn:{turn.number}:queued", "queued", {"queue": last.queue, "emergency": last.emergency})]


def _shown(call: Call, cursor: Cursor, digits: str) -> str:
    flow: Flow = builtin(call.flow)
    return "•" * len(digits) if flow.nodes[cursor.node].secret else digits[:32]


def _spells(turn: Turn, number: str) -> bool:
    spoken = (part for action in turn.actions if hasattr(action, "parts") for part in action.parts)
    return any(isinstance(part, Spell) and part.text == number for part in spoken)

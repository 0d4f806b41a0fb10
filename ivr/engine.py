"""The conversation: a pure function from cursor and event to the next step.

No I/O, no clock, no chance: the same flow, cursor and event always give the
same step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ivr.events import Answer, DialEnded, Digits, Event, HungUp, Recorded, TimedOut
from ivr.flow import Flow
from ivr.nodes import (
    AGAIN,
    BranchNode,
    ConnectNode,
    GatherNode,
    InputNode,
    MenuNode,
    Node,
    QueryNode,
    RecordNode,
    SayNode,
    SetNode,
)
from ivr.speaking import Draft, turn_of
from ivr.turns import Language, Turn

EMPTY_SECONDS = 1.0
"""A message shorter than this said nothing."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a call is in its flow; everything the next step needs.

    ``tries`` counts how often the node was said again, ``turn`` the turns
    given, ``visits`` how often nodes with a limit were entered; ``pending``
    names the say nodes that wait for the next turn to be spoken in.
    """

    node: str
    language: Language
    tries: int
    turn: int
    facts: Mapping[str, str]
    visits: Mapping[str, int] = field(default_factory=dict)
    pending: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Turn into plain data."""
        return {
            "node": self.node,
            "language": self.language,
            "tries": self.tries,
            "turn": self.turn,
            "facts": dict(self.facts),
            "visits": dict(self.visits),
            "pending": list(self.pending),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Cursor:
        """Read back what :meth:`to_dict` gave; raises ``KeyError`` and ``TypeError``."""
        return cls(
            node=data["node"],
            language=data["language"],
            tries=data["tries"],
            turn=data["turn"],
            facts=dict(data["facts"]),
            visits=dict(data.get("visits", {})),
            pending=tuple(data.get("pending", ())),
        )


@dataclass(frozen=True, slots=True)
class Query:
    """A question to the backend; its answer comes as an ``Answer`` event."""

    name: str
    arguments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next: a turn or a query, or neither when the call is over.

    ``trail`` names the nodes entered on the way.
    """

    cursor: Cursor
    turn: Turn | None
    query: Query | None
    trail: tuple[str, ...]


def start(flow: Flow, facts: Mapping[str, str]) -> Step:
    """Begin a call with what is known of it."""
    known = {**flow.facts, "notice_version": flow.notice_version, **facts}
    return _enter(flow, Cursor(flow.start, flow.languages[0], 0, 0, known), flow.start)


def step(flow: Flow, cursor: Cursor, event: Event) -> Step:
    """Go on after an event; one that does not fit the node says the node again.

    A node that an edited flow no longer has leads back to its start: rather
    the greeting twice than a call that is lost.
    """
    if isinstance(event, HungUp):
        return Step(cursor, None, None, ())
    node = flow.nodes.get(cursor.node)
    if node is None:
        return _enter(flow, cursor, flow.start)
    match node, event:
        case GatherNode(), Digits(digits=digits):
            return _keyed(flow, cursor, node, digits)
        case GatherNode(), TimedOut():
            return _missed(flow, cursor, node, "silence")
        case RecordNode(), Recorded():
            return _enter(flow, cursor, node.leads(_record_exit(event)))
        case ConnectNode(), DialEnded(outcome=outcome):
            return _enter(flow, cursor, node.leads(outcome, "failed"))
        case QueryNode(), Answer(facts=facts):
            return _answered(flow, cursor, node, facts)
    return _wait(flow, cursor, node, ())


def _keyed(flow: Flow, cursor: Cursor, node: GatherNode, digits: str) -> Step:
    if isinstance(node, InputNode) and len(digits) == node.digits and digits.isascii() and digits.isdigit():
        return _enter(flow, replace(cursor, facts={**cursor.facts, node.fact: digits}), node.leads("next"))
    if isinstance(node, MenuNode) and len(digits) == 1 and digits in node.exits:
        return _enter(flow, cursor, node.leads(digits))
    return _missed(flow, cursor, node, "wrong")


def _missed(flow: Flow, cursor: Cursor, node: GatherNode, how: str) -> Step:
    target = node.leads(how)
    if target != AGAIN:
        return _enter(flow, cursor, target)
    tried = replace(cursor, tries=cursor.tries + 1)
    if tried.tries >= node.tries:
        return _enter(flow, tried, node.leads("failed"))
    return _wait(flow, tried, node, (), sorry=flow.again.get(how, ""))


def _record_exit(event: Recorded) -> str:
    if event.ended_by == "error":
        return "failed"
    if event.seconds < EMPTY_SECONDS:
        return "empty"
    return "limit_reached" if event.ended_by == "limit" else "next"


def _answered(flow: Flow, cursor: Cursor, node: QueryNode, facts: Mapping[str, str]) -> Step:
    kept = {name: value for name, value in cursor.facts.items() if name not in flow.secrets}
    return _enter(flow, replace(cursor, facts=kept | dict(facts)), node.leads("next"))


def _enter(flow: Flow, cursor: Cursor, name: str) -> Step:
    """Walk through the nodes that do not wait; the flow's check bounds the way."""
    trail: list[str] = []
    while True:
        node = flow.nodes[name]
        if node.limit and cursor.visits.get(name, 0) >= node.limit:
            name = node.leads("beyond")
            continue
        trail.append(name)
        cursor = _visit(cursor, node)
        match node:
            case SayNode() | SetNode():
                name = node.leads("next")
            case BranchNode():
                name = node.leads(f"={cursor.facts.get(node.fact, '')}", "otherwise")
            case _:
                return _wait(flow, cursor, node, tuple(trail))


def _visit(cursor: Cursor, node: Node) -> Cursor:
    if node.limit:
        cursor = replace(cursor, visits={**cursor.visits, node.name: cursor.visits.get(node.name, 0) + 1})
    if isinstance(node, SayNode):
        cursor = replace(cursor, pending=(*cursor.pending, node.name))
    if isinstance(node, SetNode):
        facts = {**cursor.facts, **{name: value_of(text, cursor.facts) for name, text in node.facts.items()}}
        cursor = replace(cursor, facts=facts, language=node.language or cursor.language)
    return replace(cursor, node=node.name, tries=0)


def _wait(flow: Flow, cursor: Cursor, node: Node, trail: tuple[str, ...], sorry: str = "") -> Step:
    if isinstance(node, QueryNode):
        arguments = {name: value_of(text, cursor.facts) for name, text in node.arguments.items()}
        return Step(cursor, None, Query(node.ask, arguments), trail)
    pending = tuple(flow.nodes[name] for name in cursor.pending if name in flow.nodes)
    draft = Draft(cursor.language, cursor.facts, cursor.turn + 1, cursor.tries, sorry)
    spoken = replace(cursor, turn=cursor.turn + 1, pending=())
    return Step(spoken, turn_of(draft, pending, node), None, trail)


def value_of(text: str, facts: Mapping[str, str]) -> str:
    """Read ``$name`` as a fact (empty when unknown), anything else as itself."""
    return facts.get(text[1:], "") if text.startswith("$") else text

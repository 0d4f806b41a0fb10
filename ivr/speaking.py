"""A node, and what waits to be said before it, as one turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.nodes import (
    ConnectNode,
    GatherNode,
    InputNode,
    MenuNode,
    Node,
    RecordNode,
    SayNode,
    Speech,
)
from ivr.turns import (
    EMERGENCY_PRIORITY,
    OFFERS,
    ORDINARY_PRIORITY,
    Action,
    AgencyName,
    Clip,
    Connect,
    Gather,
    Hangup,
    Language,
    Number,
    Part,
    Record,
    Say,
    Spell,
    Turn,
)

Parts = tuple[Part, ...]
SPOKEN = frozenset("0123456789abcdefghijklmnopqrstuvwxyz")
MAX_NUMBER = 999_999_999


@dataclass(frozen=True, slots=True)
class Draft:
    """What a turn is made with; ``sorry`` is a clip said before a repetition."""

    language: Language
    facts: Mapping[str, str]
    number: int
    tries: int
    sorry: str


def turn_of(draft: Draft, pending: tuple[Node, ...], node: Node) -> Turn:
    """Make the turn that ends in the waiting node ``node``.

    In front of keys, everything after the last say node that must be heard
    goes into the gather, where a key cuts it short.
    """
    must = [n for n, say in enumerate(pending, 1) if isinstance(say, SayNode) and not say.interrupt]
    split = max(must, default=0)
    fixed = [part for say in pending[:split] for part in _parts(draft, say.parts)]
    loose = [part for say in pending[split:] for part in _parts(draft, say.parts)]
    loose += [Clip(draft.sorry)] if draft.sorry else []
    loose += _parts(draft, node.parts)
    if not isinstance(node, GatherNode) or _must_be_heard(draft, node):
        fixed, loose = fixed + loose, []
    said: tuple[Action, ...] = (Say(draft.language, tuple(fixed)),) if fixed else ()
    return Turn(draft.number, (*said, _action(draft, node, tuple(loose))))


def _must_be_heard(draft: Draft, node: GatherNode) -> bool:
    return isinstance(node, MenuNode) and node.whole and draft.tries > 0


def _action(draft: Draft, node: Node, parts: Parts) -> Action:
    match node:
        case GatherNode():
            digits = node.digits if isinstance(node, InputNode) else 1
            return Gather(draft.language, parts, digits, node.seconds)
        case RecordNode():
            seconds = max(1, number_of(draft.facts.get(node.seconds, ""), 180))
            return Record(draft.language, _audio(draft, "m"), seconds, node.silence_seconds)
        case ConnectNode():
            return _connect(draft, node)
    return Hangup(getattr(node, "cause", 16))


def _connect(draft: Draft, node: ConnectNode) -> Connect:
    kept = None if draft.facts.get("unrecorded") == "yes" else _audio(draft, "c")
    timeout = max(1, number_of(draft.facts.get("connect_seconds", ""), 45))
    queue, priority = draft.facts.get(node.queue, ""), _priority(draft, node)
    offers = tuple(offer for offer in OFFERS.values() if offer in node.exits)
    return Connect(draft.language, queue, timeout, kept, node.emergency, priority, offers)


def _priority(draft: Draft, node: ConnectNode) -> int:
    """Place a call in the queue; nothing that is known of a caller lowers an emergency."""
    if node.emergency:
        return EMERGENCY_PRIORITY
    return number_of(draft.facts.get("queue_priority", ""), ORDINARY_PRIORITY)


def _audio(draft: Draft, kind: str) -> str:
    return f"{draft.facts.get('call', '')}__{kind}__{draft.number}"


def _parts(draft: Draft, parts: tuple[Speech, ...]) -> list[Part]:
    return [part for speech in parts if (part := _part(draft.facts, speech))]


def _part(facts: Mapping[str, str], speech: Speech) -> Part | None:
    """Make a part; a fact that is not known is not spoken."""
    if speech.kind == "clip":
        return Clip(speech.value)
    value = facts.get(speech.value, "")
    if speech.kind == "agency":
        return AgencyName(value, facts.get("agency_name", ""))
    if speech.kind == "number":
        number = number_of(value, -1)
        return Number(number) if 0 <= number <= MAX_NUMBER else None
    text = "".join(letter for letter in value.lower() if letter in SPOKEN)
    return Spell(text) if text else None


def number_of(text: str, default: int) -> int:
    """Read a whole number; anything else is the default."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default

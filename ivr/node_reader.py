"""A node of a flow file, by its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from ivr.nodes import (
    BranchNode,
    ConnectNode,
    Exit,
    HangupNode,
    InputNode,
    MenuNode,
    Node,
    QueryNode,
    RecordNode,
    SayNode,
    SetNode,
    Speech,
    SpeechKind,
)
from ivr.reader import Problems, Value, only
from ivr.turns import OFFERS, Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
KEYS = frozenset("0123456789*")
Fields = Mapping[str, Value]
Read = Callable[[Value], Any]


def _seconds(value: Value) -> float:
    return value.number(float, 1, 60, 5.0)


def _count(value: Value) -> int:
    return value.number(int, 1, 100, 1)


def _cause(value: Value) -> int:
    return value.number(int, 1, 127, 16)


def _texts(value: Value) -> dict[str, str]:
    return {name: text.text() for name, text in value.mapping().items()}


def _language(value: Value) -> Language | None:
    return language_of(value.text(), value.line, value.problems)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of node: what it must and may say, and where it must and may lead."""

    node: type[Node]
    needs: Mapping[str, Read] = field(default_factory=dict)
    takes: Mapping[str, Read] = field(default_factory=dict)
    leads: frozenset[str] = frozenset()
    may_lead: frozenset[str] = frozenset()


_NEXT = frozenset({"next"})
_MISSED = frozenset({"silence", "wrong"})
_FAILED = frozenset({"failed"})
_KINDS = {
    "say": _Kind(SayNode, takes={"interrupt": Value.flag}, leads=_NEXT),
    "menu": _Kind(
        MenuNode,
        needs={"seconds": _seconds},
        takes={"whole": Value.flag, "tries": _count},
        leads=_MISSED | {"keys"},
        may_lead=_FAILED,
    ),
    "input": _Kind(
        InputNode,
        needs={"fact": Value.text, "digits": _count, "seconds": _seconds},
        takes={"secret": Value.flag, "tries": _count},
        leads=_MISSED | _NEXT,
        may_lead=_FAILED,
    ),
    "record": _Kind(
        RecordNode,
        needs={"seconds": Value.text, "silence_seconds": _count},
        leads=_NEXT | _FAILED | {"empty"},
        may_lead=frozenset({"limit_reached"}),
    ),
    "connect": _Kind(
        ConnectNode,
        needs={"queue": Value.text},
        takes={"emergency": Value.flag},
        leads=_FAILED | {"answered"},
        may_lead=frozenset({"nobody", *OFFERS.values()}),
    ),
    "query": _Kind(QueryNode, needs={"ask": Value.text}, takes={"arguments": _texts}, leads=_NEXT),
    "branch": _Kind(BranchNode, needs={"fact": Value.text}, leads=frozenset({"cases", "otherwise"})),
    "set": _Kind(SetNode, takes={"facts": _texts, "language": _language}, leads=_NEXT),
    "hangup": _Kind(HangupNode, takes={"cause": _cause}),
}
_COMMON = frozenset({"kind", "parts", "limit"})


def read_node(name: str, value: Value) -> Node | None:
    """Read a node; its problems are noted, and without its needs there is none."""
    fields = value.mapping()
    kind = _KINDS.get(fields["kind"].text()) if "kind" in fields else None
    if kind is None:
        value.problems.add(value.line, f"node {name!r} needs a kind: one of {', '.join(_KINDS)}")
        return None
    beyond: frozenset[str] = frozenset({"beyond"} if "limit" in fields else ())
    leads = kind.leads | beyond
    readers = {**kind.needs, **kind.takes}
    only(fields, {*_COMMON, *readers, *leads, *kind.may_lead}, f"node {name!r}")
    lacking = sorted((kind.needs.keys() | leads) - fields.keys())
    for key in lacking:
        value.problems.add(value.line, f"node {name!r} does not say {key!r}")
    if lacking:
        return None
    data: dict[str, Any] = {key: read(fields[key]) for key, read in readers.items() if key in fields}
    return kind.node(
        name=name,
        line=value.line,
        parts=_parts(fields),
        exits=_exits(fields, leads | kind.may_lead),
        limit=_count(fields["limit"]) if "limit" in fields else 0,
        **data,
    )


def _parts(fields: Fields) -> tuple[Speech, ...]:
    items = fields["parts"].items() if "parts" in fields else []
    return tuple(part for item in items if (part := _speech(item)))


def _exits(fields: Fields, names: frozenset[str]) -> dict[str, Exit]:
    exits: dict[str, Exit] = {}
    for name in [name for name in fields if name in names]:
        if name == "keys":
            exits |= {key: _exit(target) for key, target in _keys(fields["keys"]).items()}
        elif name == "cases":
            exits |= {f"={case}": _exit(target) for case, target in fields["cases"].mapping().items()}
        else:
            exits[name] = _exit(fields[name])
    return exits


def _exit(value: Value) -> Exit:
    return Exit(value.text(), value.line)


def _keys(value: Value) -> Fields:
    keys = value.mapping()
    for key, target in keys.items():
        if key not in KEYS:
            target.problems.add(target.line, f"{key!r} is no key of a telephone (0-9, *)")
    return keys


def _speech(value: Value) -> Speech | None:
    if not value.is_mapping():
        return Speech("clip", value.text(), value.line)
    fields = value.mapping()
    kinds: dict[str, SpeechKind] = {"spell": "spell", "number": "number", "agency": "agency"}
    if len(fields) == 1 and (kind := kinds.get(next(iter(fields)))):
        return Speech(kind, fields[kind].text(), value.line)
    value.problems.add(value.line, "a part is a prompt's name, or one of spell, number, agency with a fact")
    return None


def language_of(text: str, line: int, problems: Problems) -> Language | None:
    """Tell the language by its code; another one is a problem."""
    for language in LANGUAGES:
        if text == language:
            return language
    problems.add(line, f"{text!r} is not a language (one of {', '.join(LANGUAGES)})")
    return None

"""A node of a flow file, by its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from ivr.turns import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
KEYS = frozenset("0123456789*")
Fields = Mapping[str, Value]
Read = Callable[[Value], Any]

_COMMON = {"kind", "parts", "limit"}
_GATHER_EXITS = ("silence", "wrong")


def _seconds(value: Value) -> float:
    return value.number(float, 1, 60, 5.0)


def _count(value: Value) -> int:
    return value.number(int, 1, 100, 1)


# Of each kind: its class, what it must say, what it may say, its exits that must and may be there.
_KINDS: dict[str, tuple[type[Node], dict[str, Read], dict[str, Read], tuple[str, ...], tuple[str, ...]]] = {
    "say": (SayNode, {}, {"interrupt": Value.flag}, ("next",), ()),
    "menu": (
        MenuNode,
        {"seconds": _seconds},
        {"whole": Value.flag, "tries": _count},
        _GATHER_EXITS,
        ("failed",),
    ),
    "input": (
        InputNode,
        {"fact": Value.text, "digits": _count, "seconds": _seconds},
        {"secret": Value.flag, "tries": _count},
        ("next", *_GATHER_EXITS),
        ("failed",),
    ),
    "record": (
        RecordNode,
        {"seconds": Value.text, "silence_seconds": _count},
        {},
        ("next", "empty", "failed"),
        ("limit_reached",),
    ),
    "connect": (
        ConnectNode,
        {"queue": Value.text},
        {"emergency": Value.flag},
        ("answered", "failed"),
        ("nobody",),
    ),
    "query": (QueryNode, {"ask": Value.text}, {"arguments": lambda value: _texts(value)}, ("next",), ()),
    "branch": (BranchNode, {"fact": Value.text}, {}, ("otherwise",), ()),
    "set": (
        SetNode,
        {},
        {"facts": lambda value: _texts(value), "language": lambda v: _language(v)},
        ("next",),
        (),
    ),
    "hangup": (HangupNode, {}, {"cause": lambda value: value.number(int, 1, 127, 16)}, (), ()),
}
_GATHERS = ("menu", "input")


def read_node(name: str, value: Value) -> Node | None:
    """Read a node; its problems are noted, and without a kind there is none."""
    fields = value.mapping()
    kind = fields["kind"].text() if "kind" in fields else ""
    if kind not in _KINDS:
        value.problems.add(value.line, f"node {name!r} needs a kind: one of {', '.join(_KINDS)}")
        return None
    node_class, needed, optional, exits, more_exits = _KINDS[kind]
    own = {"keys"} if kind == "menu" else {"cases"} if kind == "branch" else set()
    leading = {*exits, *more_exits, *own, "beyond"}
    allowed = (
        _COMMON
        | own
        | {*needed, *optional, *exits, *more_exits}
        | ({"beyond"} if "limit" in fields else set())
    )
    only(fields, allowed, f"node {name!r} ({kind})")
    _need(name, value, fields, {*needed, *exits} | own | ({"beyond"} if "limit" in fields else set()))
    data: dict[str, Any] = {
        key: read(fields[key]) for key, read in (needed | optional).items() if key in fields
    }
    if any(key not in data for key in needed):
        return Node(name=name, line=value.line, exits=_exits(fields, leading))
    return node_class(
        name=name,
        line=value.line,
        parts=tuple(filter(None, map(_speech, fields["parts"].items()))) if "parts" in fields else (),
        exits=_exits(fields, leading),
        limit=_count(fields["limit"]) if "limit" in fields else 0,
        **_tries(kind, data),
    )


def _need(name: str, value: Value, fields: Fields, needed: set[str]) -> None:
    for key in sorted(needed - fields.keys()):
        value.problems.add(value.line, f"node {name!r} does not say {key!r}")


def _tries(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"tries": 1, **data} if kind in _GATHERS else data


def _exits(fields: Fields, names: set[str]) -> dict[str, Exit]:
    exits: dict[str, Exit] = {}
    for name in [name for name in fields if name in names]:
        if name == "keys":
            exits |= {key: _exit(target) for key, target in _keys(fields["keys"]).items()}
        elif name == "cases":
            exits |= {f"={case}": _exit(target) for case, target in fields["cases"].mapping().items()}
        elif not fields[name].is_mapping():
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


def _texts(value: Value) -> dict[str, str]:
    return {name: text.text() for name, text in value.mapping().items()}


def _language(value: Value) -> Language | None:
    return language_of(value.text(), value.line, value.problems)


def language_of(text: str, line: int, problems: Problems) -> Language | None:
    """Tell the language by its code; another one is a problem."""
    for language in LANGUAGES:
        if text == language:
            return language
    problems.add(line, f"{text!r} is not a language (one of {', '.join(LANGUAGES)})")
    return None

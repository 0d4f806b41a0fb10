"""A flow: the script of a conversation as data, checked when it is loaded."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ivr.flow_check import check
from ivr.node_reader import language_of, read_node
from ivr.nodes import AGAIN, InputNode, Node
from ivr.prompts.texts import names_by_language
from ivr.reader import Problems, Value, only, read
from ivr.turns import Language

BUILTIN = Path(__file__).parent / "flows"

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_FIELDS = {"name", "version", "notice_version", "languages", "start", "facts", "again", "nodes"}


class FlowError(ValueError):
    """A flow that cannot be used; ``problems`` has one ``file:line: message`` each."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems in the order of the file."""
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Flow:
    """A checked flow. The first language is spoken until another is chosen.

    ``again`` names the clips said before a node is said again, after
    ``silence`` and after a ``wrong`` key.
    """

    name: str
    version: str
    notice_version: str
    languages: tuple[Language, ...]
    start: str
    facts: Mapping[str, str]
    again: Mapping[str, str]
    nodes: Mapping[str, Node]

    @property
    def secrets(self) -> frozenset[str]:
        """The facts that callers type and nobody should read."""
        inputs = (node for node in self.nodes.values() if isinstance(node, InputNode))
        return frozenset(node.fact for node in inputs if node.secret)


def load(path: Path, prompts: Mapping[Language, Collection[str]] | None = None) -> Flow:
    """Read and check a flow file; raises :class:`FlowError`.

    ``prompts`` are the names of the texts by language, this package's own
    unless given.
    """
    problems = Problems(str(path))
    top = read(path, problems)
    flow = _flow(top, problems) if top else None
    if flow and top:
        check(flow, top, names_by_language() if prompts is None else prompts, problems)
    if problems.found or flow is None:
        raise FlowError(problems.lines())
    return flow


@cache
def builtin(name: str) -> Flow:
    """Load one of this package's flows by its name; raises :class:`FlowError`."""
    if not name.isidentifier():
        raise FlowError([f"{name!r}: no such flow"])
    return load(BUILTIN / f"{name}.yaml")


def _flow(top: Value, problems: Problems) -> Flow | None:
    fields = top.mapping()
    only(fields, _FIELDS, "a flow")
    for name in sorted({"name", "version", "languages", "start", "nodes"} - fields.keys()):
        problems.add(top.line, f"the flow does not say {name!r}")
    if problems.found:
        return None
    nodes = {name: _node(name, value) for name, value in fields["nodes"].mapping().items()}
    texts = {name: fields[name].text() for name in ("name", "version", "start")}
    return Flow(
        name=texts["name"],
        version=texts["version"],
        notice_version=fields["notice_version"].text() if "notice_version" in fields else "",
        languages=_languages(fields["languages"]),
        start=texts["start"],
        facts=_texts(fields.get("facts")),
        again=_texts(fields.get("again")),
        nodes={name: node for name, node in nodes.items() if node},
    )


def _node(name: str, value: Value) -> Node | None:
    if not _NAME.match(name) or name == AGAIN:
        value.problems.add(value.line, f"{name!r} cannot be a node's name (a-z, 0-9, _; not {AGAIN!r})")
        return None
    return read_node(name, value)


def _languages(value: Value) -> tuple[Language, ...]:
    found = [language_of(item.text(), item.line, value.problems) for item in value.items()]
    if not found:
        value.problems.add(value.line, "a flow needs at least one language")
    return tuple(language for language in found if language)


def _texts(value: Value | None) -> dict[str, str]:
    return {name: text.text() for name, text in value.mapping().items()} if value else {}

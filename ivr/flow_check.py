"""What must hold between the nodes of a flow before a caller meets it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from ivr.nodes import AGAIN, GatherNode, Node, SetNode, Speech
from ivr.reader import Problems, Value
from ivr.turns import Language

if TYPE_CHECKING:
    from ivr.flow import Flow

Prompts = Mapping[Language, Collection[str]]


def check(flow: Flow, top: Value, prompts: Prompts, problems: Problems) -> None:
    """Note what would trouble a caller: dead ends, endless loops, missing prompts."""
    fields = top.mapping()
    if flow.start not in flow.nodes:
        problems.add(fields["start"].line, f"start: there is no node {flow.start!r}")
    _check_again(flow, fields, prompts, problems)
    for node in flow.nodes.values():
        _check_targets(flow, node, problems)
        _check_tries(node, problems)
        _check_language(flow, node, problems)
        _check_prompts(flow, node.parts, prompts, problems)
    if not problems.found:
        _check_reachable(flow, problems)
        _check_bounded(flow, problems)


def _check_again(flow: Flow, fields: Mapping[str, Value], prompts: Prompts, problems: Problems) -> None:
    if "again" not in fields:
        return
    for name, value in fields["again"].mapping().items():
        if name not in ("silence", "wrong"):
            problems.add(value.line, f"again does not know {name!r} (only silence, wrong)")
        _check_prompts(flow, (Speech("clip", value.text(), value.line),), prompts, problems)


def _check_targets(flow: Flow, node: Node, problems: Problems) -> None:
    for label, way in node.exits.items():
        if way.target == AGAIN and isinstance(node, GatherNode) and label in ("silence", "wrong"):
            continue
        if way.target not in flow.nodes:
            problems.add(way.line, f"node {node.name!r}, {label}: there is no node {way.target!r}")


def _check_tries(node: Node, problems: Problems) -> None:
    if not isinstance(node, GatherNode):
        return
    repeats = any(way.target == AGAIN for way in node.exits.values())
    if repeats and (node.tries < 2 or "failed" not in node.exits):
        problems.add(node.line, f"node {node.name!r} says 'again': it needs tries (2 or more) and failed")


def _check_language(flow: Flow, node: Node, problems: Problems) -> None:
    if isinstance(node, SetNode) and node.language and node.language not in flow.languages:
        problems.add(node.line, f"node {node.name!r}: the flow does not speak {node.language!r}")


def _check_prompts(flow: Flow, parts: tuple[Speech, ...], prompts: Prompts, problems: Problems) -> None:
    for part in parts:
        for language in flow.languages if part.kind == "clip" else ():
            if part.value not in prompts.get(language, ()):
                problems.add(part.line, f"there is no prompt {part.value!r} in language {language!r}")


def _targets(node: Node) -> list[str]:
    return [way.target for way in node.exits.values() if way.target != AGAIN]


def _check_reachable(flow: Flow, problems: Problems) -> None:
    seen: set[str] = set()
    ahead = [flow.start]
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += _targets(flow.nodes[name])
    for name in flow.nodes.keys() - seen:
        problems.add(flow.nodes[name].line, f"node {name!r} cannot be reached")


def _check_bounded(flow: Flow, problems: Problems) -> None:
    """Once every limit is used up, what is left must lead to the end."""
    nodes = flow.nodes.values()
    left = {node.name: [node.exits["beyond"].target] if node.limit else _targets(node) for node in nodes}
    while ends := [name for name, targets in left.items() if not any(target in left for target in targets)]:
        for name in ends:
            del left[name]
    if left:
        node = min((flow.nodes[name] for name in left), key=lambda node: node.line)
        problems.add(node.line, f"a call can go round for ever from node {node.name!r}: give it a limit")

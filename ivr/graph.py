"""A flow drawn: Mermaid for a web page, DOT for Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.flow import Flow
from ivr.nodes import AGAIN, BranchNode, GatherNode, HangupNode, Node

Edge = tuple[str, str, str]


def mermaid(flow: Flow) -> str:
    """Draw the flow as a Mermaid flowchart."""
    lines = ["flowchart TD", *(f"  n_{name}{_shape(node)}" for name, node in flow.nodes.items())]
    lines += [f'  n_{source} -->|"{label}"| n_{target}' for source, label, target in _edges(flow)]
    return "\n".join(lines) + "\n"


def dot(flow: Flow) -> str:
    """Draw the flow as a Graphviz digraph."""
    lines = [f"digraph {_quoted(flow.name)} {{", *(f"  {_quoted(name)};" for name in flow.nodes)]
    lines += [
        f"  {_quoted(source)} -> {_quoted(target)} [label={_quoted(label)}];"
        for source, label, target in _edges(flow)
    ]
    return "\n".join([*lines, "}"]) + "\n"


def _edges(flow: Flow) -> Iterator[Edge]:
    for node in flow.nodes.values():
        for label, way in node.exits.items():
            yield node.name, label, node.name if way.target == AGAIN else way.target


def _shape(node: Node) -> str:
    text = node.name
    if isinstance(node, GatherNode):
        return f'[/"{text}"/]'
    if isinstance(node, BranchNode):
        return f'{{"{text}"}}'
    return f'(["{text}"])' if isinstance(node, HangupNode) else f'["{text}"]'


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

"""A flow drawn shows every node and every way."""

from __future__ import annotations

from ivr.flow import builtin
from ivr.graph import dot, mermaid


def test_mermaid_shows_every_node_and_the_ways_between() -> None:
    drawn = mermaid(builtin("hotline"))

    assert drawn.startswith("flowchart TD\n")
    assert all(f"  n_{name}" in drawn for name in builtin("hotline").nodes)
    assert '  n_main -->|"9"| n_emergency\n' in drawn
    assert '  n_main -->|"wrong"| n_main\n' in drawn


def test_dot_shows_every_node_and_the_ways_between() -> None:
    drawn = dot(builtin("hotline"))

    assert drawn.startswith('digraph "hotline" {\n')
    assert drawn.endswith("}\n")
    assert '  "officer_on_duty" -> "connect" [label="=yes"];\n' in drawn

"""Telling a silent call from one that was given up."""

from __future__ import annotations

from callcenter.models import Call, CallEvent
from callcenter.services.timeline import Timeline
from ivr.flow import Flow, builtin
from ivr.nodes import AGAIN, SayNode

SHORTEST_MESSAGE = 2.0
"""Seconds. A shorter message has said nothing yet."""


def is_silent(call: Call, timeline: Timeline) -> bool:
    """Tell whether the caller neither pressed nor said anything, though asked for it.

    Who hangs up before a question was left unanswered may just have thought
    better of it. What an officer heard only the officer can tell.
    """
    if call.answered_at is not None or timeline.of_kind(call, "keys"):
        return False
    if any(event.data["seconds"] >= SHORTEST_MESSAGE for event in timeline.of_kind(call, "recorded")):
        return False
    return any(_asked_in_vain(call, event) for event in timeline.of_kind(call, "timed_out"))


def _asked_in_vain(call: Call, event: CallEvent) -> bool:
    """Tell whether silence was no answer there: the question was put once more."""
    flow = builtin(call.flow)
    node = flow.nodes.get(event.data["node"])
    target = node.leads("silence") if node else ""
    return target == AGAIN or _says(flow, target) == flow.again.get("silence")


def _says(flow: Flow, name: str) -> str | None:
    """Tell the first clip of a node that only speaks."""
    node = flow.nodes.get(name)
    return node.parts[0].value if isinstance(node, SayNode) and node.parts else None

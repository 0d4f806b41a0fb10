"""Telling a silent call from one that was given up."""

from __future__ import annotations

from callcenter.models import Call, CallEvent
from callcenter.services.timeline import Timeline
from ivr.flow import builtin
from ivr.nodes import AGAIN

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
    node = builtin(call.flow).nodes.get(event.data["node"])
    return node is not None and node.leads("silence") == AGAIN

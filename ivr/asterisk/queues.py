"""Keep the members of Asterisk's queues as the roster wants them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ivr.asterisk.ami import Message
from ivr.ports import Member, MemberState

OURS = "agency-"
STATES: dict[str, MemberState] = {
    "1": "ready",
    "2": "busy",
    "3": "busy",
    "6": "busy",
    "7": "busy",
    "8": "busy",
}
"""Asterisk's device states; the others are unknown (0), invalid (4) and unavailable (5)."""


@dataclass(frozen=True, slots=True)
class Change:
    """A manager action that brings the actual nearer to the desired."""

    action: str
    fields: Mapping[str, str]


Actual = Mapping[str, Mapping[str, int]]
"""Queue → interface → penalty."""


def read_status(messages: Iterable[Message]) -> Actual:
    """Read the answer to ``QueueStatus``; queues that are not ours are left out."""
    queues: dict[str, dict[str, int]] = {}
    for message in messages:
        queue = message.get("queue")
        if not queue.startswith(OURS):
            continue
        members = queues.setdefault(queue, {})
        if message.name.lower() == "queuemember":
            interface = message.get("location") or message.get("interface")
            members[interface] = int(message.get("penalty") or 0)
    return queues


def read_states(messages: Iterable[Message]) -> dict[str, MemberState]:
    """Read from the same answer whether each member of our queues can be rung, by interface."""
    return {
        message.get("location") or message.get("interface"): STATES.get(message.get("status"), "away")
        for message in messages
        if message.name.lower() == "queuemember" and message.get("queue").startswith(OURS)
    }


def changes(desired: Mapping[str, Sequence[Member]], actual: Actual) -> list[Change]:
    """Return what must be done; queues Asterisk does not have (yet) are left out."""
    found: list[Change] = []
    for queue, present in actual.items():
        wanted = {member.interface: member.penalty for member in desired.get(queue, ())}
        found += [
            _add(queue, interface, wanted[interface]) for interface in wanted if interface not in present
        ]
        found += [_remove(queue, interface) for interface in present if interface not in wanted]
        found += [
            _weigh(queue, interface, penalty)
            for interface, penalty in wanted.items()
            if present.get(interface, penalty) != penalty
        ]
    return found


def _add(queue: str, interface: str, penalty: int) -> Change:
    return Change(
        "QueueAdd", {"queue": queue, "interface": interface, "penalty": str(penalty), "paused": "false"}
    )


def _remove(queue: str, interface: str) -> Change:
    return Change("QueueRemove", {"queue": queue, "interface": interface})


def _weigh(queue: str, interface: str, penalty: int) -> Change:
    return Change("QueuePenalty", {"queue": queue, "interface": interface, "penalty": str(penalty)})

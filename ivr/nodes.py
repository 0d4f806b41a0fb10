"""What a flow is made of: nodes, what they say, and where they lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ivr.turns import Language

AGAIN = "again"
"""The target that means: say the same node once more, and count a try."""

SpeechKind = Literal["clip", "spell", "number", "agency"]


@dataclass(frozen=True, slots=True)
class Speech:
    """A clip by its name, or a fact (by its name) and how to speak it."""

    kind: SpeechKind
    value: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Exit:
    """Where a node leads, and the line that says so."""

    target: str
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One state of a flow; ``exits`` maps what happened to where it leads.

    With a ``limit``, entering the node more often leads to the exit ``beyond``.
    """

    name: str
    line: int = 0
    parts: tuple[Speech, ...] = ()
    exits: Mapping[str, Exit] = field(default_factory=dict)
    limit: int = 0
    secret: bool = False

    def leads(self, happened: str, otherwise: str = "next") -> str:
        """Tell the target after ``happened``, or else after ``otherwise``."""
        return (self.exits.get(happened) or self.exits[otherwise]).target


@dataclass(frozen=True, slots=True, kw_only=True)
class SayNode(Node):
    """Spoken ahead of the next waiting node, in the same turn."""

    interrupt: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherNode(Node):
    """Waits for keys; ``tries`` bounds how often it is said again."""

    seconds: float
    tries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuNode(GatherNode):
    """One key leads on. ``whole``: a key without a meaning does not cut it short."""

    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InputNode(GatherNode):
    """Exactly ``digits`` digits become the fact; a ``secret`` one is never shown."""

    fact: str
    digits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordNode(Node):
    """Records a message; ``seconds`` names the fact with its longest length."""

    seconds: str
    silence_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectNode(Node):
    """Puts the caller into the queue that the fact ``queue`` names.

    With an exit ``call_back`` or ``message`` they may ask for that by a key.
    """

    queue: str
    emergency: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryNode(Node):
    """Asks the backend; an argument ``$name`` is a fact."""

    ask: str
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchNode(Node):
    """Leads on by the value of a fact; its exits are ``=value`` and ``otherwise``."""

    fact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNode(Node):
    """Sets facts, or the language of what follows."""

    facts: Mapping[str, str] = field(default_factory=dict)
    language: Language | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HangupNode(Node):
    """Ends the call."""

    cause: int = 16

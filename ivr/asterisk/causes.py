"""Why a call ended, and who ended it, in Asterisk's words."""

from __future__ import annotations

from ivr.events import Side

NORMAL_CLEARING = 16
ANSWERED_ELSEWHERE = 26

_OUTCOMES = {
    3: "unreachable",
    16: "cancelled",
    17: "busy",
    18: "unreachable",
    19: "no_answer",
    20: "unreachable",
    21: "busy",
    26: "cancelled",
    27: "unreachable",
}


def side(source: str, channel: str, *, ended: bool = False) -> Side:
    """Tell who hung the citizen's channel up.

    ``source`` is Asterisk's hang-up source and ``ended`` tells that we ended
    the call. A source once set is kept: after a conversation that the officer
    ended it still names the officer, though the citizen stayed on the line
    (option c of Queue) and can only have hung up later.
    """
    if ended or source.startswith("dialplan/"):
        return "system"
    return "caller" if source and (source == channel or "/officer-" in source) else "unknown"


def cause_of(text: str, who: Side = "unknown") -> int:
    """Read a Q.850 cause, 0 when it is none.

    A caller's telephone that hangs up by a plain BYE names no cause: that is
    normal clearing.
    """
    cause = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 0
    return NORMAL_CLEARING if cause == 0 and who == "caller" else cause


def outcome_of(cause: int) -> str:
    """Tell how an officer's leg ended that was not answered, from its Q.850 cause."""
    return _OUTCOMES.get(cause, "failed")

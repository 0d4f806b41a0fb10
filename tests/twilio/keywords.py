"""STOP, START and HELP: what Twilio does with them before we hear of them.

Pages "Twilio support for opt-out keywords (SMS STOP filtering)" and "Customize users' opt-in and opt-out
experience with Advanced Opt-Out" (there: REVOKE and OPTOUT too). Only a message of that one word counts, in
capitals or not. It is so for SMS on long codes; for WhatsApp only where a Messaging Service has Advanced
Opt-Out. The message itself is passed on to our webhook all the same.

Not found in the documentation, and decided here: START and its like are answered only when they lift a
block (YES is an ordinary word otherwise), a second STOP is not; HELP too is passed on; the answers stand in the message log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["STOP", "START", "HELP"]

WORDS: dict[str, Kind] = {
    **dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"), "STOP"),
    **dict.fromkeys(("START", "YES", "UNSTOP"), "START"),
    **dict.fromkeys(("HELP", "INFO"), "HELP"),
}
ANSWERS: dict[Kind, str] = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from this "
    "number. Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


def kind(body: str) -> Kind | None:
    """Say what a message asks for, if it is a keyword."""
    return WORDS.get(body.strip().upper())


@dataclass
class Blocks:
    """Who wants no more messages from whom: pairs of a sender (or its Messaging Service) and an address."""

    pairs: set[tuple[str, str]] = field(default_factory=set)

    def answer(self, word: Kind, owner: str, address: str) -> str:
        """Do what the word asks; gives Twilio's own reply, or nothing."""
        pair = (owner, address)
        blocked = pair in self.pairs
        if word == "STOP":
            self.pairs.add(pair)
        elif word == "START":
            self.pairs.discard(pair)
        # "If the user has opted out previously, they won't receive your defined help message."
        heard = blocked if word == "START" else not blocked
        return ANSWERS[word] if heard else ""

    def hold(self, owner: str, address: str) -> bool:
        return (owner, address) in self.pairs

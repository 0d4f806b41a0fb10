"""A citizen's wait in a queue of Asterisk: ringing, what may be asked for meanwhile, and how it ended."""

from __future__ import annotations

from ivr.asterisk.agi import Line
from ivr.asterisk.names import CONVERSATION, WAITING
from ivr.asterisk.sounds import Sounds
from ivr.events import DialOutcome
from ivr.speaking import number_of
from ivr.turns import OFFERS, Clip, Connect, Language, Offer

OFFERED_IN = "waiting_keys"
BACK = "back"
"""The dialplan's label behind AGI: where a call goes on that no process leads."""
NOBODY = frozenset({"FULL", "JOINEMPTY", "LEAVEEMPTY", "JOINUNAVAIL", "LEAVEUNAVAIL", "WITHDRAW"})


class QueueWait:
    """The queue of one call; what became of it stands on its channel."""

    def __init__(self, line: Line, sounds: Sounds) -> None:
        """Wait on the channel behind ``line``."""
        self._line = line
        self._sounds = sounds

    def wait(self, queue: str, action: Connect) -> None:
        """Wait in the queue; who was not answered at the first ring hears what else they may ask for.

        For that they leave the queue. They come back in front of those who
        wait like them, and the rungs go on where they were.
        """
        first = number_of(self._line.evaluate("${RING_SECONDS}"), 0) if action.offers else 0
        if not 0 < first < action.timeout:
            self._enter(queue, action.timeout, action.priority, rung=0)
            return
        self._enter(queue, first, action.priority, rung=0)
        if self.outcome() != "no_answer":
            return
        self._line.set(QUEUESTATUS="")  # the end of the first ring is not the wait's
        if not self._offers_taken(action.language):
            self._enter(queue, action.timeout - first, action.priority + 1, rung=1)

    def _enter(self, queue: str, seconds: int, priority: int, rung: int) -> None:
        places = {"QUEUE_PRIO": str(priority), "QUEUE_RAISE_PENALTY": str(rung)}
        self._line.set(QUEUESTATUS="", MEMBERINTERFACE="", **places)
        self._line.execute("Queue", f"{queue},Ccr,,,{seconds}")

    def _offers_taken(self, language: Language) -> bool:
        """Say which keys there are; tells whether one of them was pressed, which the channel remembers."""
        (words,) = self._sounds.lists([Clip(OFFERED_IN)], language)
        self._line.execute("Read", f"WAITING_KEY,{words},1,,1,1")
        return self._line.evaluate("${WAITING_KEY}") in OFFERS

    def asked(self) -> Offer | None:
        """Return what was asked for by a key, which leads the channel out of the queue to another place.

        The key is kept before the channel is led back: whoever goes on with
        the call, should this process die, finds the one or the other.
        """
        here, _, kept = self._line.evaluate("${CONTEXT}:${EXTEN}:${WAITING_KEY}").rpartition(":")
        place, _, key = here.partition(":")
        if place != WAITING:
            return OFFERS.get(kept)
        self._line.set(WAITING_KEY=key)
        self._line.command("SET", "CONTEXT", CONVERSATION)
        self._line.command("SET", "EXTENSION", "s")
        self._line.command("SET", "PRIORITY", BACK)
        return OFFERS.get(key)

    def outcome(self) -> DialOutcome | None:
        """Return how the queue ended, from the traces it left on the channel."""
        status, _, member = self._line.evaluate("${QUEUESTATUS}:${MEMBERINTERFACE}").partition(":")
        if member:
            return "answered"
        if status in NOBODY:
            return "nobody"
        return "no_answer" if status == "TIMEOUT" else None

"""Queues and those who wait in them (pages "TwiML Voice: <Enqueue>", "Queue resource")."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.twilio.grammar import WAITING
from tests.twilio.refusals import SCHEMA, Refused
from tests.twilio.twiml import Element
from tests.twilio.waiting import Waiting

if TYPE_CHECKING:
    from tests.twilio.dialing import Dialing

PLAY_SECONDS = 3
"""What a prompt of a waitUrl document takes here, whatever its file."""
GATHER_OVER = "GatherOver"
"""Stands behind a ``<Gather>`` of such a document: nobody pressed a key."""
IDLE = 10
"""Documents that may be asked for without playing anything; Twilio would go on for ever."""


@dataclass
class Queue:
    """A queue, made by the first ``<Enqueue>`` that names it; it stays until it is deleted."""

    sid: str
    name: str
    created: datetime
    max_size: int = 1000
    members: list[Queued] = field(default_factory=list)
    dialers: list[Dialing] = field(default_factory=list)


class Queued(Waiting):
    """``<Enqueue>``: the waitUrl's document again and again, until the call leaves the queue."""

    def begin(self) -> None:
        self.bridge: Dialing | None = None
        self.joined = self.call.exchange.clock()
        self.seconds = 0
        self._verbs: deque[Element] = deque()
        self._gather: Element | None = None
        self._digits = ""
        self._idle = 0
        self.queue = self.call.exchange.queue(self.element.text)
        if len(self.queue.members) >= self.queue.max_size:
            self._go_on({"QueueResult": "queue-full"})
            return
        self.queue.members.append(self)
        if self.queue.dialers:
            self.queue.dialers[0].connect(self)
        else:
            self._step()

    @property
    def waited(self) -> int:
        """Whole seconds in the queue so far, or in all."""
        if self not in self.queue.members:
            return self.seconds
        return round((self.call.exchange.clock() - self.joined).total_seconds())

    def taken(self, bridge: Dialing) -> None:
        """Be connected to whoever dials the queue."""
        self._out()
        self.bridge = bridge

    def released(self) -> None:
        """Go on after the conversation: only now is the action asked."""
        self.bridge = None
        self._go_on(self._told("bridged"))

    def hung_up(self) -> None:
        result = "bridged" if self.bridge else "hangup"
        self._depart(result)

    def redirected(self) -> None:
        self._depart("redirected-from-bridged" if self.bridge else "redirected")

    def _depart(self, result: str) -> None:
        """Report to the action; its answer does nothing, for the call is gone or led elsewhere."""
        self._out()
        if action := self.element.url("action"):
            self.call.ask(action, self._method, self._told(result))
        if self.bridge:
            self.bridge.partner_gone()

    def _out(self) -> None:
        self.stop()
        self.seconds = self.waited
        if self in self.queue.members:
            self.queue.members.remove(self)

    def _go_on(self, told: dict[str, str]) -> None:
        self.stop()
        if action := self.element.url("action"):
            self.call.load(action, self._method, **told)
        self.call.go_on()

    def _told(self, result: str) -> dict[str, str]:
        return {"QueueResult": result, "QueueTime": str(self.seconds), "QueueSid": self.queue.sid}

    @property
    def _method(self) -> str:
        return self.element.get("method", "POST")

    def press(self, key: str) -> None:
        """Take a key while a ``<Gather>`` of the document listens: also during its prompts."""
        gather = self._gather
        if gather is None:
            return
        self._digits += key
        if key == gather.get("finishOnKey", "#") or len(self._digits) == gather.number("numDigits", 0):
            self.stop()
            self._idle = 0
            self._gather_over(gather, self._digits)
            self._step()

    def _listen(self, gather: Element) -> None:
        self._gather, self._digits = gather, ""
        quiet = Element("Pause", {"length": gather.get("timeout", "5")}, "", (), gather.base)
        over = Element(GATHER_OVER, {}, "", (), gather.base)
        self._verbs.extendleft(reversed((*gather.children, quiet, over)))

    def _gather_over(self, gather: Element, digits: str) -> None:
        """Ask the action of what was pressed; without a key the document goes on."""
        self._gather = None
        if digits or gather.get("actionOnEmptyResult") == "true":
            self._ask(gather.url("action") or gather.base, gather.get("method", "POST"), Digits=digits)

    # The document that is heard meanwhile.

    def _elapsed(self) -> None:
        self._step()

    def _step(self) -> None:
        """Play on; without a waitUrl there is music, and nothing is asked."""
        url = self.element.url("waitUrl")
        while url and self in self.queue.members and not (self._timer and self._timer.pending):
            if not self._verbs:
                self._ask(url, self.element.get("waitUrlMethod", "POST"))
            else:
                self._heard(self._verbs.popleft())

    def _ask(self, url: str, method: str, **params: str) -> None:
        call = self.call
        try:
            self._idle += 1
            if self._idle > IDLE:
                raise Refused(14202, f"the document of {url} takes no time: it would be asked for ever")
            told = {**call.facts(), **self._place(), **params}
            self._verbs = deque(call.exchange.document(method, url, told))
            self._waitable(url)
        except Refused as error:
            self._out()
            call.break_off(error, url)
            call.go_on()

    def _waitable(self, url: str) -> None:
        for verb in self._verbs:
            if verb.tag not in WAITING:
                raise Refused(SCHEMA, f"<{verb.tag}> in a waitUrl document, from {url}")

    def _heard(self, verb: Element) -> None:
        match verb.tag:
            case "Play" | "Say":
                self._utter(verb)
            case "Pause":
                self._wait(verb.number("length", 1))
            case "Gather":
                self._listen(verb)
            case tag if tag == GATHER_OVER and self._gather:
                self._gather_over(self._gather, "")
            case "Redirect":
                self._ask(verb.target, verb.get("method", "POST"))
            case "Hangup":
                self.call.finish("completed")
            case "Leave":
                self._out()
                self._go_on(self._told("leave"))

    def _utter(self, verb: Element) -> None:
        try:
            self.call.utter(verb)
        except Refused as error:
            self._out()
            self.call.break_off(error, verb.target)
            self.call.go_on()
        else:
            self._wait(PLAY_SECONDS * verb.number("loop", 1))

    def _wait(self, seconds: float) -> None:
        self._idle = 0
        self._due(seconds)

    def _place(self) -> dict[str, str]:
        members = self.queue.members
        return {
            "QueueSid": self.queue.sid,
            "QueueTime": str(self.waited),
            "QueuePosition": str(members.index(self) + 1),
            "AvgQueueTime": str(sum(member.waited for member in members) // len(members)),
            "CurrentQueueSize": str(len(members)),
            "MaxQueueSize": str(self.queue.max_size),
        }

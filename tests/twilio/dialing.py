"""``<Dial><Queue>``: two calls become one conversation (pages "TwiML Voice: <Dial>", "<Queue>")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twilio.recorder import Recording
from tests.twilio.refusals import SCHEMA, Refused
from tests.twilio.waiting import Waiting

if TYPE_CHECKING:
    from tests.twilio.queueing import Queued

WHISPERED = frozenset({"Play", "Say", "Pause", "Redirect"})
"""What the document of ``<Queue url>`` may have (page "TwiML Voice: <Queue>", ``url``)."""

TIMEOUT = 30
LONGEST = 14400
"""Seconds a queue is waited for, and a conversation may last, unless told."""


class Dialing(Waiting):
    """The call that dials; it is the parent leg, the one that comes from the queue is the other."""

    def begin(self) -> None:
        self.partner: Queued | None = None
        self._recording: Recording | None = None
        name = self.element.children[0].text if self.element.children else ""
        assert name, "this stand-in dials queues, nothing else"
        self._queue = self.call.exchange.queues.get(name)
        if self._queue is None:
            self._over("failed")
        elif self._queue.members:
            self.connect(self._queue.members[0])
        else:
            self._queue.dialers.append(self)
            self._due(self.element.number("timeout", TIMEOUT))

    def connect(self, queued: Queued) -> None:
        """Talk to the one who has waited longest."""
        self._no_longer()
        queued.taken(self)
        self._whisper(queued)
        self.partner, self._since = queued, self.call.exchange.clock()
        self.call.bridged_to, queued.call.bridged_to = queued.call, self.call
        self._due(self.element.number("timeLimit", LONGEST))

    def _whisper(self, queued: Queued) -> None:
        """Play the document of ``<Queue url>`` to the one who leaves the queue; here it takes no time."""
        noun, exchange = self.element.children[0], self.call.exchange
        url = noun.url("url")
        if not url:
            return
        told = {**queued.call.facts(), "QueueSid": queued.queue.sid, "QueueTime": str(queued.seconds)}
        told["DequeingCallSid"] = self.call.sid
        try:
            for verb in exchange.document(noun.get("method", "POST"), url, told):
                if verb.tag not in WHISPERED:
                    raise Refused(SCHEMA, f"<{verb.tag}> in the document of <Queue>, from {url}")
                queued.call.utter(verb)
        except Refused as error:
            exchange.refuse(error)

    def press(self, key: str) -> None:
        if key == "*" and self.element.get("hangupOnStar") == "true" and self.partner:
            self._elapsed()

    def patience(self) -> float:
        return self._left()

    def partner_gone(self) -> None:
        """The one from the queue has hung up or was led elsewhere."""
        self._apart()
        self._over("completed")

    def hung_up(self) -> None:
        self._no_longer()
        queued = self._apart()
        if action := self.element.url("action"):
            told = self._told("completed" if queued else "no-answer")
            self.call.ask(action, self.element.get("method", "POST"), told)
        if queued:
            queued.released()

    def redirected(self) -> None:
        self._no_longer()
        if queued := self._apart():
            queued.released()

    def _elapsed(self) -> None:
        """The time limit of the conversation, or of the wait for somebody to join the queue."""
        self._no_longer()
        queued = self._apart()
        self._over("completed" if queued else "no-answer")
        if queued:
            queued.released()

    def _no_longer(self) -> None:
        self.stop()
        if self._queue and self in self._queue.dialers:
            self._queue.dialers.remove(self)

    def _apart(self) -> Queued | None:
        queued = self.partner
        if queued:
            self.stop()
            self._talked = round((self.call.exchange.clock() - self._since).total_seconds())
            self._keep()
            self.call.bridged_to = queued.call.bridged_to = None
            self._spoken_to, self.partner = queued.call.sid, None
        return queued

    def _keep(self) -> None:
        """End the recording; one of no time is absent."""
        record, recorder = self.element.get("record", "do-not-record"), self.call.exchange.recorder
        if record == "do-not-record":
            return
        channels = 2 if record.endswith("-dual") else 1
        seconds = (self.call.exchange.clock() - self._since).total_seconds()
        if seconds > 0:
            self._recording = recorder.keep(
                self.call, self.element, "DialVerb", channels, seconds, self._since
            )
        else:
            recorder.absent(self.call, self.element, "DialVerb", channels)

    def _over(self, status: str) -> None:
        self.stop()
        if action := self.element.url("action"):
            told = self._told(status)
            self.call.load(action, self.element.get("method", "POST"), **told)
        self.call.go_on()

    def _told(self, status: str) -> dict[str, str]:
        bridged = status == "completed"
        told = {"DialCallStatus": status, "DialBridged": str(bridged).lower()}
        if bridged:
            told |= {"DialCallSid": self._spoken_to, "DialCallDuration": str(self._talked)}
        if self._recording:
            told["RecordingUrl"] = self._recording.url
        return told

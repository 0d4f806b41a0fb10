"""One call at the exchange: what is heard in it, what it waits in, what people do with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from tests.twilio.progress import Progress
from tests.twilio.refusals import Refused
from tests.twilio.twiml import Element
from tests.twilio.verbs import play
from tests.twilio.waiting import Waiting

if TYPE_CHECKING:
    from tests.twilio.exchange import Exchange

Ending = Literal["key", "silence", "limit", "hangup"]
APOLOGY = "say:en-US:We are sorry, an application error has occurred. Goodbye."
LOOP = 50
"""Documents a call may read without waiting once; Twilio has no such limit, a test must."""


class Call:
    """A call between the exchange and one telephone."""

    def __init__(
        self, exchange: Exchange, sid: str, from_: str, to: str, direction: str, **extra: str
    ) -> None:
        self.exchange = exchange
        self.sid = sid
        self.from_ = from_
        self.to = to
        self.direction = direction
        self.extra = extra
        self.status = "ringing" if direction == "inbound" else "queued"
        self.created = exchange.clock()
        self.started: datetime | None = None
        self.answered: datetime | None = None
        self.ended: datetime | None = None
        self.answered_by: str | None = None
        self.heard: list[str] = []
        self.bridged_to: Call | None = None
        self.fallback = ""
        self.progress = Progress()
        self.ring_timeout = 60
        self.detects_machines = False
        self.begins = ("", "POST", "")
        self.sip = 200
        self.waiting: Waiting | None = None
        self._program: deque[Element] = deque()
        self._read = (self.created, 0)

    # What a test looks at.

    @property
    def over(self) -> bool:
        return self.ended is not None

    @property
    def waits_in(self) -> Element | None:
        return self.waiting.element if self.waiting else None

    def take_heard(self) -> list[str]:
        """Give what was heard since last taken."""
        taken, self.heard = self.heard, []
        return taken

    # What people do.

    def press(self, keys: str) -> None:
        """Press keys, one after the other; where no keys are asked for they are lost."""
        for key in keys:
            self._listening().press(key)
            self.exchange.settle()

    def stay_silent(self) -> None:
        """Say and press nothing until the exchange goes on."""
        self.exchange.advance(self._listening().patience())

    def speak(self, seconds: float, ended_by: Ending = "key") -> None:
        """Speak after the beep of a recording."""
        self._listening().speak(seconds, ended_by)
        self.exchange.settle()

    def begin_to_speak(self) -> None:
        """Begin to speak after the beep of a recording, while time passes for everybody; a key ends it."""
        self._listening().begin_to_speak()

    def hang_up(self) -> None:
        """Put the telephone down."""
        assert not self.over, "the call is over"
        assert self.answered, "nobody has answered yet"
        self.finish("completed")
        self.exchange.settle()

    def answer(self, by: Literal["human", "machine"] = "human") -> None:
        """Take an outbound call that rings."""
        self.exchange.outbound.answer(self, by)
        self.exchange.settle()

    def reject(self) -> None:
        """Be busy."""
        self.exchange.outbound.unanswered(self, "busy", 486)
        self.exchange.settle()

    def fail(self, sip: int) -> None:
        """Be no telephone that can be reached."""
        self.exchange.outbound.unanswered(self, "failed", sip)
        self.exchange.settle()

    def let_ring(self) -> None:
        """Let the telephone ring until the exchange gives up."""
        self.exchange.outbound.let_ring(self)

    # The machine.

    def facts(self) -> dict[str, str]:
        """The parameters of every request (page "Twilio's Request to Your Application")."""
        return {
            "CallSid": self.sid,
            "AccountSid": self.exchange.account,
            "From": self.from_,
            "To": self.to,
            "Caller": self.from_,
            "Called": self.to,
            "CallStatus": self.status,
            "ApiVersion": "2010-04-01",
            "Direction": self.direction,
            **self.extra,
        }

    def utter(self, element: Element) -> None:
        """Let a prompt be heard; its file is asked for, as Twilio would. Raises ``Refused``."""
        if element.tag == "Say":
            self.heard.append(f"say:{element.get('language', 'en-US')}:{element.text}")
        elif element.tag == "Play" and element.text:
            self.exchange.fetch_media(element.target)
            self.heard.append(element.target)

    def load(self, url: str, method: str = "POST", **params: str) -> None:
        """Put a new document in the place of what is left of the old one."""
        try:
            self._count(url)
            self._program = deque(self.exchange.document(method, url, {**self.facts(), **params}))
        except Refused as error:
            self.break_off(error, url)

    def break_off(self, error: Refused, url: str) -> None:
        """Give up the document because of an error at a URL; the fallback's takes its place."""
        self.exchange.refuse(error)
        self._program = deque(self._fallback(error, url))

    def load_text(self, twiml: str) -> None:
        """Take a document that came with a REST request."""
        self._program = deque(self.exchange.inline(twiml))

    def go_on(self) -> None:
        """Play the document until something waits or the call ends (at its end, as documented)."""
        self.waiting = None
        self._pick_up()
        while not self.over:
            if not self._program:
                self.finish("completed")
                return
            self.waiting = play(self, self._program.popleft())
            if self.waiting:
                self.waiting.begin()
                return

    def start(self) -> None:
        """Begin an outbound call that was answered: its URL, or the document that came with it."""
        url, method, twiml = self.begins
        if twiml:
            self.load_text(twiml)
        else:
            self.load(url, method)
        self.go_on()

    def leave(self) -> Waiting | None:
        """Stop waiting, without a word to anybody."""
        waiting, self.waiting = self.waiting, None
        if waiting:
            waiting.stop()
        return waiting

    def finish(self, status: str) -> None:
        """End the call: first what it waited in, then its own status callback."""
        if self.over:
            return
        self.status, self.ended = status, self.exchange.clock()
        waiting = self.leave()
        if waiting:
            waiting.hung_up()
        self._program.clear()
        self.progress.report(self, "completed")

    def redirect(self, url: str, method: str, twiml: str = "") -> None:
        """Leave what goes on for another document, as a REST request wants it."""
        if self.over:
            return
        waiting = self.leave()
        if waiting:
            waiting.redirected()
        self.begins = (url, method, twiml)
        self.start()

    def ask(self, url: str, method: str, params: Mapping[str, str]) -> None:
        """Report to an action URL in a call that is over: the answer is checked, and does nothing."""
        try:
            self.exchange.document(method, url, {**self.facts(), **params})
        except Refused as error:
            self.exchange.refuse(error)

    @property
    def duration(self) -> int:
        """Whole seconds between answer and end."""
        if not self.answered:
            return 0
        return round(((self.ended or self.exchange.clock()) - self.answered).total_seconds())

    def _pick_up(self) -> None:
        """An inbound call is answered by its first verb, unless that rejects it."""
        rejected = bool(self._program) and self._program[0].tag == "Reject"
        if self.direction == "inbound" and self.status == "ringing" and not rejected:
            self.status, self.answered = "in-progress", self.exchange.clock()

    def _count(self, url: str) -> None:
        now = self.exchange.clock()
        self._read = (now, self._read[1] + 1 if self._read[0] == now else 1)
        if self._read[1] > LOOP:
            raise Refused(11200, f"{LOOP} documents without waiting, the last was {url}")

    def _fallback(self, error: Refused, url: str) -> tuple[Element, ...]:
        """Ask the fallback URL, once (page "Availability and Reliability")."""
        if self.fallback and self.fallback != url:
            told = {"ErrorCode": str(error.code), "ErrorUrl": url}
            try:
                return self.exchange.document("POST", self.fallback, {**self.facts(), **told})
            except Refused as second:
                self.exchange.refuse(second)
        self.heard.append(APOLOGY)
        return ()

    def _listening(self) -> Waiting:
        assert not self.over, "the call is over"
        assert self.waiting, "the call waits for nothing"
        self._read = (self.created, 0)
        return self.waiting

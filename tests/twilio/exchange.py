"""A strict stand-in for Twilio, in this process and by the clock of the test.

Written from Twilio's documentation, not from our driver. What Twilio would refuse is raised to the test
as ``Refused``; with ``tolerates`` it is only kept in ``errors`` and handled as Twilio handles it. Two
things are no fault of ours and never raised: a site that the test itself took ``down``, and REST answers
that a race can bring about (404/20404, 400/21220).

What a REST request changes in a call takes effect with the exchange's next movement (``advance``,
``ringing`` or anything a ``Call`` does), never inside the request: our code may hold a transaction there.

Media files are fetched with ``requests``, not through ``http``: mount ``adapter`` for api.twilio.com, or the
test asks the real network.

Messages, by SMS and WhatsApp, are in ``texting``: the head of that module says how tests write and read them.

Not found in the documentation, and decided here: the end "rejected" gives a call, what a failing waitUrl
document does (the fallback is asked), the action of a ``<Dial>`` whose own leg was redirected (none).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from tests.phone.phone import Clock
from tests.twilio.account import Number
from tests.twilio.arriving import Arrived
from tests.twilio.call import Call
from tests.twilio.message import Message
from tests.twilio.outbound import Outbound
from tests.twilio.progress import Progress
from tests.twilio.queueing import Queue
from tests.twilio.recorder import Recorder
from tests.twilio.refusals import Refused
from tests.twilio.rest import Faults, RestClient
from tests.twilio.rest_calls import ROUTES as CALLS
from tests.twilio.rest_kept import ROUTES as KEPT
from tests.twilio.rest_messages import ROUTES as MESSAGES
from tests.twilio.site import WSGI, Down, Site
from tests.twilio.texting import Channel, Texting
from tests.twilio.timers import Timers
from tests.twilio.transport import Adapter
from tests.twilio.twiml import Element, document, message_document

INLINE = "https://api.twilio.com/inline"
"""The base of a document that came with a REST request."""


class Exchange:
    """One Twilio account and the telephones around it."""

    def __init__(self, app: WSGI, clock: Clock, *, url: str, account: str, token: str) -> None:
        self.clock = clock
        self.url = url
        self.account = account
        self.token = token
        self.tolerates = False
        self.duplicates = False
        self.media = True
        """Whether the files of ``<Play>`` are asked for, as Twilio does."""
        self.late: Callable[[str], float] = lambda url: 0.0
        self.errors: list[Refused] = []
        self.lost: list[str] = []
        """Status and recording callbacks that found our site down: Twilio does not repeat them."""
        self.calls: dict[str, Call] = {}
        self.numbers: dict[str, Number] = {}
        self.queues: dict[str, Queue] = {}
        self.timers = Timers(clock)
        self.site = Site(app, clock, token)
        self.recorder = Recorder(self)
        self.outbound = Outbound(self)
        self.texting = Texting(self)
        self.faults = Faults()
        self.http = RestClient(self, [*CALLS, *MESSAGES, *KEPT])
        self.adapter = Adapter(self)
        self._heard: set[str] = set()
        self._sids = count(1)

    # What a test does.

    @property
    def down(self) -> bool:
        """Whether our site does not answer at all."""
        return self.site.down

    @down.setter
    def down(self, down: bool) -> None:
        self.site.down = down

    def add_number(
        self,
        number: str,
        *,
        voice: str,
        fallback: str = "",
        status: str = "",
        sms: str = "",
        sms_fallback: str = "",
    ) -> Number:
        """Own a number; its webhooks are full URLs."""
        self.numbers[number] = Number(self.sid("PN"), number, voice, fallback, status, sms, sms_fallback)
        return self.numbers[number]

    def call(self, caller: str, number: str, **extra: str) -> Call:
        """Let a citizen phone, until the call waits for something or is over.

        ``caller`` may be one of the numbers that stand for a withheld one, as +266696687 for
        "anonymous" (page "How do I identify anonymous callers"); ``extra`` goes with each request.
        """
        owned = self.numbers[number]
        call = Call(self, self.sid("CA"), caller, number, "inbound", **extra)
        call.started, call.fallback = self.clock(), owned.fallback
        call.progress = Progress(owned.status)
        self.calls[call.sid] = call
        call.load(owned.voice)
        call.go_on()
        self.settle()
        return call

    def send_in(self, sender: str, number: str, body: str = "", **more: Any) -> Arrived:
        """Let somebody write to a number of ours: see ``Texting.send_in``."""
        return self.texting.send_in(sender, number, body, **more)

    def inbox(self, number: str, channel: Channel | None = None) -> list[Message]:
        """What somebody received, by SMS and WhatsApp, the oldest first."""
        return self.texting.inbox(number, channel)

    def advance(self, seconds: float) -> None:
        """Let time pass; whatever is due meanwhile happens at its instant."""
        self.timers.advance(seconds)

    def settle(self) -> None:
        """Let happen what is due now."""
        self.timers.settle()

    def ringing(self, to: str) -> Call | None:
        """The oldest call of ours that rings there now."""
        self.settle()
        return self.outbound.ringing(to)

    # What its parts share.

    def sid(self, kind: str) -> str:
        return f"{kind}{next(self._sids):032x}"

    def refuse(self, error: Refused) -> None:
        """Keep an error of ours, and raise it unless the test tolerates errors."""
        if isinstance(error, Down):
            return
        self.errors.append(error)
        if not self.tolerates:
            raise error

    def queue(self, name: str) -> Queue:
        """The queue of a name; made when there is none."""
        return self.queues.setdefault(name, Queue(self.sid("QU"), name, self.clock()))

    def document(self, method: str, url: str, params: dict[str, str]) -> tuple[Element, ...]:
        """Ask our site for a document; raises ``Refused``."""
        return self._asked(method, url, params, document)

    def message_document(self, method: str, url: str, params: dict[str, str]) -> tuple[Element, ...]:
        """Ask our site how to answer a message; raises ``Refused``."""
        return self._asked(method, url, params, message_document)

    def inline(self, twiml: str) -> tuple[Element, ...]:
        return document(twiml.encode(), "text/xml", INLINE)

    def fetch_media(self, url: str) -> None:
        """Ask for a file that is to be played; Twilio keeps it. Raises ``Refused``."""
        if not self.media or url in self._heard:
            return
        answer = self.site.ask("GET", url, {}, self.site.idempotency_token())
        if not answer.content_type.startswith("audio/"):
            raise Refused(12300, f"{answer.content_type} is no sound, from {url}")
        self._heard.add(url)

    def notify(self, method: str, url: str, params: dict[str, str]) -> None:
        """Owe a status callback; it comes as late as the test wants."""
        self.timers.after(self.late(url), lambda: self.post(method, url, params))

    def post(self, method: str, url: str, params: dict[str, str]) -> None:
        """Make a callback now; of its answer only the status counts."""
        token = self.site.idempotency_token()
        try:
            for _ in range(2 if self.duplicates else 1):
                self.site.ask(method, url, params, token)
        except Down:
            self.lost.append(url)
        except Refused as error:
            self.refuse(error)

    def _asked(
        self,
        method: str,
        url: str,
        params: dict[str, str],
        read: Callable[[bytes, str, str], tuple[Element, ...]],
    ) -> tuple[Element, ...]:
        """Ask, twice if the test wants it: the second answer must be sound, and is forgotten."""
        token = self.site.idempotency_token()
        times = 2 if self.duplicates else 1
        answers = [self.site.ask(method, url, params, token) for _ in range(times)]
        documents = [read(answer.body, answer.content_type, answer.url) for answer in answers]
        return documents[0]

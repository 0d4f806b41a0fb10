"""The account's messages, by SMS and by WhatsApp, and the people who write and read them.

A test owns a number (``exchange.add_number(..., sms=url)``), a WhatsApp sender (``add_whatsapp``), a Messaging
Service (``add_service``), an approved template (``add_template``). Then::

    arrived = exchange.send_in("+62812…", NUMBER, "Lampu padam")            # a citizen writes by SMS
    exchange.send_in("+62812…", SENDER, "", channel="whatsapp", media=[Attachment(b"…", "audio/ogg")])
    exchange.advance(60)                                                    # our answers go their way
    [one.received for one in exchange.inbox("+62812…")]                     # what the citizen got to read

How our messages end is the recipient's ``fates[number]``; ``refusing[number]`` is the code with which the API
refuses a recipient (21614, …). Callbacks are late, twice and out of order like those of calls: ``exchange.late``
(``lambda url: next(delays)``), ``exchange.duplicates``, ``exchange.down``. REST faults: ``exchange.faults``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from tests.twilio.account import Service, Template, Webhook, WhatsAppSender
from tests.twilio.arriving import Arrived, Arriving
from tests.twilio.keywords import Blocks
from tests.twilio.message import WHATSAPP, Attachment, Fate, Media, Message, Place
from tests.twilio.posting import Posting

if TYPE_CHECKING:
    from tests.twilio.exchange import Exchange

API = "https://api.twilio.com"
Channel = Literal["sms", "whatsapp"]


class Texting:
    """Everything about messages on one account."""

    def __init__(self, exchange: Exchange) -> None:
        self.messages: dict[str, Message] = {}
        """By SID, in the order in which they were made; deleted ones are gone."""
        self.whatsapp_senders: dict[str, WhatsAppSender] = {}
        self.services: dict[str, Service] = {}
        self.templates: dict[str, Template] = {}
        self.fate = Fate()
        self.fates: dict[str, Fate] = {}
        """By the recipient's number, without ``whatsapp:``."""
        self.refusing: dict[str, int] = {}
        """By the recipient's number: the code the API refuses it with."""
        self.without_whatsapp: set[str] = set()
        """Addresses (``whatsapp:+…``) of people who do not use it."""
        self.landline_code: Literal[21614, 21635] = 21635
        self.outside_window: Literal["failed", "undelivered"] = "failed"
        self.seconds_a_segment = 1.0
        self.deletable_after = 0.0
        """Seconds for which a message that is over cannot be deleted yet (20009)."""
        self.filters_keywords = True
        """Whether Twilio answers STOP and its like; its support can switch that off."""
        self.blocks = Blocks()
        self.posting = Posting(exchange)
        self._exchange = exchange
        self._arriving = Arriving(exchange)
        self._inboxes: defaultdict[str, list[Message]] = defaultdict(list)
        self._wrote: dict[tuple[str, str], datetime] = {}

    # What a test does.

    def add_whatsapp(
        self,
        number: str,
        url: str,
        *,
        method: str = "POST",
        fallback: str = "",
        fallback_method: str = "POST",
        status: str = "",
    ) -> WhatsAppSender:
        """Own a WhatsApp sender, by its number without ``whatsapp:``."""
        webhook = Webhook(url, method, fallback, fallback_method)
        made = WhatsAppSender(WHATSAPP + number, self._exchange.sid("XE"), webhook, status)
        self.whatsapp_senders[made.number] = made
        return made

    def add_service(
        self, *senders: str, status: str = "", messages: Webhook | None = None, advanced: bool = False
    ) -> str:
        """Own a Messaging Service with these addresses; gives its SID.

        Without ``messages`` incoming ones go to the sender's own webhook.
        """
        made = Service(self._exchange.sid("MG"), senders, status, messages, advanced)
        self.services[made.sid] = made
        return made.sid

    def add_template(self, text: str, **defaults: str) -> str:
        """Have an approved template; gives its SID. Variables: ``add_template("Aduan {{1}}", **{"1": "-"})``."""
        made = Template(self._exchange.sid("HX"), text, defaults)
        self.templates[made.sid] = made
        return made.sid

    def send_in(
        self,
        sender: str,
        number: str,
        body: str = "",
        *,
        channel: Channel = "sms",
        media: Sequence[Attachment] = (),
        place: Place | None = None,
        profile: str = "",
        **extra: str,
    ) -> Arrived:
        """Let somebody write to a number of ours; numbers are given without ``whatsapp:``.

        ``extra`` are more parameters of the webhook, as ``Forwarded`` or ``ButtonText``; ``profile`` is the
        WhatsApp name. What we answer is on its way when this is over.
        """
        assert len(body) <= 1600, "the page tells no longer body"
        before = WHATSAPP if channel == "whatsapp" else ""
        message = Message(
            self._exchange,
            self._exchange.sid("MM" if media else "SM"),
            "inbound",
            before + sender,
            before + number,
            body,
            "received",
        )
        self._attach(message, media)
        self.messages[message.sid] = message
        self._wrote[message.from_, message.to] = self._exchange.clock()
        arrived = self._arriving.take(message, place, profile, extra)
        self._exchange.settle()
        return arrived

    def inbox(self, number: str, channel: Channel | None = None) -> list[Message]:
        """What somebody received, the oldest first; ``received`` of each is its text."""
        got = self._inboxes[number]
        return [one for one in got if channel in (None, "whatsapp" if one.whatsapp else "sms")]

    # What its parts share.

    def callback(self, message: Message) -> str:
        """Where a status is told when the message itself names no place: its service, then its sender."""
        if message.service and (url := self.services[message.service].status):
            return url
        return self.whatsapp_senders[message.from_].status if message.whatsapp else ""

    def dispatch(self, message: Message) -> Message:
        """Keep an outgoing message, and let it wait for its turn."""
        message.callback = message.callback or self.callback(message)
        self.messages[message.sid] = message
        self.posting.place(message)
        return message

    def hand_over(self, message: Message) -> None:
        self._inboxes[message.to.removeprefix(WHATSAPP)].append(message)

    def fate_of(self, message: Message) -> Fate:
        return self.fates.get(message.to.removeprefix(WHATSAPP), self.fate)

    def wrote(self, citizen: str, sender: str) -> datetime | None:
        """When somebody last wrote to a sender of ours."""
        return self._wrote.get((citizen, sender))

    def service_of(self, address: str) -> Service | None:
        """The Messaging Service an address of ours belongs to."""
        return next((one for one in self.services.values() if address in one.senders), None)

    def owner(self, address: str) -> str:
        """Whom an opt-out is for: the service, or the one sender (page "Error 21610")."""
        service = self.service_of(address)
        return service.sid if service else address

    def blocked(self, sender: str, recipient: str) -> bool:
        return self.blocks.hold(self.owner(sender), recipient)

    def _attach(self, message: Message, files: Sequence[Attachment]) -> None:
        account = f"{API}/2010-04-01/Accounts/{self._exchange.account}"
        for file in files:
            sid = self._exchange.sid("ME")
            url = f"{account}/Messages/{message.sid}/Media/{sid}"
            message.media[sid] = Media(sid, url, file, self._exchange.clock())

"""A message that comes in: the webhook, its fallback, and what the answer says.

Pages "Twilio's request to your incoming message Webhook URL", "TwiML Message: <Message>", "TwiML SMS:
<Redirect>". Limits: 15 s, then the fallback URL with ``ErrorCode`` and ``ErrorUrl``; when that fails too
nothing more is done (blog "A Hidden Gem: Fallback URLs") and the message is only in the log. At most 10
replies a message (error 14109).

The page is at odds with itself about ``action``: a status callback, or one whose answer goes on in the
document. Here it is the status callback, and a verb behind such a ``<Message>`` is refused, as it would be
"unreachable and ignored". By the page ``action`` counts for a reply to a plain message, ``statusCallback``
for one to a message with media; "set both with the same URL". The one that would do nothing is refused.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import phonenumbers

from tests.twilio import keywords
from tests.twilio.account import Webhook
from tests.twilio.message import WHATSAPP, Message, Place
from tests.twilio.refusals import SCHEMA, Refused
from tests.twilio.twiml import Element

if TYPE_CHECKING:
    from tests.twilio.exchange import Exchange

LOOP = 10
"""A figure of our own: documents one after the other."""
MOST_REPLIES = 10


@dataclass
class Arrived:
    """What became of a message: our replies, and where they came from."""

    message: Message
    replies: list[Message] = field(default_factory=list)
    automatic: Message | None = None
    """Twilio's own answer to a keyword."""
    fell_back: bool = False
    lost: bool = False
    """Nobody of ours took it."""


class Arriving:
    """The account's incoming messages."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def take(self, message: Message, place: Place | None, profile: str, extra: Mapping[str, str]) -> Arrived:
        """Handle a keyword, ask our site, send what it answers."""
        texting = self._exchange.texting
        service = texting.service_of(message.to)
        message.service = service.sid if service else ""
        message.sent = self._exchange.clock()
        arrived = Arrived(message)
        word = self._keyword(message)
        params = {**_params(message, place, profile), **extra}
        if word:
            self._answer_keyword(arrived, word)
            if service and service.advanced:
                params["OptOutType"] = word
        webhook = (service and service.messages) or self._own(message.to)
        if webhook.url:
            self._ask(arrived, webhook, params)
        return arrived

    def _own(self, address: str) -> Webhook:
        if address.startswith(WHATSAPP):
            return self._exchange.texting.whatsapp_senders[address].messages
        return self._exchange.numbers[address].messages

    def _keyword(self, message: Message) -> keywords.Kind | None:
        service = self._exchange.texting.service_of(message.to)
        if message.whatsapp and not (service and service.advanced):
            return None
        return keywords.kind(message.body) if self._exchange.texting.filters_keywords else None

    def _answer_keyword(self, arrived: Arrived, word: keywords.Kind) -> None:
        message, texting = arrived.message, self._exchange.texting
        text = texting.blocks.answer(word, texting.owner(message.to), message.from_)
        if text:
            reply = self._reply(message, text)
            reply.automatic = True
            arrived.automatic = texting.dispatch(reply)

    def _ask(self, arrived: Arrived, webhook: Webhook, params: Mapping[str, str]) -> None:
        """Ask the webhook, then its fallback."""
        try:
            self._run(arrived, webhook.method, webhook.url, params)
        except Refused as error:
            self._exchange.refuse(error)
            told = {**params, "ErrorCode": str(error.code), "ErrorUrl": webhook.url}
            self._fall_back(arrived, webhook, told)

    def _fall_back(self, arrived: Arrived, webhook: Webhook, params: Mapping[str, str]) -> None:
        if not webhook.fallback:
            arrived.lost = True
            return
        arrived.fell_back = True
        try:
            self._run(arrived, webhook.fallback_method, webhook.fallback, params)
        except Refused as error:
            arrived.lost = True
            self._exchange.refuse(error)

    def _run(self, arrived: Arrived, method: str, url: str, params: Mapping[str, str]) -> None:
        """Do what a document says, and those it leads to; raises ``Refused``."""
        for _ in range(LOOP):
            program = deque(self._exchange.message_document(method, url, dict(params)))
            while program:
                verb = program.popleft()
                if verb.tag == "Redirect":
                    method, url = verb.get("method", "POST"), verb.target
                    break
                if verb.get("action") and program:
                    raise Refused(SCHEMA, f"verbs behind a <Message> with an action, from {url}")
                self._send(arrived, verb)
            else:
                return
        raise Refused(11200, f"{LOOP} documents for one message, the last was {url}")

    def _send(self, arrived: Arrived, verb: Element) -> None:
        if len(arrived.replies) == MOST_REPLIES:
            raise Refused(14109, f"more than {MOST_REPLIES} replies ({verb.base})")
        message = arrived.message
        reply = self._reply(message, _text(verb), verb.get("to"), verb.get("from"))
        self._sendable(reply, verb)
        reply.callback, reply.method = _callback(message, verb), verb.get("method", "POST")
        reply.media_urls = tuple(child.target for child in verb.children if child.tag == "Media")
        arrived.replies.append(self._exchange.texting.dispatch(reply))

    def _reply(self, message: Message, text: str, to: str = "", from_: str = "") -> Message:
        return Message(
            self._exchange,
            self._exchange.sid("SM"),
            "outbound-reply",
            from_ or message.to,
            to or message.from_,
            text,
            "queued",
            service=message.service,
        )

    def _sendable(self, reply: Message, verb: Element) -> None:
        """Check the two addresses of a reply."""
        if reply.whatsapp != reply.from_.startswith(WHATSAPP):
            raise Refused(21910, f"from {reply.from_} to {reply.to} ({verb.base})")
        if reply.whatsapp:
            owned = reply.from_ in self._exchange.texting.whatsapp_senders
        else:
            number = self._exchange.numbers.get(reply.from_)
            owned = number is not None
            if number and not number.sms_capable:
                raise Refused(14108, f"{reply.from_} ({verb.base})")
        if not owned:
            raise Refused(14102, f"{reply.from_} is not ours ({verb.base})")


def _text(verb: Element) -> str:
    """The text of a ``<Message>``: its own, or that of its ``<Body>`` elements, one behind the other."""
    bodies = [child.text for child in verb.children if child.tag == "Body"]
    text = verb.text or "".join(bodies)
    if bodies and verb.text:
        raise Refused(SCHEMA, f"text beside <Body> in <Message> ({verb.base})")
    if len(text) > 1600 or not (text or verb.children):
        raise Refused(14103, f"{len(text)} characters ({verb.base})")
    return text


def _callback(message: Message, verb: Element) -> str:
    """Where the reply's status is told."""
    action, status = verb.url("action"), verb.url("statusCallback")
    if action and status and action != status:
        raise Refused(SCHEMA, f"action {action} and statusCallback {status} differ ({verb.base})")
    if (status or action) and not (status if message.media else action):
        kind = "with media" if message.media else "without media"
        raise Refused(SCHEMA, f"set both action and statusCallback: one does nothing {kind} ({verb.base})")
    return status or action


def _params(message: Message, place: Place | None, profile: str) -> dict[str, str]:
    """The parameters of the webhook."""
    params = {
        **message.standard(),
        "SmsMessageSid": message.sid,
        "Body": message.body,
        "NumMedia": str(len(message.media)),
        "NumSegments": str(message.segments),
    }
    for index, media in enumerate(message.media.values()):
        params[f"MediaUrl{index}"] = media.url
        params[f"MediaContentType{index}"] = media.file.content_type
    if place:
        params |= {"Latitude": place.latitude, "Longitude": place.longitude}
        params |= {"Address": place.address} if place.address else {}
        params |= {"Label": place.label} if place.label else {}
    return params | (_whatsapp(message, profile) if message.whatsapp else _geography(message))


def _whatsapp(message: Message, profile: str) -> dict[str, str]:
    return {"ProfileName": profile or "Warga", "WaId": message.from_.removeprefix(f"{WHATSAPP}+")}


def _geography(message: Message) -> dict[str, str]:
    """What Twilio looks up of the numbers: for Indonesia the country; the rest comes empty."""
    told: dict[str, str] = {}
    for name, number in (("From", message.from_), ("To", message.to)):
        told |= {f"{name}{what}": "" for what in ("City", "State", "Zip")}
        told[f"{name}Country"] = _country(number)
    return told


def _country(number: str) -> str:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        return ""

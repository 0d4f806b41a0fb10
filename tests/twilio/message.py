"""A message as Twilio keeps it, and how its status is told.

Pages "Messages resource", "Media subresource", "Track the Message Status of Outbound Messages",
"Outbound Message Status in Status Callbacks".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Literal

from tests.twilio.refusals import WORDS
from tests.twilio.segments import segments

if TYPE_CHECKING:
    from tests.twilio.exchange import Exchange

API = "https://api.twilio.com"
WHATSAPP = "whatsapp:"
QUEUED = ("accepted", "queued", "sending")
"""Not on its way yet."""
BAD = ("failed", "undelivered")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file somebody sends us: what ``MediaUrl0`` gives and ``MediaContentType0`` says."""

    content: bytes
    content_type: str = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Media:
    """A file at Twilio, kept until it is deleted."""

    sid: str
    url: str
    file: Attachment
    created: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A location shared by WhatsApp."""

    latitude: str
    longitude: str
    address: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Fate:
    """How sending ends: ``sent`` is a network that never tells more; ``seconds`` from then to the end."""

    status: Literal["sent", "delivered", "read", "undelivered", "failed"] = "delivered"
    error: int = 0
    seconds: float = 2


@dataclass(eq=False)
class Message:
    """One message, in or out; ``from_`` and ``to`` are addresses (``whatsapp:+…`` on that channel)."""

    exchange: Exchange
    sid: str
    direction: str
    from_: str
    to: str
    body: str
    status: str
    service: str = ""
    media: dict[str, Media] = field(default_factory=dict)
    media_urls: tuple[str, ...] = ()
    template: bool = False
    callback: str = ""
    method: str = "POST"
    valid_seconds: int = 36_000
    error: int = 0
    sent: datetime | None = None
    automatic: bool = False
    """Whether Twilio itself answered a keyword."""
    received: str = ""
    """The text as it reached the other side; a redaction does not take it back."""

    def __post_init__(self) -> None:
        self.created = self.updated = self.exchange.clock()
        self.received = self.body
        self.segments = 1 if self.whatsapp else segments(self.body)

    @property
    def whatsapp(self) -> bool:
        return self.to.startswith(WHATSAPP)

    def move(self, status: str, error: int = 0, **more: str) -> None:
        """Change the status; the callback is owed."""
        self.status, self.error, self.updated = status, error, self.exchange.clock()
        if status == "sent":
            self.sent = self.updated
        if self.callback:
            self.exchange.notify(self.method, self.callback, {**self._told(), **more})

    def facts(self) -> dict[str, Any]:
        """The resource as JSON: times are RFC 2822, numbers texts."""
        uri = f"/2010-04-01/Accounts/{self.exchange.account}/Messages/{self.sid}"
        # "Initially 0, since a sender hasn't yet been assigned."
        unassigned = self.status == "accepted"
        return {
            "sid": self.sid,
            "account_sid": self.exchange.account,
            "api_version": "2010-04-01",
            "messaging_service_sid": self.service or None,
            "from": None if unassigned else self.from_,
            "to": self.to,
            "body": self.body,
            "status": self.status,
            "direction": self.direction,
            "num_segments": "0" if unassigned else str(self.segments),
            "num_media": str(len(self.media) or len(self.media_urls)),
            "error_code": self.error or None,
            "error_message": WORDS.get(self.error),
            "price": None,
            "price_unit": None,
            "date_created": format_datetime(self.created),
            "date_updated": format_datetime(self.updated),
            "date_sent": format_datetime(self.sent) if self.sent else None,
            "uri": f"{uri}.json",
            "subresource_uris": {"media": f"{uri}/Media.json"},
        }

    def standard(self) -> dict[str, str]:
        """The parameters that every request about a message has."""
        told = {
            "MessageSid": self.sid,
            "SmsSid": self.sid,
            "AccountSid": self.exchange.account,
            "From": self.from_,
            "To": self.to,
            "ApiVersion": "2010-04-01",
            "SmsStatus": self.status,
        }
        return told | ({"MessagingServiceSid": self.service} if self.service else {})

    def _told(self) -> Mapping[str, str]:
        """The parameters of a status callback."""
        told = {**self.standard(), "MessageStatus": self.status}
        if self.status in BAD:
            told["ErrorCode"] = str(self.error)
        return told | (self._of_channel() if self.whatsapp else self._of_carrier())

    def _of_channel(self) -> dict[str, str]:
        sender = self.exchange.texting.whatsapp_senders[self.from_]
        told = {"ChannelPrefix": "whatsapp", "ChannelInstallSid": sender.install}
        if self.status in BAD:
            told["ChannelStatusMessage"] = WORDS.get(self.error, "")
        if self.status == "read":
            told["EventType"] = "READ"
        return told

    def _of_carrier(self) -> dict[str, str]:
        if self.status in ("delivered", "undelivered"):
            return {"RawDlrDoneDate": self.updated.strftime("%y%m%d%H%M")}
        return {}

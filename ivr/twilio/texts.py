"""What Twilio tells of text messages: SMS and WhatsApp."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Parameters = Mapping[str, str]
ChannelName = Literal["sms", "whatsapp"]

MESSAGE_KEY = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}\Z")
"""A message's SID (Message resource, properties)."""

WHATSAPP = "whatsapp:"
"""What stands before the numbers of WhatsApp messages (Message resource, ``to``)."""

MOST_LETTERS = 1600
"""Twilio, error 21617: a body has at most 1,600 characters."""

Progress = Literal["queued", "sent", "delivered", "read", "failed"]

PROGRESS: Mapping[str, Progress] = {
    "accepted": "queued",
    "scheduled": "queued",
    "queued": "queued",
    "sending": "queued",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
"""Twilio, Message resource, status values; ``partially_delivered`` is told of nothing that we send."""

MEDIA = re.compile(r"/Media/(ME[0-9a-fA-F]{32})\Z")
"""The end of a ``MediaUrl``; the rest of the address is our account's and the message's."""

MOST_MEDIA = 10
"""Twilio, "Twilio's request to your incoming message Webhook URL": up to 10 media."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A picture or file beside a text: its SID, and what Twilio says that it is."""

    key: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A text that came in, as it was told; everything in it is the sender's."""

    key: str
    channel: ChannelName
    sender: str
    to: str
    body: str
    name: str = ""
    enclosed: tuple[Enclosed, ...] = ()
    answered: bool = False
    """Twilio has answered a keyword itself (``OptOutType``)."""


@dataclass(frozen=True, slots=True)
class TextFacts:
    """A text as Twilio's list has it."""

    key: str
    incoming: bool
    sender: str
    to: str
    body: str
    status: str
    error_code: int
    media: int
    sent_at: datetime

    @property
    def progress(self) -> Progress | None:
        """Tell how far one that goes out has come."""
        return PROGRESS.get(self.status)


def arrived(parameters: Parameters) -> Arrived:
    """Read a message webhook; raises ``ValueError`` for what Twilio never sends."""
    key = parameters.get("MessageSid", "")
    if not MESSAGE_KEY.match(key):
        raise ValueError(f"not a MessageSid: {key[:80]!r}")
    return Arrived(
        key=key,
        channel=channel(parameters.get("From", "")),
        sender=number(parameters.get("From", "")),
        to=number(parameters.get("To", "")),
        body="\n".join(filter(None, [parameters.get("Body", ""), _place(parameters)])),
        name=parameters.get("ProfileName", ""),
        enclosed=_enclosed(parameters),
        answered=bool(parameters.get("OptOutType")),
    )


def text_facts(found: Any) -> TextFacts:
    """Read the library's message."""
    return TextFacts(
        key=str(found.sid),
        incoming=found.direction == "inbound",
        sender=str(found.from_ or ""),
        to=str(found.to or ""),
        body=str(found.body or ""),
        status=str(found.status or ""),
        error_code=int(found.error_code or 0),
        media=int(found.num_media or 0),
        sent_at=found.date_sent or found.date_created or datetime.min.replace(tzinfo=UTC),
    )


def came(facts: TextFacts) -> Arrived:
    """Read from the list what no webhook told us; its media are asked for apart."""
    return Arrived(
        key=facts.key,
        channel=channel(facts.sender),
        sender=number(facts.sender),
        to=number(facts.to),
        body=facts.body,
    )


def channel(address: str) -> ChannelName:
    """Tell what carries a text to or from an address."""
    return "whatsapp" if address.startswith(WHATSAPP) else "sms"


def number(address: str) -> str:
    """Give an address without its channel."""
    return address.removeprefix(WHATSAPP)


def address(channel: str, number: str) -> str:
    """Write a number as the address of a channel."""
    return f"{WHATSAPP}{number}" if channel == "whatsapp" else number


def _enclosed(parameters: Parameters) -> tuple[Enclosed, ...]:
    count = parameters.get("NumMedia", "0")
    many = min(int(count), MOST_MEDIA) if count.isdecimal() and len(count) < 4 else 0
    found = ((MEDIA.search(parameters.get(f"MediaUrl{at}", "")), at) for at in range(many))
    return tuple(Enclosed(it[1], parameters.get(f"MediaContentType{at}", "")[:80]) for it, at in found if it)


def _place(parameters: Parameters) -> str:
    """Write down a place that was shared (WhatsApp: ``Latitude``, ``Longitude``, ``Address``, ``Label``)."""
    where = [parameters.get(name, "") for name in ("Latitude", "Longitude")]
    if not all(where):
        return ""
    names = [parameters.get(name, "") for name in ("Label", "Address")]
    return ", ".join(filter(None, [f"Lokasi: {where[0]}, {where[1]}", *names]))

"""What an account owns: numbers, WhatsApp senders, messaging services, templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where an incoming message is told, and who is asked when that fails."""

    url: str
    method: str = "POST"
    fallback: str = ""
    fallback_method: str = "POST"


@dataclass
class Number:
    """A telephone number of the account (page "IncomingPhoneNumber resource")."""

    sid: str
    number: str
    voice: str
    fallback: str = ""
    status: str = ""
    sms: str = ""
    sms_fallback: str = ""
    sms_method: str = "POST"
    sms_fallback_method: str = "POST"
    sms_capable: bool = True

    @property
    def messages(self) -> Webhook:
        """What is asked when a message comes in."""
        return Webhook(self.sms, self.sms_method, self.sms_fallback, self.sms_fallback_method)


@dataclass(frozen=True, slots=True)
class WhatsAppSender:
    """A number that may send by WhatsApp; ``install`` is its ``ChannelInstallSid``."""

    number: str
    install: str
    messages: Webhook
    status: str = ""
    """The sender's own status callback (page "Senders API - WhatsApp": ``webhook``)."""


@dataclass(frozen=True, slots=True)
class Service:
    """A Messaging Service: a pool of sender addresses, with a status callback of its own."""

    sid: str
    senders: tuple[str, ...]
    status: str = ""
    messages: Webhook | None = None
    advanced: bool = False
    """Whether Advanced Opt-Out is enabled (page "Customize users' opt-in and opt-out experience")."""


@dataclass(frozen=True, slots=True)
class Template:
    """An approved Content Template; ``{{1}}`` in its text is a variable."""

    sid: str
    text: str
    defaults: Mapping[str, str] = field(default_factory=dict)

    def filled(self, variables: Mapping[str, str]) -> str:
        """Give the text; what is not given has its default (page "Messages resource")."""
        text = self.text
        for name, value in {**self.defaults, **variables}.items():
            text = text.replace(f"{{{{{name}}}}}", value)
        return text

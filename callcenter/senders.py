"""How a message reaches an officer: by an Apprise address, by SMS, or as a local mail file."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import apprise

from callcenter.services.notifications import SMS

log = logging.getLogger(__name__)
logging.getLogger("apprise").setLevel(logging.WARNING)  # its finer levels name addresses with their secrets


class SendError(Exception):
    """The message was not taken; the text holds no secret of the address."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one person about one fact."""

    fact: str
    name: str
    title: str
    body: str
    at: datetime


class SmsRefusedError(Exception):
    """An SMS did not go out; ``permanent`` where it never will."""

    def __init__(self, permanent: bool, words: str) -> None:
        """See the class; ``words`` hold no number."""
        super().__init__(words)
        self.permanent = permanent


Sms = Callable[[str, str, str], str]
"""Sends from a number to a number these words and gives Twilio's key; raises ``SmsRefusedError``."""


class Sender:
    """Sends to an officer's own address, else the instance's, else into a folder."""

    def __init__(self, default_url: str, directory: Path, sms: Sms | None = None) -> None:
        """Send to ``default_url``; while that is empty, write into ``directory``."""
        self._default_url = default_url
        self._directory = directory
        self._sms = sms

    def channel(self, url: str | None) -> str:
        """Name the way a message goes, without secrets: ``mailto``, ``tgram``, ``file``."""
        address = url or self._default_url
        scheme = re.match(r"[a-z0-9+.-]{1,30}(?=://)", address.lower())
        return scheme[0] if scheme else ("unreadable" if address else "file")

    def send(self, message: Message, url: str | None) -> str | None:
        """Send now, and give the key of Twilio's copy where there is one; raises ``SendError``."""
        address = url or self._default_url
        if address.startswith(SMS):
            return self._by_sms(message, address)
        if address:
            _by_apprise(message, address, self.channel(url))
        else:
            _to_file(message, self._directory)
        return None

    def _by_sms(self, message: Message, address: str) -> str | None:
        """Send by SMS; what can never go that way goes where everything else of the instance goes."""
        from_, _, to = address.removeprefix(SMS).partition("/")
        try:
            return self._send_sms(from_, to, shortened(message))
        except SmsRefusedError as error:
            if not error.permanent or self._default_url.startswith(SMS):
                raise SendError(str(error)) from error
            log.warning("an SMS about %s was refused (%s): told otherwise", message.fact, error)
            return self.send(message, None)

    def _send_sms(self, from_: str, to: str, words: str) -> str:
        if self._sms is None:
            raise SmsRefusedError(True, "no Twilio account is configured")
        return self._sms(from_, to, words)


def shortened(message: Message) -> str:
    """Write a message as an SMS: its title, where to open it, and how it is answered."""
    links = re.findall(r"https?://\S+", message.body)
    answer = ["Balas SIAP atau TIDAK."] if any("/tugas/" in link for link in links) else []
    return " ".join([_one_line(message.title), *links[-1:], *answer])


def _by_apprise(message: Message, address: str, channel: str) -> None:
    service = apprise.Apprise()
    if not service.add(address):
        raise SendError("the address is not one that Apprise knows; correct it on the officer's page")
    if not service.notify(title=message.title, body=message.body, body_format=apprise.NotifyFormat.TEXT):
        raise SendError(f"the service behind {channel} did not take the message")


def _to_file(message: Message, directory: Path) -> None:
    """Write one file a fact: a message sent again replaces itself."""
    mail = EmailMessage(policy=SMTP)
    mail["Date"] = message.at
    mail["To"] = _one_line(message.name)
    mail["Subject"] = _one_line(message.title)
    mail.set_content(message.body)
    name = re.sub(r"[^A-Za-z0-9]+", "-", message.fact)[:150]
    part = directory / f".{name}.part"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        part.write_bytes(mail.as_bytes())
        os.replace(part, directory / f"{name}.eml")
    except OSError as error:
        raise SendError(f"the mail file could not be written: {error.strerror}") from error


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]

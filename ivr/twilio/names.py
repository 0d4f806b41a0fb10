"""The names that we and Twilio agree upon: keys of calls, addresses of this site."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

PROVIDER = "twilio"
NODE = "twilio"
"""What stands for a node in the call log: Twilio's calls belong to no machine of ours."""

CALL_KEY = re.compile(r"CA[0-9a-f]{32}\Z")
"""A CallSid."""
RECORDING_KEY = re.compile(r"RE[0-9a-fA-F]{32}\Z")
"""A recording's SID (Recording resource, properties)."""
LEG_KEY = re.compile(r"(?P<call>CA[0-9a-f]{32})-(?P<turn>\d{1,9})-(?P<officer>\d{1,18})-(?P<time>\d{1,3})\Z")

PREFIX = "/twilio"

API = "https://api.twilio.com"
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to reach one officer for one call: the ``time``-th of a turn, from 0 on."""

    call: str
    turn: int
    officer: int
    time: int

    @classmethod
    def parse(cls, key: str) -> Attempt:
        """Read an attempt's key; raises ``ValueError`` for anything else."""
        match = LEG_KEY.match(key)
        if match is None:
            raise ValueError(f"not an attempt's key: {key[:80]!r}")
        return cls(match["call"], int(match["turn"]), int(match["officer"]), int(match["time"]))

    def __str__(self) -> str:
        """Write the key, which is the leg's too."""
        return f"{self.call}-{self.turn}-{self.officer}-{self.time}"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where Twilio finds what; ``site`` is the public URL without a slash at its end."""

    site: str

    def of(self, path: str) -> str:
        """Give the URL of a path below :data:`PREFIX`."""
        return f"{self.site}{PREFIX}{path}"

    def turn(self, number: int) -> str:
        """Give the URL that a turn's last verb reports to."""
        return self.of(f"/turn/{number}")

    def waiting(self, number: int) -> str:
        """Give the URL that is asked again and again while a citizen waits."""
        return self.of(f"/wait/{number}")

    def waiting_key(self, number: int) -> str:
        """Give the URL that hears of a key that was pressed meanwhile."""
        return self.of(f"/wait/{number}/key")

    def prompt(self, language: str, name: str) -> str:
        """Give the URL of a spoken prompt."""
        return self.of(f"/prompts/{language}/{name}.wav")

    def recording(self, name: str) -> str:
        """Give the URL that hears of a recording; ``name`` is the audio object's."""
        return self.of(f"/recording/{name}")

    def text_status(self, text_id: int) -> str:
        """Give the URL that hears how a text fares."""
        return self.of(f"/message/{text_id}/status")

    def officer(self, attempt: Attempt, what: str = "") -> str:
        """Give the URL of an officer's leg: its words, or ``what`` became of it."""
        return self.of(f"/officer/{attempt}" + (f"/{what}" if what else ""))


def api_address(text: str) -> str:
    """Take another address for the REST API; raises ``ValueError`` where the account's token must not go.

    A Region's host is ``api.EDGE.REGION.twilio.com`` ("Using the Twilio REST API in a non-US Region").
    Any other host may only be this machine, where nobody listens in.
    """
    parts = urlsplit(text)
    host = parts.hostname or ""
    regional = parts.scheme == "https" and host.endswith(".twilio.com")
    here = parts.scheme in {"http", "https"} and host in _HERE
    if not (regional or here) or "@" in parts.netloc or parts.path.strip("/") or parts.query:
        raise ValueError(f"{text[:80]!r} is neither https://….twilio.com nor on this machine")
    return text.rstrip("/")

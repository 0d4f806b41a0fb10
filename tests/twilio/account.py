"""What an account owns and has sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Number:
    """A telephone number of the account (page "IncomingPhoneNumber resource")."""

    sid: str
    number: str
    voice: str
    fallback: str = ""
    status: str = ""
    sms: str = ""


@dataclass(frozen=True, slots=True)
class Sms:
    """A message we sent."""

    sid: str
    to: str
    from_: str
    body: str

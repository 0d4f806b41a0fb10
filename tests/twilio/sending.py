"""How the stand-in's own tests send messages, and read what became of them."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.twilio.booth import ACCOUNT, CITIZEN, NUMBER, TOKEN, URL, WHATSAPP, asked
from tests.twilio.exchange import Exchange

OURS, THEIRS = f"whatsapp:{WHATSAPP}", f"whatsapp:{CITIZEN}"


def client(exchange: Exchange) -> Any:
    return Client(ACCOUNT, TOKEN, http_client=exchange.http)


def send(exchange: Exchange, **change: Any) -> Any:
    """Send a message as our code would."""
    told = {"to": CITIZEN, "from_": NUMBER, "body": "Aduan 123", "status_callback": f"{URL}/told", **change}
    given = {name: value for name, value in told.items() if value is not None}
    return client(exchange).messages.create(**given)


def write(exchange: Exchange, **change: Any) -> Any:
    """The same by WhatsApp."""
    return send(exchange, **{"to": THEIRS, "from_": OURS, **change})


def answer(call: Any) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as refused:
        call()
    return refused.value.status, refused.value.code


def statuses(exchange: Exchange) -> list[str]:
    return [one["MessageStatus"] for one in asked(exchange, "told")]


def read(exchange: Exchange, number: str = CITIZEN) -> list[str]:
    """What somebody has got to read when all is on its way no more."""
    exchange.advance(60)
    return [one.received for one in exchange.inbox(number)]

"""Ticket numbers with a check digit, and the PIN that goes with them."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from ivr.damm import check_digit

BODY_DIGITS = 7
PIN_DIGITS = 4
PROVISIONAL = "9"
"""Numbers that begin with it are given by an exchange alone (docs/adr/0011)."""


def is_valid(number: str) -> bool:
    """Tell a well-formed ticket number from a mistyped one."""
    well_formed = len(number) == BODY_DIGITS + 1 and number.isascii() and number.isdigit()
    return well_formed and check_digit(number[:-1]) == number[-1]


def random_number() -> str:
    """Draw a ticket number, none that an exchange gives; it is not known to be free."""
    body = str(secrets.randbelow(8 * 10 ** (BODY_DIGITS - 1)) + 10 ** (BODY_DIGITS - 1))
    return body + check_digit(body)


def pin_of(secret: bytes, number: str) -> str:
    """Make the PIN of a ticket number: four digits that nobody knows without the instance's secret.

    It can be told again, by telephone and by text, and is kept nowhere.
    """
    digest = hmac.new(secret, f"the PIN of {number}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest) % 10**PIN_DIGITS:0{PIN_DIGITS}d}"


def pin_hash(secret: bytes, number: str, pin: str) -> str:
    """Hash a PIN under the instance's secret, bound to its ticket.

    A slow hash would gain nothing on four digits: the key keeps a stolen table
    useless, and the count of failures keeps guessing by telephone out.
    """
    return hmac.new(secret, f"{number}:{pin}".encode(), hashlib.sha256).hexdigest()

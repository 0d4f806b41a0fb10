"""Ticket numbers with a check digit, and the PIN that goes with them."""

from __future__ import annotations

import hashlib
import hmac
import secrets

# Damm's quasigroup of order 10 (H. M. Damm, "Total anti-symmetrische
# Quasigruppen", 2004): finds every single wrong digit and every swapped pair.
_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
BODY_DIGITS = 7
PIN_DIGITS = 4


def check_digit(body: str) -> str:
    """Compute the digit that makes ``body`` valid; digits only."""
    state = 0
    for digit in body:
        state = int(_DAMM[state][int(digit)])
    return str(state)


def is_valid(number: str) -> bool:
    """Tell a well-formed ticket number from a mistyped one."""
    well_formed = len(number) == BODY_DIGITS + 1 and number.isascii() and number.isdigit()
    return well_formed and check_digit(number[:-1]) == number[-1]


def random_number() -> str:
    """Draw a ticket number; it is not known to be free."""
    body = str(secrets.randbelow(9 * 10 ** (BODY_DIGITS - 1)) + 10 ** (BODY_DIGITS - 1))
    return body + check_digit(body)


def random_pin() -> str:
    """Draw a PIN of four digits."""
    return f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"


def pin_hash(secret: bytes, number: str, pin: str) -> str:
    """Hash a PIN under the instance's secret, bound to its ticket.

    A slow hash would gain nothing on four digits: the key keeps a stolen table
    useless, and the count of failures keeps guessing by telephone out.
    """
    return hmac.new(secret, f"{number}:{pin}".encode(), hashlib.sha256).hexdigest()

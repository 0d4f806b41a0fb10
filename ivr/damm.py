"""Damm's check digit: ends the numbers that callers write down.

H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004: it finds every single
wrong digit and every swapped pair.
"""

from __future__ import annotations

QUASIGROUP = (
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


def check_digit(body: str) -> str:
    """Compute the digit that makes ``body`` valid; digits only."""
    state = 0
    for digit in body:
        state = int(QUASIGROUP[state][int(digit)])
    return str(state)

"""How many SMS a text takes (page "How long can a message be?")."""

from __future__ import annotations

GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = frozenset("^{}\\[~]|€\f")
"""The extension of the alphabet: an escape and a character."""


def segments(text: str) -> int:
    """160 GSM-7 characters or 70 of UCS-2 in one; 153 or 67 in each of several."""
    if set(text) <= GSM7 | TWICE:
        return _parts(sum(2 if one in TWICE else 1 for one in text), 160, 153)
    return _parts(len(text.encode("utf-16-be")) // 2, 70, 67)


def _parts(length: int, single: int, each: int) -> int:
    return 1 if length <= single else -(-length // each)

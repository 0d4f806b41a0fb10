"""What a caller's header really says: a number, a short code, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers

from callcenter.models import CallerKind

REGION = "ID"
SHORT_CODES = frozenset({"110", "112", "113", "115", "117", "118", "119", "129"})
"""Indonesian public short codes (FACTS: telephone numbers, class P); tested
before parsing because ``parse('112', 'ID')`` gives a wrong +62112."""

_ANONYMOUS = frozenset({"", "anonymous", "restricted", "unknown", "unavailable", "private", "asterisk"})
_NUMBER = re.compile(r"\+?[0-9]{7,15}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: ``number`` is E.164 or a short code, never raw text."""

    kind: CallerKind
    number: str | None
    name: str | None


def identify(number: str, name: str) -> Caller:
    """Make sense of a caller's raw number and display name."""
    kind, clean = _classify(number.strip()[:64])
    return Caller(kind, clean, printable(name))


def normalise(text: str) -> str | None:
    """Give E.164, or a short code as it is, or ``None`` where it is neither."""
    return _classify(text.strip()[:64])[1]


def is_mobile(number: str | None) -> bool:
    """Tell whether a number (E.164) can take an SMS."""
    if not number or not number.startswith("+"):
        return False
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number, REGION))
    except phonenumbers.NumberParseException:
        return False
    types = phonenumbers.PhoneNumberType
    return kind in (types.MOBILE, types.FIXED_LINE_OR_MOBILE)


def printable(text: str, limit: int = 80) -> str | None:
    """Keep what can be shown on one line; ``None`` when nothing is left."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text[: limit * 4])
    return " ".join(shown.split())[:limit] or None


def mask(number: str | None) -> str:
    """Hide the middle of a number for messages that leave the house."""
    if not number:
        return "-"
    return number if len(number) < 7 else f"{number[:5]}…{number[-3:]}"


def _classify(text: str) -> tuple[CallerKind, str | None]:
    if text.lower() in _ANONYMOUS:
        return CallerKind.ANONYMOUS, None
    digits = re.sub(r"[\s().-]", "", text)
    if digits in SHORT_CODES:
        return CallerKind.SHORT_CODE, digits
    if not _NUMBER.fullmatch(digits):
        return CallerKind.OTHER, None
    return _parse(digits)


def _parse(digits: str) -> tuple[CallerKind, str | None]:
    """Read a national, international or plus-less Indonesian number."""
    candidates = [f"+{digits}", digits] if digits.startswith("62") else [digits]
    for candidate in candidates:
        try:
            parsed = phonenumbers.parse(candidate, REGION)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(parsed):
            return CallerKind.E164, phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return CallerKind.OTHER, None

"""What people type into forms and spreadsheets, checked and made uniform.

Every function takes text and gives a clean value, or raises ``FieldError`` with
the name of the field and a code; the screens turn codes into words that say
what is wrong and how to mend it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time

import phonenumbers

from callcenter.models import Tier
from callcenter.services.callers import REGION

NAME_LENGTH = 120
CODE_LENGTH = 40

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHORT_NUMBER = re.compile(r"[1-9][0-9]{2,5}")
_SPREADSHEET_NUMBER = re.compile(r"[0-9]+([.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[\s().-]")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4])[:.]([0-5][0-9])")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S{1,500}", re.IGNORECASE)
FORMULA = ("=", "+", "-", "@")


@dataclass
class FieldError(ValueError):
    """A value that cannot be taken: ``field`` says where, ``code`` says why."""

    field: str
    code: str
    value: str = ""

    def __str__(self) -> str:
        """Tell a developer; people read the screens' own words."""
        return f"{self.field}: {self.code}: {self.value[:60]!r}"


def text(field: str, value: str, limit: int = NAME_LENGTH) -> str:
    """Take one line of printable text; spaces are made single."""
    clean = " ".join(unicodedata.normalize("NFC", value).split())
    if not clean:
        raise FieldError(field, "empty")
    if len(clean) > limit:
        raise FieldError(field, "too_long", clean)
    if not clean.isprintable():
        raise FieldError(field, "unprintable", clean)
    if clean.startswith(FORMULA):
        raise FieldError(field, "formula", clean)
    return clean


def note(field: str, value: str, limit: int) -> str:
    """Take several lines of text, without control characters."""
    lines = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n")
    clean = "".join(letter for letter in lines if letter == "\n" or letter.isprintable()).strip()
    if not clean:
        raise FieldError(field, "empty")
    if len(clean) > limit:
        raise FieldError(field, "long_note", clean)
    return clean


def code(field: str, value: str) -> str:
    """Take a code that is safe in the names of files and queues."""
    clean = value.strip()
    if not clean:
        raise FieldError(field, "empty")
    if len(clean) > CODE_LENGTH or not _CODE.fullmatch(clean):
        raise FieldError(field, "bad_code", clean)
    if clean.endswith("-emergency") or clean == "emergency":
        raise FieldError(field, "reserved_code", clean)  # would be another agency's emergency queue
    return clean


def tier(field: str, value: str) -> str:
    """Take one of the programme's kinds of agency."""
    try:
        return Tier(value.strip().lower()).value
    except ValueError:
        raise FieldError(field, "unknown_tier", value) from None


def line_number(field: str, value: str) -> str:
    """Take a line's number: E.164, or a short code of 3 to 6 digits as it is.

    Short codes are told apart before parsing: ``parse('112', 'ID')`` gives a
    wrong +62112 (FACTS: telephone numbers).
    """
    digits = _PUNCTUATION.sub("", value)
    return digits if _SHORT_NUMBER.fullmatch(digits) else e164(field, value)


def e164(field: str, value: str) -> str:
    """Take a telephone number as people write it and give E.164."""
    clean = _PUNCTUATION.sub("", value)
    if not clean:
        raise FieldError(field, "empty")
    if _SPREADSHEET_NUMBER.fullmatch(clean):
        raise FieldError(field, "spreadsheet_number", value)
    if not (clean.isascii() and clean.removeprefix("+").isdigit()):
        raise FieldError(field, "bad_number", value)
    for candidate in [f"+{clean}", clean] if clean.startswith("62") else [clean]:
        number = _valid(candidate)
        if number:
            return number
    raise FieldError(field, "bad_number", value)


def _valid(candidate: str) -> str | None:
    try:
        parsed = phonenumbers.parse(candidate, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def clock_time(field: str, value: str) -> time:
    """Take a time of day such as ``07:30``; ``24:00`` is midnight."""
    found = _CLOCK.fullmatch(value.strip())
    if not found or (found[1] == "24" and found[2] != "00"):
        raise FieldError(field, "bad_time", value)
    return time(int(found[1]) % 24, int(found[2]))


def weekday(field: str, value: str) -> int:
    """Take a weekday as a number, 0 is Monday."""
    if value.strip() not in set("0123456"):
        raise FieldError(field, "bad_weekday", value)
    return int(value)


def rung(field: str, value: str) -> int:
    """Take a place on the ladder: 0 is rung first."""
    clean = value.strip() or "0"
    if not (clean.isascii() and clean.isdigit() and len(clean) == 1):
        raise FieldError(field, "bad_rung", value)
    return int(clean)


def day(field: str, value: str) -> date:
    """Take a date as YYYY-MM-DD."""
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise FieldError(field, "bad_date", value) from None


def wall_time(field: str, value: str) -> datetime:
    """Take a time as ``2026-11-24T20:00``, on the clocks of wherever it is meant."""
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        raise FieldError(field, "bad_moment" if value.strip() else "empty", value) from None
    if moment.tzinfo is not None or not 2000 <= moment.year < 2200:
        raise FieldError(field, "bad_moment", value)
    return moment.replace(microsecond=0)


def address(field: str, value: str) -> str | None:
    """Take an Apprise address, or nothing."""
    clean = value.strip()
    if not clean:
        return None
    if not _ADDRESS.fullmatch(clean) or not clean.isprintable():
        raise FieldError(field, "bad_address", clean)
    return clean

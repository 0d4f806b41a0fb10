"""Which clips speak a number, digits, a date or a time, by language."""

from __future__ import annotations

import re
from datetime import date, time

from ivr.turns import AgencyName, Clip, Language, Number, Part, Spell

MAX_NUMBER = 999_999_999
GENERIC_AGENCY = "agency/_generic"
_INDONESIAN_UNITS = ((1_000_000, "juta"), (1000, "ribu"), (100, "ratus"), (10, "puluh"))
_ENGLISH_UNITS = ((1_000_000, "million"), (1000, "thousand"), (100, "hundred"))
_SAFE_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")


def clips(part: Part, language: Language) -> list[str]:
    """Tell the clips that speak a part; raises ``ValueError`` for a number out of range."""
    match part:
        case Clip(name=name):
            return [name]
        case Spell(text=text):
            return spell(text)
        case Number(value=value):
            return number(value, language)
        case AgencyName(code=code):
            return [f"agency/{code}" if is_code(code) else GENERIC_AGENCY]


def is_code(code: str) -> bool:
    """Tell whether an agency's code may name a file."""
    return bool(_SAFE_CODE.match(code))


def spell(text: str) -> list[str]:
    """Speak digits and letters one by one; other characters are left out."""
    letters = [letter for letter in text.lower() if letter.isascii() and letter.isalnum()]
    return [f"digits/{letter}" if letter.isdigit() else f"letters/{letter}" for letter in letters]


def number(value: int, language: Language) -> list[str]:
    """Speak a whole number, 0 to 999,999,999."""
    if not 0 <= value <= MAX_NUMBER:
        raise ValueError(f"{value} cannot be spoken: it is not between 0 and {MAX_NUMBER}")
    return _indonesian(value) if language == "id" else _english(value)


def day(value: date, language: Language) -> list[str]:
    """Speak a date: *Senin, tanggal dua Februari dua ribu dua puluh enam*."""
    weekday, month = f"weekdays/{value.weekday()}", f"months/{value.month}"
    year = number(value.year, language)
    if language == "id":
        return [weekday, "words/tanggal", *_indonesian(value.day), month, *year]
    return [weekday, month, f"ordinals/{value.day}", *year]


def clock(value: time, language: Language) -> list[str]:
    """Speak a time of day: *pukul tujuh lewat lima menit*, *seven oh five A.M.*."""
    if language == "id":
        minutes = ["words/lewat", *_indonesian(value.minute), "words/menit"] if value.minute else []
        return ["words/pukul", *_indonesian(value.hour), *minutes]
    oh = ["words/oh"] if 0 < value.minute < 10 else []
    minutes = [*oh, *_english(value.minute)] if value.minute else []
    return [*_english(value.hour % 12 or 12), *minutes, "words/am" if value.hour < 12 else "words/pm"]


def _indonesian(value: int) -> list[str]:
    if value < 12:
        return [f"numbers/{value}"]
    if value < 20:
        return [f"numbers/{value - 10}", "words/belas"]
    unit, word = next(unit for unit in _INDONESIAN_UNITS if value >= unit[0])
    count, rest = divmod(value, unit)
    if count == 1 and unit in (100, 1000):  # seratus, seribu; but satu juta
        return [f"numbers/{unit}", *_rest(rest, "id")]
    return [*_indonesian(count), f"words/{word}", *_rest(rest, "id")]


def _english(value: int) -> list[str]:
    if value <= 20:
        return [f"numbers/{value}"]
    if value < 100:
        tens = value - value % 10
        return [f"numbers/{tens}", *_rest(value - tens, "en")]
    unit, word = next(unit for unit in _ENGLISH_UNITS if value >= unit[0])
    count, rest = divmod(value, unit)
    return [*_english(count), f"words/{word}", *_rest(rest, "en")]


def _rest(value: int, language: Language) -> list[str]:
    return number(value, language) if value else []

"""What is wrong with a field, in words for the programmer who reads the answer."""

from __future__ import annotations

from typing import Any

from callcenter import problem
from callcenter.services.fields import FieldError

NOT_FOUND = "There is no such thing, or it is not for this token's account."
REFUSED = "Nothing was changed: see errors."

CODES = {
    "bad_days": "A whole number of days from 1 to 92 is expected.",
    "bad_key": "1 to 200 printable ASCII characters are expected.",
    "bad_moment": "An ISO 8601 time with its offset is expected, as 2026-11-24T20:00:00+07:00.",
    "bad_rung": "A whole number from 0 (rung first) to 9 is expected.",
    "bad_type": "The value has another type than the description says.",
    "before_start": "The end is not after the start.",
    "empty": "A value is missing.",
    "formula": "The text begins with =, +, - or @, as a formula of a spreadsheet does.",
    "not_asked": "That time was not asked for, or somebody has taken it.",
    "not_on_duty": "The officer is not on duty at that time.",
    "over": "It was decided before, or has passed.",
    "past": "It has passed.",
    "same_officer": "Another person must come than the one who goes.",
    "too_far": "The interval is longer than 400 days.",
    "too_long": "The text is too long.",
    "unknown_change": "The kind is none of replace, add, remove, leave, ask.",
    "unknown_field": "There is no such field.",
    "unknown_officer": "The agency has no active officer of this id.",
    "unprintable": "The text has characters that cannot be shown.",
    "used_key": "Another request came under this key. A new request needs a new key.",
}


def refusal(error: FieldError) -> dict[str, Any]:
    """Write a refused value as a problem document."""
    said = {"field": error.field, "code": error.code, "detail": CODES.get(error.code, error.code)}
    return problem.document(422, REFUSED, [said])

"""What a program asks: values of the address and of a JSON body, checked; wrong ones are a ``FieldError``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from callcenter.house import house
from callcenter.services.duty_work import LONGEST, ChangeForm, Interval
from callcenter.services.fields import FieldError

MOST_DAYS = 92
"""To look ahead through 430 agencies that far takes 3 s on one core."""
USUAL_DAYS = 60
Body = Mapping[str, Any]


def asked_moment(name: str) -> datetime | None:
    """Read a time of the address, or nothing; a plus sign that came as a space is one."""
    text = request.args.get(name)
    return None if text is None else moment(name, text.strip().replace(" ", "+"))


def asked_interval() -> Interval:
    """Read ``from`` and ``to``: both needed, 400 days at most."""
    starts, ends = asked_moment("from"), asked_moment("to")
    if starts is None or ends is None:
        raise FieldError("from" if starts is None else "to", "empty")
    if not starts < ends:
        raise FieldError("to", "before_start")
    if ends - starts > LONGEST:
        raise FieldError("to", "too_far")
    return starts, ends


def asked_days() -> int:
    """Read how many days to look ahead."""
    text = request.args.get("days", str(USUAL_DAYS))
    plain = text.isascii() and text.isdigit() and len(text) < 4
    if not (plain and 1 <= int(text) <= MOST_DAYS):
        raise FieldError("days", "bad_days", text)
    return int(text)


def moment(field: str, text: str) -> datetime:
    """Read an ISO 8601 time with its offset, to the second."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise FieldError(field, "bad_moment" if text else "empty", text) from None
    if at.utcoffset() is None or not 2000 <= at.year < 2200:
        raise FieldError(field, "bad_moment", text)
    return at.replace(microsecond=0)


def body() -> Body:
    """Read the body: a JSON object, or nothing; raises what answers 400 or 415."""
    if not request.get_data():
        return {}
    try:
        value = request.get_json()
    except RecursionError:
        value = None
    if not isinstance(value, dict):
        raise BadRequest("The body is not a JSON object.")
    return value


def change_form(given: Body, known: Collection[str]) -> ChangeForm:
    """Read a change from a body in which only ``known`` fields may be."""
    _refuse_unknown(given, known)
    texts = {name: _text(given, name) for name in ("kind", "reason", "decree", "approver")}
    numbers = {name: _number(given, name) for name in ("comes", "goes", "rung")}
    return ChangeForm(starts=_wall(given, "starts"), ends=_wall(given, "ends"), **texts, **numbers)


def decision(given: Body) -> str:
    """Read why something is decided."""
    _refuse_unknown(given, ("decision",))
    return _text(given, "decision")


def _refuse_unknown(given: Body, known: Collection[str]) -> None:
    unknown = given.keys() - set(known)
    if unknown:
        raise FieldError(min(unknown), "unknown_field")


def _text(given: Body, name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str | None):
        raise FieldError(name, "bad_type")
    return value or ""


def _number(given: Body, name: str) -> str:
    """Read a whole number, as the text that forms are made of."""
    value = given.get(name)
    if not isinstance(value, int | None) or isinstance(value, bool):
        raise FieldError(name, "bad_type")
    return "" if value is None else str(value)


def _wall(given: Body, name: str) -> str:
    """Read a time and write it as the instance's clocks show it, as forms have it."""
    at = moment(name, _text(given, name).strip())
    shown = at.astimezone(house().zone).replace(tzinfo=None, fold=0)
    if shown.replace(tzinfo=house().zone) != at:  # clocks show it twice, and forms mean the first
        raise FieldError(name, "bad_moment")
    return shown.isoformat()

"""Turns and cursors as plain data, to be kept with a call as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, cast

from ivr.engine import Cursor
from ivr.node_reader import LANGUAGES
from ivr.turns import (
    OFFERS,
    Action,
    AgencyName,
    Clip,
    Connect,
    Gather,
    Hangup,
    Language,
    Number,
    Offer,
    Part,
    Record,
    Say,
    Spell,
    Turn,
)

_ACTIONS: dict[str, type[Any]] = {
    "say": Say,
    "gather": Gather,
    "record": Record,
    "connect": Connect,
    "hangup": Hangup,
}
_PARTS: dict[str, type[Any]] = {"clip": Clip, "spell": Spell, "number": Number, "agency": AgencyName}
_NAMES = {kind: name for name, kind in (_ACTIONS | _PARTS).items()}


def turn_to_dict(turn: Turn) -> dict[str, Any]:
    """Turn into plain data."""
    return {"number": turn.number, "actions": [_plain(action) for action in turn.actions]}


def turn_from_dict(data: Mapping[str, Any]) -> Turn:
    """Read back what :func:`turn_to_dict` gave; raises ``ValueError``."""
    try:
        return Turn(int(data["number"]), tuple(_action(item) for item in data["actions"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a turn: {error!r}") from None


def cursor_to_dict(cursor: Cursor) -> dict[str, Any]:
    """Turn into plain data."""
    return cursor.to_dict()


def cursor_from_dict(data: Mapping[str, Any]) -> Cursor:
    """Read back what :func:`cursor_to_dict` gave; raises ``ValueError``."""
    try:
        return Cursor.from_dict(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a cursor: {error!r}") from None


def _plain(thing: Action | Part) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": _NAMES[type(thing)]}
    for item in fields(thing):
        value = getattr(thing, item.name)
        data[item.name] = [_plain(part) for part in value] if item.name == "parts" else value
    return data


def _action(data: Mapping[str, Any]) -> Action:
    values = dict(data)
    kind = _ACTIONS[values.pop("kind")]
    if "parts" in values:
        values["parts"] = tuple(_part(part) for part in values["parts"])
    if "offers" in values:
        values["offers"] = tuple(map(_offer, values["offers"]))
    if "language" in values:
        values["language"] = _language(values["language"])
    return cast(Action, kind(**values))


def _part(data: Mapping[str, Any]) -> Part:
    values = dict(data)
    return cast(Part, _PARTS[values.pop("kind")](**values))


def _offer(text: str) -> Offer:
    for offer in OFFERS.values():
        if text == offer:
            return offer
    raise ValueError(f"nothing that is offered: {text!r}")


def _language(text: str) -> Language:
    for language in LANGUAGES:
        if text == language:
            return language
    raise ValueError(f"not a language: {text!r}")

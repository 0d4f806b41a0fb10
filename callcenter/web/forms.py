"""What was typed, searched for, or ticked, within bounds."""

from __future__ import annotations

from flask import request


def typed(name: str) -> str:
    """Give what was typed into a field, at most 4,000 letters of it."""
    return request.form.get(name, "")[:4000].replace("\0", "")


def searched() -> str:
    """Give what is searched for; PostgreSQL takes no NUL."""
    return request.args.get("q", "")[:80].replace("\0", "")


def ticked(name: str) -> bool:
    """Tell whether a box was ticked."""
    return name in request.form

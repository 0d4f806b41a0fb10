"""The list of the application's parts."""

from __future__ import annotations

from importlib.util import find_spec

from flask import Blueprint

from callcenter.web import auth, board, calls, health, obligations, tickets


def all_blueprints() -> list[Blueprint]:
    """List every blueprint of the application."""
    found = [auth.pages, board.pages, calls.pages, tickets.pages, obligations.pages, health.pages]
    if find_spec("callcenter.web.admin"):
        from callcenter.web.admin import pages

        found.append(pages)
    return found

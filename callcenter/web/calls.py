"""Calls pages."""

from __future__ import annotations

from flask import Blueprint, render_template

pages = Blueprint("calls", __name__)


@pages.get("/calls")
def calls() -> str:
    """Show the calls."""
    return render_template("calls/calls.html")

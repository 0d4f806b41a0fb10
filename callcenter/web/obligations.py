"""Obligations pages."""

from __future__ import annotations

from flask import Blueprint, render_template

pages = Blueprint("obligations", __name__)


@pages.get("/obligations")
def obligations() -> str:
    """Show the obligations."""
    return render_template("obligations/obligations.html")

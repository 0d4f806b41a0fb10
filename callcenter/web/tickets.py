"""Tickets pages."""

from __future__ import annotations

from flask import Blueprint, render_template

pages = Blueprint("tickets", __name__)


@pages.get("/tickets")
def tickets() -> str:
    """Show the tickets."""
    return render_template("tickets/tickets.html")

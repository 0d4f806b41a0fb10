"""Board pages."""

from __future__ import annotations

from flask import Blueprint, render_template

pages = Blueprint("board", __name__)


@pages.get("/board")
def board() -> str:
    """Show the board."""
    return render_template("board/board.html")

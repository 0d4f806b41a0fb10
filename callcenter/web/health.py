"""A page for supervision (does the database answer?) and a page of help."""

from __future__ import annotations

import logging

from flask import Blueprint, render_template
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from callcenter.web.context import house
from callcenter.web.guard import public

pages = Blueprint("health", __name__)


@pages.get("/health")
@public
def health() -> tuple[dict[str, str], int]:
    """Answer 200 while the database answers, else 503."""
    try:
        with house().database.reading() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        logging.getLogger(__name__).exception("the database does not answer")
        return {"status": "failing", "database": "failing"}, 503
    return {"status": "ok", "database": "ok"}, 200


@pages.get("/shortcuts")
def shortcuts() -> str:
    """Show which keys lead where."""
    return render_template("shortcuts.html")

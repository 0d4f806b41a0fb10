"""The site that is measured: ours, and beside it two routes to compare with; ``python -m bench.webhook_site``.

One gunicorn with the settings of ``callcenter web`` serves all three, so that only what they do differs.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask, Response
from sqlalchemy import Column, DateTime, Integer, MetaData, Table, insert
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from callcenter import bootstrap, settings
from callcenter.app import from_environment
from callcenter.cli.web import Server
from callcenter.db import Database

DOCUMENT = '<?xml version="1.0" encoding="UTF-8"?><Response><Pause length="1"/></Response>'
SEEN = Table(
    "bench_seen", MetaData(), Column("id", Integer, primary_key=True), Column("at", DateTime(timezone=True))
)


def bare(database: Database) -> Flask:
    """Make a site that says the same each time, at ``/constant`` and, behind a committed row, at ``/row``."""
    app = Flask("bare")

    @app.post("/constant")
    def constant() -> Response:
        return Response(DOCUMENT, mimetype="text/xml")

    @app.post("/row")
    def row() -> Response:
        with database.transaction() as session:
            session.execute(insert(SEEN), {"at": datetime.now(UTC)})
        return Response(DOCUMENT, mimetype="text/xml")

    return app


class Site(Server):
    """Both sites behind one server."""

    def load(self) -> DispatcherMiddleware:  # type: ignore[override]
        """Build them inside the worker, after the fork."""
        database = bootstrap.database(settings.load())
        with database.transaction() as session:
            SEEN.create(session.connection(), checkfirst=True)
        return DispatcherMiddleware(from_environment(), {"/bare": bare(database)})


if __name__ == "__main__":
    Site(settings.load()).run()

"""The board of calls in progress, which keeps itself up to date."""

from __future__ import annotations

import time
from collections.abc import Iterator

from flask import Blueprint, Response, current_app, render_template, stream_with_context

from callcenter.services.access import Viewer
from callcenter.services.board import Board
from callcenter.web.context import house, now, viewer
from callcenter.web.steps import step

pages = Blueprint("board", __name__)

LIFETIME = 300.0
"""Seconds a stream lives; then the browser asks again (and its login is checked again)."""
TICK = 1.0
"""Seconds between two looks at the database."""
BEATS = 5
"""Ticks between two heartbeats: they find out that a browser has gone."""
REFRESH = 20
"""Ticks after which the board is read even though its version stood still."""


@pages.get("/board")
def board() -> str:
    """Show the calls in progress."""
    return render_template("board/board.html", fragment=_fragment(viewer()))


@pages.get("/board/fragment")
def fragment() -> str:
    """Give only the changing part, for browsers without a stream."""
    return _fragment(viewer())


@pages.get("/board/stream")
def stream() -> Response:
    """Send the changing part whenever it changes (server-sent events)."""
    streams = house().streams
    if not streams.acquire(blocking=False):
        return Response(status=503, headers={"Retry-After": "10"})
    body = stream_with_context(_events(viewer()))
    response = Response(body, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})
    response.call_on_close(streams.release)
    return response


def _events(person: Viewer) -> Iterator[str]:
    """Look at the database once a tick, holding nothing of it in between."""
    tick = current_app.config.get("BOARD_TICK", TICK)
    ticks = int(current_app.config.get("BOARD_LIFETIME", LIFETIME) / tick)
    seen, shown = None, ""
    yield "retry: 2000\n\n"
    for count in range(ticks):
        version = _version(person)
        if version != seen or count % REFRESH == 0:
            seen, fresh = version, _fragment(person)
            if fresh != shown:
                shown = fresh
                yield _event("board", fresh)
        if count % BEATS == 0:
            yield ": beat\n\n"
        time.sleep(tick)
    yield _event("again", "")


def _version(person: Viewer) -> tuple[object, ...]:
    with house().database.reading() as session:
        return Board(session, person).version()


def _fragment(person: Viewer) -> str:
    with house().database.reading() as session:
        view = Board(session, person).view()
    return render_template("board/fragment.html", view=view, now=now(), step=step)


def _event(name: str, text: str) -> str:
    """Write one event; each line of the text goes on a line of its own."""
    data = "".join(f"data: {line}\n" for line in text.splitlines()) or "data: \n"
    return f"event: {name}\n{data}\n"

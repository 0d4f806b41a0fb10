"""``callcenter web``: the web process."""

from __future__ import annotations

from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from callcenter import settings as environment
from callcenter import watchdog
from callcenter.settings import Settings

THREADS = 64
"""Each open board keeps one busy (at most ``MOST_STREAMS`` of them)."""


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn without a configuration file."""

    def __init__(self, settings: Settings) -> None:
        """Serve where the settings say."""
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's own defaults."""
        for name, value in options(self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application inside the worker, after the fork."""
        from callcenter.app import from_environment

        return from_environment()


def options(settings: Settings) -> dict[str, Any]:
    """Choose gunicorn's settings.

    One process with threads: the board's streams wait most of the time, and
    SQLite's writers queue fairly only inside one process.
    """
    return {
        "bind": f"{settings.web_host}:{settings.web_port}",
        "workers": 1,
        "worker_class": "gthread",
        "threads": THREADS,
        "timeout": 20,
        "graceful_timeout": 5,
        "keepalive": 15,
        "limit_request_line": 8190,
        "control_socket_disable": True,
        "accesslog": None,
        "loglevel": "warning",
    }


@click.command()
def web() -> None:
    """Serve the pages (gunicorn) until stopped."""
    watchdog.start()
    settings = environment.load()
    click.echo(f"web: http://{settings.web_host}:{settings.web_port}/")
    Server(settings).run()

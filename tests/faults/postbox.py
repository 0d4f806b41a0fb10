"""Where officers' messages arrive, each one kept: an HTTP server that Apprise posts to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

Letter = tuple[str, str]
"""Title and text."""


class Postbox(ThreadingHTTPServer):
    """Takes every message and forgets none."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.letters: list[Letter] = []

    @property
    def url(self) -> str:
        """The address as Apprise knows it."""
        return f"json://127.0.0.1:{self.server_address[1]}/"


class _Handler(BaseHTTPRequestHandler):
    server: Postbox
    protocol_version: ClassVar[str] = "HTTP/1.0"

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.letters.append((told["title"], told["message"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def postbox() -> Iterator[Postbox]:
    with Postbox() as box:
        threading.Thread(target=box.serve_forever, daemon=True).start()
        yield box
        box.shutdown()

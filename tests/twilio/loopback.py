"""The stand-in's REST API as a server on the loopback, for processes of our own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug import Request, Response
from werkzeug.serving import make_server

from tests.fixtures.children import free_port
from tests.twilio.exchange import Exchange
from tests.twilio.rest import API


@contextmanager
def served(exchange: Exchange) -> Iterator[str]:
    """Answer whoever asks, one after the other; gives the address. The exchange is the server's meanwhile."""
    port = free_port()
    server = make_server("127.0.0.1", port, Request.application(lambda asked: _answer(exchange, asked)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(exchange: Exchange, asked: Request) -> Response:
    url = f"{API}{asked.path}?{asked.query_string.decode()}"
    name = asked.authorization
    auth = (name.username or "", name.password or "") if name else None
    reply = exchange.http.reply(asked.method, url, asked.form.to_dict(), auth)
    content = reply.content or (b"" if reply.body is None else json.dumps(reply.body).encode())
    return Response(content, reply.status, content_type=reply.content_type)

"""The REST API and its media files for whoever asks with ``requests``."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from tests.twilio.rest import Reply, basic

if TYPE_CHECKING:
    from tests.twilio.exchange import Exchange


class Adapter(BaseAdapter):
    """Mount it: ``session.mount("https://api.twilio.com", exchange.adapter)``. Files can be streamed."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__()
        self._exchange = exchange
        self.cut_off: int | None = None
        """Bytes after which the next file breaks off, as a lost connection does."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        body = request.body or ""
        text = body.decode() if isinstance(body, bytes) else str(body)
        auth = basic(str(request.headers.get("Authorization", "")))
        reply = self._exchange.http.reply(
            str(request.method), str(request.url), dict(parse_qsl(text, keep_blank_values=True)), auth
        )
        return self._response(request, reply)

    def close(self) -> None:
        """Nothing is open."""

    def _response(self, request: requests.PreparedRequest, reply: Reply) -> requests.Response:
        content = reply.content or (b"" if reply.body is None else json.dumps(reply.body).encode())
        length = len(content)
        if reply.content and self.cut_off is not None:
            content, self.cut_off = content[: self.cut_off], None
        headers = {"Content-Type": reply.content_type, "Content-Length": str(length)}
        response = requests.Response()
        response.status_code = reply.status
        response.url = str(request.url)
        response.request = request
        response.headers.update(headers)
        response.raw = HTTPResponse(
            io.BytesIO(content), headers=headers, status=reply.status, preload_content=False
        )
        return response

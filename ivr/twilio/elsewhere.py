"""The REST API at another address than its usual one: a Region's, or a stand-in's on this machine."""

from __future__ import annotations

from typing import Any

from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

from ivr.twilio.names import API


class ElsewhereClient(TwilioHttpClient):  # type: ignore[misc]
    """Asks another address for what the library asks of the usual one."""

    def __init__(self, api: str, seconds: float) -> None:
        """Ask ``api``; an answer may take ``seconds``."""
        super().__init__(timeout=seconds, max_retries=0)
        self._api = api

    def request(self, method: str, url: str, *more: Any, **named: Any) -> Response:
        """See ``HttpClient``."""
        return super().request(method, self._api + url.removeprefix(API), *more, **named)

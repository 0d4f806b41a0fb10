"""Twilio's REST API of 2010-04-01, as the ``http_client`` of ``twilio.rest.Client``.

Wrong requests of ours are raised as ``Refused`` (or, when the exchange tolerates them, answered with
Twilio's status and code). What a race can bring about is only answered: 404/20404 and 400/21220.
"""

from __future__ import annotations

import json
import logging
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from requests.exceptions import ConnectTimeout, ReadTimeout
from twilio.http import HttpClient
from twilio.http.response import Response

from tests.twilio.refusals import WORDS, Refused

if TYPE_CHECKING:
    from tests.twilio.exchange import Exchange

API = "https://api.twilio.com"


class Answered(Exception):  # noqa: N818
    """An error that is answered, and is no fault: somebody was quicker."""

    def __init__(self, status: int, code: int) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Request:
    """One REST request: the path behind the account, and its parameters."""

    method: str
    path: str
    params: Mapping[str, str]
    lists: Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the API answers; ``content`` is of a media file."""

    status: int
    body: Any = None
    content: bytes = b""
    content_type: str = "application/json"


Handler = Callable[..., Reply]


@dataclass
class Fault:
    method: str
    path: re.Pattern[str]
    status: int = 0
    code: int = 0
    after: bool = False


@dataclass
class Faults:
    """What goes wrong with the next requests; each happens once."""

    waiting: list[Fault] = field(default_factory=list)

    def fail(self, method: str, path: str, status: int, code: int) -> None:
        """Answer the next request that matches (method, path's regular expression) with an error."""
        self.waiting.append(Fault(method, re.compile(path), status, code))

    def time_out(self, method: str, path: str, *, after: bool) -> None:
        """Let its answer be lost: ``after`` it took effect, or before it reached Twilio."""
        self.waiting.append(Fault(method, re.compile(path), after=after))

    def take(self, method: str, path: str) -> Fault | None:
        for fault in self.waiting:
            if fault.method == method and fault.path.search(path):
                self.waiting.remove(fault)
                return fault
        return None


class RestClient(HttpClient):  # type: ignore[misc]
    """Answers what ``twilio.rest.Client`` asks; media files come as ``content``."""

    def __init__(self, exchange: Exchange, routes: list[tuple[str, str, Handler]]) -> None:
        super().__init__(logging.getLogger("tests.twilio"), is_async=False)
        self.asked: list[Request] = []
        self._exchange = exchange
        self._routes = [(method, re.compile(path), handler) for method, path, handler in routes]

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """Answer the library's request; times out with the exceptions of ``requests``."""
        given = auth or basic((headers or {}).get("Authorization", ""))
        reply = self.reply(method, uri, {**(params or {}), **(data or {})}, given)
        text = reply.content if reply.content else "" if reply.body is None else json.dumps(reply.body)
        return Response(reply.status, text, {"Content-Type": reply.content_type})

    def reply(
        self, method: str, uri: str, params: Mapping[str, object], auth: tuple[str, str] | None
    ) -> Reply:
        """Answer a request, however it came."""
        parts = urlsplit(uri)
        fault = self._exchange.faults.take(method, parts.path)
        if fault and fault.status:
            return _error(fault.status, fault.code)
        if fault and not fault.after:
            raise ConnectTimeout(f"{method} {uri}")
        reply = self._done(method, uri, {**dict(parse_qsl(parts.query)), **params}, auth)
        if fault:
            raise ReadTimeout(f"{method} {uri}")
        return reply

    def _done(
        self, method: str, uri: str, params: Mapping[str, object], auth: tuple[str, str] | None
    ) -> Reply:
        try:
            self._authorised(auth)
            return self._routed(method, uri, params)
        except Answered as answer:
            return _error(answer.status, answer.code)
        except Refused as error:
            self._exchange.refuse(error)
            return _error(401 if error.code == 20003 else 400, error.code)

    def _authorised(self, auth: tuple[str, str] | None) -> None:
        if auth != (self._exchange.account, self._exchange.token):
            raise Refused(20003, "wrong account SID or token")

    def _routed(self, method: str, uri: str, params: Mapping[str, object]) -> Reply:
        start = f"{API}/2010-04-01/Accounts/{self._exchange.account}"
        path = uri.partition("?")[0]
        if not path.startswith(start):
            raise Answered(404, 20404)
        request = _request(method, path[len(start) :], params)
        self.asked.append(request)
        found = [
            (known, match, handler)
            for known, pattern, handler in self._routes
            if (match := pattern.fullmatch(request.path))
        ]
        if not found:
            raise Answered(404, 20404)
        for known, match, handler in found:
            if known == method:
                return handler(self._exchange, request, **match.groupdict())
        raise Answered(405, 20004)


def _request(method: str, path: str, params: Mapping[str, object]) -> Request:
    given = {name: value for name, value in params.items() if value is not None}
    lists = {name: [str(one) for one in value] for name, value in given.items() if isinstance(value, list)}
    plain = {name: str(value) for name, value in given.items() if not isinstance(value, list)}
    return Request(method, path, plain, lists)


def basic(header: str) -> tuple[str, str] | None:
    """Read the name and password of a basic authorisation."""
    kind, _, value = header.partition(" ")
    if kind != "Basic":
        return None
    name, _, password = b64decode(value).decode().partition(":")
    return name, password


def _error(status: int, code: int) -> Reply:
    """An error as the API tells it (page "Twilio's Response", exceptions)."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    words = WORDS.get(code, "Error")
    return Reply(status, {"code": code, "message": words, "more_info": more, "status": status})


def allow(request: Request, *names: str) -> None:
    """Refuse parameters the resource does not have (Twilio would not look at them)."""
    known = {*names, "PageSize", "Page", "PageToken"}
    if more := (set(request.params) | set(request.lists)) - known:
        raise Refused(20001, f"{sorted(more)} in {request.method} {request.path}")


def page(exchange: Exchange, request: Request, name: str, rows: list[dict[str, Any]]) -> Reply:
    """One page of a list: 50 rows unless asked, 1,000 at most."""
    size = min(int(request.params.get("PageSize", 50)), 1000)
    number = int(request.params.get("Page", 0))
    account = f"/2010-04-01/Accounts/{exchange.account}"
    onward = None
    if len(rows) > (number + 1) * size:
        onward = f"{account}{request.path}?" + urlencode(
            {**request.params, "PageSize": size, "Page": number + 1, "PageToken": f"PA{number + 1}"}
        )
    shown = rows[number * size : (number + 1) * size]
    return Reply(200, {name: shown, "page": number, "page_size": size, "next_page_uri": onward})

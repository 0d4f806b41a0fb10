"""Our site as Twilio sees it: requests over HTTP, signed, with their time limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from werkzeug.test import Client
from werkzeug.wrappers import Response

from tests.phone.phone import Clock
from tests.twilio import overrides
from tests.twilio.refusals import Refused
from tests.twilio.signing import signature

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

REDIRECTS = 10
"""A figure of our own; error 11215 tells none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What our site answered, and the URL it came from in the end."""

    url: str
    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was made, for tests to look at."""

    method: str
    url: str
    params: Mapping[str, str]
    headers: Mapping[str, str]


class Down(Refused):
    """Our site does not answer, as the test wants it: 11205 to Twilio, no fault to the test."""


class Site:
    """The WSGI application behind ``urls``; every request is kept in ``asked``."""

    def __init__(self, app: WSGI, clock: Clock, token: str) -> None:
        self.asked: list[Asked] = []
        self.down = False
        self.app = app
        self._clock = clock
        self._token = token
        self._tokens = count(1)

    def idempotency_token(self) -> str:
        """A new one for each webhook; its repetitions bear the same ("Webhooks: Connection Overrides")."""
        return f"{next(self._tokens):08d}-0000-4000-8000-000000000000"

    def ask(self, method: str, url: str, params: Mapping[str, str], token: str) -> Answer:
        """Make one request, as often as its overrides tell; raises ``Refused`` and ``Down``."""
        limits, start = overrides.read(url), self._clock()
        for left in reversed(range(limits.retries + 1)):
            try:
                return self._followed(method, url, params, token, limits.read_seconds)
            except Refused as error:
                taken = (self._clock() - start).total_seconds()
                if not left or not limits.retry(error.kind) or taken >= limits.total_seconds:
                    raise
        raise AssertionError("never reached")

    def _followed(
        self, method: str, url: str, params: Mapping[str, str], token: str, patience: float
    ) -> Answer:
        """Follow redirects, as browsers do: 307 and 308 repeat the request, others ask the new place."""
        for _ in range(REDIRECTS):
            answer, onward = self._once(method, url, params, token, patience)
            if not onward:
                return self._accepted(answer)
            if answer.status not in (307, 308):
                method, params = "GET", {}
            url = urljoin(url, onward)
        raise Refused(11215, url)

    def _once(
        self, method: str, url: str, params: Mapping[str, str], token: str, patience: float
    ) -> tuple[Answer, str]:
        # Overrides stay here; that they are no part of what is signed was not found in the documentation.
        target = urlsplit(url)._replace(fragment="")
        if method == "GET" and params:
            target = target._replace(query="&".join(filter(None, [target.query, urlencode(params)])))
        full, posted = urlunsplit(target), {} if method == "GET" else dict(params)
        headers = {
            "X-Twilio-Signature": signature(self._token, full, posted),
            "I-Twilio-Idempotency-Token": token,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        self.asked.append(Asked(method, full, dict(params), headers))
        response = self._sent(method, full, posted, headers, patience)
        content_type = response.headers.get("Content-Type", "")
        answer = Answer(full, response.status_code, content_type, response.get_data())
        moved = 300 <= answer.status < 400
        return answer, response.headers.get("Location", "") if moved else ""

    def _sent(
        self,
        method: str,
        url: str,
        posted: Mapping[str, str],
        headers: Mapping[str, str],
        patience: float,
    ) -> Response:
        if self.down:
            raise Down(11205, url, "ct")
        parts = urlsplit(url)
        start = self._clock()
        try:
            response = Client(self.app, Response, use_cookies=False).open(
                parts.path or "/",
                base_url=f"{parts.scheme}://{parts.netloc}",
                query_string=parts.query,
                method=method,
                data=dict(posted) if method == "POST" else None,
                headers=list(headers.items()),
            )
        except AssertionError:
            raise
        except Exception as error:
            raise Refused(11200, f"{type(error).__name__} at {url}: {error}", "5xx") from error
        taken = (self._clock() - start).total_seconds()
        if taken > patience:
            # 15 s in all unless the URL tells less (error 11205).
            raise Refused(11205, f"{url} answered after {taken:.0f} s, not in {patience:.0f}", "rt")
        return response

    @staticmethod
    def _accepted(answer: Answer) -> Answer:
        if not 200 <= answer.status < 300:
            what = f"HTTP {answer.status} from {answer.url}: {answer.body[:200]!r}"
            raise Refused(11200, what, f"{answer.status // 100}xx")
        return answer

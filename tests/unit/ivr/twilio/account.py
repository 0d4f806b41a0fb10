"""A small account at Twilio's REST API, answering as its documentation shows.

Sources: Twilio, Call, Recording, Queue and Message resource; "Twilio's
response" (paging, errors).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from twilio.http.response import Response

from ivr.twilio.client import Client
from ivr.twilio.media import Media, MediaError

SID = "AC" + "a" * 32
TOKEN = "geheim-token"
BASE = f"https://api.twilio.com/2010-04-01/Accounts/{SID}"
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PAGE = 2
"""Rows a page here, so that a list of three has two pages."""

OVER = ("completed", "busy", "failed", "no-answer", "canceled")
Row = dict[str, Any]


class SilenceError(OSError):
    """Nobody answered."""


@dataclass
class Account:
    """What is in the account; ``asked`` are the requests it got."""

    calls: dict[str, Row] = field(default_factory=dict)
    recordings: dict[str, Row] = field(default_factory=dict)
    sounds: dict[str, bytes] = field(default_factory=dict)
    queues: dict[str, Row] = field(default_factory=dict)
    messages: list[Row] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    token: str = TOKEN
    then: Callable[[str, str], Response | None] = lambda method, path: None
    """May answer instead, or raise, before anything happens."""

    def client(self) -> Client:
        return Client(SID, self.token, http_client=self, media=Sound(self))

    def add_call(self, sid: str, at: datetime = NOW, **facts: Any) -> str:
        plain = {"status": "in-progress", "direction": "inbound", "to": "+622345550101", "from": "+628121"}
        dates = {"date_created": format_datetime(at), "start_time": format_datetime(at), "end_time": None}
        self.calls[sid] = {"sid": sid, "duration": None, "parent_call_sid": None, **plain, **dates, **facts}
        return sid

    def add_recording(self, sid: str, sound: bytes = b"", at: datetime = NOW, **facts: Any) -> str:
        plain = {"status": "completed", "duration": "1", "channels": 1, "call_sid": "CA" + "c" * 32}
        self.recordings[sid] = {"sid": sid, "date_created": format_datetime(at), **plain, **facts}
        self.sounds[sid] = sound
        return sid

    def request(
        self,
        method: str,
        uri: str,
        params: Row | None = None,
        data: Row | None = None,
        headers: Row | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        path = uri.removeprefix(BASE)
        self.asked.append((method, path))
        instead = self.then(method, path)
        if instead is not None:
            return instead
        if auth != (SID, TOKEN):
            return refused(401, 20003)
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        return self._route(method, urlsplit(path).path, {**query, **(params or {})}, data or {})

    def _route(self, method: str, path: str, params: Row, data: Row) -> Response:
        kind, _, sid = path.removesuffix(".json").strip("/").partition("/")
        rows: dict[str, Row] = getattr(self, kind.lower()) if kind != "Messages" else {}
        if not sid:
            return self._create(kind, data) if method == "POST" else self._list(kind.lower(), rows, params)
        if sid not in rows:
            return refused(404, 20404)
        if method == "DELETE":
            return self._delete(kind, rows, sid)
        return self._update(rows[sid], data) if method == "POST" else answer(200, rows[sid])

    def _create(self, kind: str, data: Row) -> Response:
        if kind == "Messages":
            self.messages.append(data)
            return answer(201, {"sid": f"SM{len(self.messages):032}"})
        sid = f"CA{len(self.calls) + 1:032}"
        facts = {"to": data["To"], "from": data["From"], "asked": data, "start_time": None}
        self.add_call(sid, status="queued", direction="outbound-api", **facts)
        return answer(201, self.calls[sid])

    def _update(self, row: Row, data: Row) -> Response:
        if row["status"] in OVER:
            return refused(400, 21220)
        row.update(data)
        row["status"] = data.get("Status", row["status"])
        return answer(200, row)

    def _delete(self, kind: str, rows: dict[str, Row], sid: str) -> Response:
        if kind == "Queues" and rows[sid].get("current_size"):
            return refused(400, 0)
        del rows[sid]
        self.sounds.pop(sid, None)
        return Response(204, "")

    def _list(self, key: str, rows: dict[str, Row], params: Row) -> Response:
        found = [row for row in rows.values() if _passes(row, params)]
        page = int(params.get("Page", 0))
        more = f"/2010-04-01/Accounts/{SID}/{key.title()}.json?Page={page + 1}"
        rest = found[(page + 1) * PAGE :]
        body = {key: found[page * PAGE : (page + 1) * PAGE], "next_page_uri": more if rest else None}
        return answer(200, {**body, "page": page, "uri": "/"})


def _passes(row: Row, params: Row) -> bool:
    after = params.get("StartTime>") or params.get("DateCreated>")
    started = row.get("start_time", row.get("date_created"))
    if after and (started is None or _date(started) < after):
        return False
    return all(
        row[name] == params[key] for key, name in (("To", "to"), ("Status", "status")) if key in params
    )


def _date(rfc2822: str) -> str:
    day, month, year = re.search(r"(\d\d) (\w{3}) (\d{4})", rfc2822).groups()  # type: ignore[union-attr]
    return f"{year}-{datetime.strptime(month, '%b').month:02}-{day}"


def answer(status: int, body: Row) -> Response:
    return Response(status, json.dumps(body))


def refused(status: int, code: int) -> Response:
    words = "The number +628121 is not good"
    return answer(status, {"code": code, "message": words, "status": status, "more_info": "https://..."})


@dataclass
class Sound:
    """The account's recordings as sound; ``asked`` are the addresses."""

    account: Account
    asked: list[str] = field(default_factory=list)
    breaks_after: int | None = None
    content_type: str = "audio/x-wav"
    told: int | None = None

    @contextmanager
    def get(self, url: str, auth: tuple[str, str], seconds: float) -> Iterator[Media]:
        self.asked.append(url.removeprefix(BASE))
        sid = re.search(r"/Recordings/(RE\w+)\.wav", url)
        assert sid is not None
        if auth != (SID, TOKEN):
            yield Media(401, "application/json", None, iter(()))
        elif sid[1] not in self.account.sounds:
            yield Media(404, "application/json", None, iter(()))
        else:
            data = self.account.sounds[sid[1]]
            size = len(data) if self.told is None else self.told
            yield Media(200, self.content_type, size, self._pieces(data))

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), 1000):
            if self.breaks_after is not None and start >= self.breaks_after:
                raise MediaError("ConnectionError")
            yield data[start : start + 1000]

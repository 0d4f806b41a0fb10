"""Recordings' sound over HTTP, piece by piece.

The library reads an answer whole and as text, so sound does not go by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

import requests

CHUNK = 64 * 1024


class MediaError(Exception):
    """The sound did not come, or not to its end."""


@dataclass(frozen=True, slots=True)
class Media:
    """An answer whose sound is still to come: ``size`` in bytes where it was told."""

    status: int
    content_type: str
    size: int | None
    chunks: Iterator[bytes]


class MediaClient(Protocol):
    """Gets sound. It and the chunks raise ``MediaError`` when the connection does not hold."""

    def get(self, url: str, auth: tuple[str, str], seconds: float) -> AbstractContextManager[Media]:
        """Ask for ``url`` with basic authentication; ``seconds`` is the longest silence."""


class RequestsMedia:
    """Gets sound over the network."""

    def __init__(self, session: requests.Session | None = None) -> None:
        """Ask by way of ``session``, which may know other ways than the network."""
        self._session = session or requests.Session()

    @contextmanager
    def get(self, url: str, auth: tuple[str, str], seconds: float) -> Iterator[Media]:
        """See ``MediaClient``."""
        # Compressed, it would have another size than is told.
        headers = {"Accept-Encoding": "identity"}
        try:
            answer = self._session.get(url, auth=auth, headers=headers, stream=True, timeout=seconds)
        except requests.RequestException as error:
            raise MediaError(type(error).__name__) from None  # its words hold the whole address
        with answer:
            yield Media(answer.status_code, _type(answer.headers), _size(answer.headers), _chunks(answer))


def _chunks(answer: requests.Response) -> Iterator[bytes]:
    try:
        yield from answer.iter_content(CHUNK)
    except requests.RequestException as error:
        raise MediaError(type(error).__name__) from None


def _type(headers: Mapping[str, str]) -> str:
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _size(headers: Mapping[str, str]) -> int | None:
    told = headers.get("Content-Length", "")
    return int(told) if told.isdecimal() else None

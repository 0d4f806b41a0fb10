"""Files of the account over HTTP: recordings, and what is beside texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from ivr.twilio import errors
from ivr.twilio.errors import TwilioError
from ivr.twilio.media import Media, MediaClient, MediaError

OK = 200


@dataclass(frozen=True, slots=True)
class Downloads:
    """Fetches what lies below the account's address ``base`` (API reference, "Base URL").

    ``seconds`` is the longest silence.
    """

    media: MediaClient
    base: str
    auth: tuple[str, str]
    seconds: float

    def write(self, path: str, file: BinaryIO, limit_bytes: int, types: tuple[str, ...] = ("",)) -> int:
        """Write a file and give its bytes; its content type must begin like one of ``types``.

        Raises ``TwilioError``, and ``OSError`` where ``file`` cannot be written.
        """
        try:
            with self.media.get(f"{self.base}/{path}", self.auth, self.seconds) as media:
                _check(media, limit_bytes, types)
                return _copy(media, file, limit_bytes)
        except MediaError as error:
            raise errors.no_answer(f"the file broke off ({error})") from None


def _check(media: Media, limit_bytes: int, types: tuple[str, ...]) -> None:
    if media.status != OK:
        raise errors.of(0, media.status)
    if not media.content_type.startswith(types):
        raise errors.no_answer(f"{media.content_type[:80]!r} is not what was asked for")
    if media.size is not None and media.size > limit_bytes:
        raise _too_long(limit_bytes)


def _copy(media: Media, file: BinaryIO, limit_bytes: int) -> int:
    size = 0
    for chunk in media.chunks:
        size += len(chunk)
        if size > limit_bytes:
            raise _too_long(limit_bytes)
        file.write(chunk)
    if media.size is not None and size != media.size:
        raise errors.no_answer(f"{size} of {media.size} bytes came")
    return size


def _too_long(limit_bytes: int) -> TwilioError:
    return TwilioError(0, OK, True, f"the file has more than {limit_bytes} bytes")

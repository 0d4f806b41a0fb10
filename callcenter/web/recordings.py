"""Audio for the players: by HTTP range, and each playback written down."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator

from flask import Blueprint, Response, abort, request

from callcenter.models import Recording
from callcenter.services.dossier import Dossiers, Playbacks
from callcenter.web.context import address, house, now, viewer
from callcenter.web.ranges import ByteRange, UnsatisfiableError, read_range
from recordings.store import StoreError

pages = Blueprint("recordings", __name__)


@pages.get("/recordings/<int:recording_id>/audio")
def audio(recording_id: int) -> Response:
    """Give a recording, whole or in part (also answers HEAD)."""
    with house().database.reading() as session:
        recording = Dossiers(session, viewer()).recording(recording_id)
    try:
        part = read_range(_range_header(recording), recording.size)
    except UnsatisfiableError:
        headers = {**_headers(recording), "Content-Range": f"bytes */{recording.size}"}
        return Response(status=416, headers=headers)
    if request.method == "HEAD":
        return _answer(recording, part, iter(()))
    pieces = _open(recording, part)
    _note_playback(recording, from_start=part is None or part.start == 0)
    return _answer(recording, part, pieces)


def _range_header(recording: Recording) -> str | None:
    """Give the Range header, unless If-Range names another version."""
    condition = request.headers.get("If-Range")
    return None if condition and condition != _etag(recording) else request.headers.get("Range")


def _open(recording: Recording, part: ByteRange | None) -> Iterator[bytes]:
    """Open the audio; the first piece is read now, while a clear answer is possible."""
    start, length = (part.start, part.length) if part else (0, recording.size)
    pieces = house().store.open_range(recording.store_key, start, length)
    try:
        first = next(pieces, b"")
    except (StoreError, ValueError):
        logging.getLogger(__name__).exception("recording %s cannot be read", recording.id)
        abort(503)
    return itertools.chain([first], pieces)


def _note_playback(recording: Recording, *, from_start: bool) -> None:
    with house().database.reading() as session:
        new = Playbacks(session, viewer()).is_new(recording, from_start=from_start, now=now())
    if new:
        with house().database.transaction() as session:
            Playbacks(session, viewer()).log(recording, address(), now())


def _answer(recording: Recording, part: ByteRange | None, pieces: Iterator[bytes]) -> Response:
    headers = _headers(recording)
    headers["Content-Length"] = str(part.length if part else recording.size)
    if part:
        headers["Content-Range"] = part.header
    return Response(pieces, status=206 if part else 200, headers=headers, direct_passthrough=True)


def _headers(recording: Recording) -> dict[str, str]:
    return {
        "Accept-Ranges": "bytes",
        "Content-Type": "audio/wav" if recording.format == "wav" else "application/octet-stream",
        "Content-Disposition": f'inline; filename="recording-{recording.id}.{recording.format}"',
        "ETag": _etag(recording),
    }


def _etag(recording: Recording) -> str:
    return f'"{recording.sha256}"'

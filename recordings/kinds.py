"""What a file is, by its first bytes: nobody's word for it counts."""

from __future__ import annotations

from pathlib import Path

_BEGINNINGS: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (0, b"GIF8", "image/gif", "gif"),
    (8, b"WEBP", "image/webp", "webp"),
    (0, b"%PDF-", "application/pdf", "pdf"),
    (0, b"OggS", "audio/ogg", "ogg"),
    (0, b"ID3", "audio/mpeg", "mp3"),
    (0, b"#!AMR", "audio/amr", "amr"),
    (4, b"ftyp", "video/mp4", "mp4"),
)
UNKNOWN = ("application/octet-stream", "bin")
SHOWN = frozenset(
    {"image/jpeg", "image/png", "image/gif", "image/webp", "audio/ogg", "audio/mpeg", "video/mp4"}
)
"""What a browser may show in a page; everything else is only given as a file."""


def kind_of(path: Path) -> tuple[str, str]:
    """Tell a file's content type and the ending of its name; raises ``OSError``."""
    with path.open("rb") as file:
        head = file.read(16)
    for at, beginning, content_type, ending in _BEGINNINGS:
        if head[at:].startswith(beginning):
            return content_type, ending
    return UNKNOWN

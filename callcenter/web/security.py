"""The key that signs sessions, and the headers that keep browsers strict."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from flask import g, request
from werkzeug.wrappers import Response

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; manifest-src 'self'"
)


def session_key(directory: Path) -> bytes:
    """Read the key, making it at the first start; two processes agree on one."""
    path = directory / "web"
    if not path.exists():
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_key(path)
    return path.read_bytes()


def _make_key(path: Path) -> None:
    """Write the key beside its place and link it there, so that nobody reads half."""
    draft = path.with_name(f".web.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was quicker: its key counts
    finally:
        draft.unlink()


def style_nonce() -> str:
    """Give this response's nonce for styles that a script of ours makes."""
    if "style_nonce" not in g:
        g.style_nonce = secrets.token_urlsafe(12)
    return str(g.style_nonce)


def add_headers(response: Response) -> Response:
    """Tell the browser to load nothing from elsewhere and to tell nobody."""
    headers = response.headers
    headers["Content-Security-Policy"] = _POLICY.format(nonce=style_nonce())
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), payment=()"
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return response

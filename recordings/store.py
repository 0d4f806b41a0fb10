"""Where audio objects are kept: a local directory or an S3 bucket.

A key is ``YYYY/MM/DD/<name>.<format>``. An object appears whole or not at
all, and is read back before it counts as kept.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import fsspec

CHUNK = 256 * 1024

_PART = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}"
_KEY = re.compile(rf"{_PART}(?:/{_PART}){{0,9}}")


class StoreError(Exception):
    """The store cannot be used now; what was to be kept is where it was."""


class Store(Protocol):
    """A place for audio objects. Every method may raise ``StoreError``."""

    def put(self, key: str, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Keep an object, over an equal one if need be; gives SHA-256 and bytes."""

    def size(self, key: str) -> int:
        """Tell an object's bytes."""

    def open_range(self, key: str, start: int, length: int) -> Iterator[bytes]:
        """Give ``length`` bytes from ``start``, piece by piece; fewer at the end."""


def open_store(url: str) -> Store:
    """Open the store at ``file:///path`` or ``s3://bucket/prefix``.

    S3 credentials come from where its library looks for them (environment,
    instance role); raises ``ValueError`` for any other address.
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return LocalStore(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.netloc:
        config = {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 2}}
        system = fsspec.filesystem("s3", config_kwargs=config, use_listings_cache=False)
        return RemoteStore(system, parts.netloc + parts.path.rstrip("/"))
    raise ValueError("CALLCENTER_STORE_URL: use file:///path or s3://bucket/prefix")


def checked(key: str) -> str:
    """Give the key back; raises ``ValueError`` for one that could leave the store."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key[:200]!r} is not the key of an audio object")
    return key


def digest(chunks: Iterable[bytes]) -> tuple[str, int]:
    """Give the SHA-256 and bytes that ``Store.put`` must give for an object."""
    sha256, size = hashlib.sha256(), 0
    for chunk in chunks:
        sha256.update(chunk)
        size += len(chunk)
    return sha256.hexdigest(), size


class LocalStore:
    """A directory; an object is renamed into its place once it is on the disk."""

    def __init__(self, root: Path) -> None:
        """Keep objects below ``root``, which is made when it is first needed."""
        self._root = root

    def put(self, key: str, chunks: Iterable[bytes]) -> tuple[str, int]:
        """See ``Store``."""
        target = self._path(key)
        with _trouble(f"{self._root} cannot be written"):
            _make_directory(target.parent)
            return _write(target, chunks)

    def size(self, key: str) -> int:
        """See ``Store``."""
        path = self._path(key)
        with _trouble(f"{key} cannot be read"):
            return path.stat().st_size

    def open_range(self, key: str, start: int, length: int) -> Iterator[bytes]:
        """See ``Store``."""
        path = self._path(key)
        with _trouble(f"{key} cannot be read"), path.open("rb") as file:
            file.seek(start)
            while length > 0 and (chunk := file.read(min(CHUNK, length))):
                length -= len(chunk)
                yield chunk

    def _path(self, key: str) -> Path:
        root = self._root.resolve()
        path = (root / checked(key)).resolve()
        if not path.is_relative_to(root):
            raise ValueError(f"{key!r} leads out of the store")
        return path


class RemoteStore:
    """An object store by way of fsspec; it shows an object only once it is whole."""

    def __init__(self, system: Any, prefix: str) -> None:
        """Keep objects of ``system`` under ``prefix`` (bucket and folder)."""
        self._system = system
        self._prefix = prefix

    def put(self, key: str, chunks: Iterable[bytes]) -> tuple[str, int]:
        """See ``Store``."""
        path = self._path(key)
        with _trouble("the object store cannot be written"):
            sha256, size = self._send(path, chunks)
            if _digest(self._pieces(path, 0, size + 1)) != (sha256, size):
                raise StoreError(f"{key} reads back different from what was written")
            return sha256, size

    def size(self, key: str) -> int:
        """See ``Store``."""
        path = self._path(key)
        with _trouble(f"{key} cannot be read"):
            return int(self._system.info(path)["size"])

    def open_range(self, key: str, start: int, length: int) -> Iterator[bytes]:
        """See ``Store``."""
        path = self._path(key)
        with _trouble(f"{key} cannot be read"):
            yield from self._pieces(path, start, length)

    def _send(self, path: str, chunks: Iterable[bytes]) -> tuple[str, int]:
        file = self._system.open(path, "wb")
        try:
            result = _digest(_through(chunks, file))
        except BaseException:
            _abandon(file)
            raise
        file.close()
        return result

    def _pieces(self, path: str, start: int, length: int) -> Iterator[bytes]:
        while length > 0:
            chunk = self._system.cat_file(path, start=start, end=start + min(CHUNK * 16, length))
            yield chunk
            if len(chunk) < min(CHUNK * 16, length):
                return
            start, length = start + len(chunk), length - len(chunk)

    def _path(self, key: str) -> str:
        return f"{self._prefix}/{checked(key)}"


@contextmanager
def _trouble(what: str) -> Iterator[None]:
    try:
        yield
    except StoreError:
        raise
    except Exception as error:  # each object store's client has errors of its own
        raise StoreError(f"{what}: {error}") from error


def _through(chunks: Iterable[bytes], file: Any) -> Iterator[bytes]:
    for chunk in chunks:
        file.write(chunk)
        yield chunk


def _digest(chunks: Iterable[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _abandon(file: Any) -> None:
    """Let a half-written object go; closing it would complete it."""
    with suppress(Exception):
        file.discard()
    with suppress(Exception):
        file.closed = True


def _write(target: Path, chunks: Iterable[bytes]) -> tuple[str, int]:
    part = target.with_name(f".{target.name}.part")  # the same one each time: a kill leaves one at most
    try:
        with part.open("w+b") as file:
            result = _digest(_through(chunks, file))
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            if _digest(iter(lambda: file.read(CHUNK), b"")) != result:
                raise StoreError(f"{target.name} reads back different from what was written")
        os.replace(part, target)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    _sync_directory(target.parent)
    return result


def _make_directory(path: Path) -> None:
    if path.is_dir():
        return
    _make_directory(path.parent)
    path.mkdir(mode=0o750, exist_ok=True)
    _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""The object store against a server that speaks S3's own words over HTTP."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import fsspec
import pytest

from recordings.store import Store, StoreError, open_store

KEY = "2026/03/02/node1-1.2__m__3-abc.wav"
DATA = bytes(range(256)) * 1000
LARGE = bytes(range(256)) * 240_000
"""More than one part (s3fs sends parts of 50 MiB)."""

XML = '<?xml version="1.0"?><{0} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{1}</{0}>'


class Bucket:
    """What the server holds, and whether it is well."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.down = False
        self.full = False


class S3(BaseHTTPRequestHandler):
    """Put, get, head and multi-part upload of objects; nothing else."""

    protocol_version = "HTTP/1.1"
    bucket: Bucket

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path, query = self._address()
        if self.bucket.full:
            return self._answer(507, b"")
        if "partNumber" in query:
            self.bucket.parts[query["uploadId"][0]][int(query["partNumber"][0])] = body
        else:
            self.bucket.objects[path] = body
        return self._answer(200, b"", ETag=f'"{hashlib.md5(body).hexdigest()}"')

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, query = self._address()
        if "uploads" in query:
            upload = str(len(self.bucket.parts) + 1)
            self.bucket.parts[upload] = {}
            name = "InitiateMultipartUploadResult"
            return self._answer(200, XML.format(name, f"<UploadId>{upload}</UploadId>").encode())
        parts = self.bucket.parts.pop(query["uploadId"][0])
        self.bucket.objects[path] = b"".join(parts[number] for number in sorted(parts))
        return self._answer(200, XML.format("CompleteMultipartUploadResult", '<ETag>"x"</ETag>').encode())

    def do_DELETE(self) -> None:
        _, query = self._address()
        self.bucket.parts.pop(query.get("uploadId", [""])[0], None)
        self._answer(204, b"")

    def do_HEAD(self) -> None:
        self._get()

    def do_GET(self) -> None:
        self._get()

    def _get(self) -> None:
        path, _ = self._address()
        data = self.bucket.objects.get(path)
        if data is None or self.bucket.down:
            return self._answer(503 if self.bucket.down else 404, b"")
        wanted = self.headers.get("Range")
        if not wanted:
            return self._answer(200, data)
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last or len(data)), len(data) - 1)
        if start >= len(data):
            return self._answer(416, XML.format("Error", "<Code>InvalidRange</Code>").encode())
        return self._answer(
            206, data[start : end + 1], **{"Content-Range": f"bytes {start}-{end}/{len(data)}"}
        )

    def _address(self) -> tuple[str, dict[str, list[str]]]:
        parts = urlsplit(self.path)
        return parts.path, parse_qs(parts.query, keep_blank_values=True)

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    bucket = Bucket()
    handler = type("Handler", (S3,), {"bucket": bucket})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "ap-southeast-3",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    yield bucket
    server.shutdown()
    server.server_close()


@pytest.fixture
def store(bucket: Bucket) -> Store:
    fsspec.filesystem("s3").clear_instance_cache()
    return open_store("s3://recordings/indramayu")


def pieces(data: bytes) -> Iterator[bytes]:
    return (data[start : start + 65_536] for start in range(0, len(data), 65_536))


def test_an_object_is_put_told_and_read_by_ranges(store: Store, bucket: Bucket) -> None:
    assert store.put(KEY, pieces(DATA)) == (hashlib.sha256(DATA).hexdigest(), len(DATA))
    assert bucket.objects == {f"/recordings/indramayu/{KEY}": DATA}
    assert store.size(KEY) == len(DATA)
    assert b"".join(store.open_range(KEY, 1000, 5000)) == DATA[1000:6000]
    assert b"".join(store.open_range(KEY, len(DATA) - 10, 500)) == DATA[-10:]


def test_a_long_conversation_goes_in_parts(store: Store, bucket: Bucket) -> None:
    assert store.put(KEY, pieces(LARGE)) == (hashlib.sha256(LARGE).hexdigest(), len(LARGE))
    assert bucket.objects[f"/recordings/indramayu/{KEY}"] == LARGE
    assert bucket.parts == {}


@pytest.mark.parametrize("data", [DATA, LARGE])
def test_an_object_that_was_cut_short_does_not_appear(store: Store, bucket: Bucket, data: bytes) -> None:
    def broken() -> Iterator[bytes]:
        yield from pieces(data)
        raise OSError("the spool's disk went away")

    with pytest.raises(StoreError, match="the spool's disk"):
        store.put(KEY, broken())
    assert (bucket.objects, bucket.parts) == ({}, {})


def test_a_store_that_is_full_or_away_is_trouble(store: Store, bucket: Bucket) -> None:
    bucket.full = True
    with pytest.raises(StoreError):
        store.put(KEY, pieces(DATA))
    bucket.full, bucket.down = False, True
    with pytest.raises(StoreError):
        store.put(KEY, pieces(DATA))
    with pytest.raises(StoreError):
        list(store.open_range(KEY, 0, 10))
    bucket.down = False
    assert store.put(KEY, pieces(DATA))[1] == len(DATA)

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import fsspec
import pytest

from recordings.store import LocalStore, RemoteStore, Store, StoreError, open_store

KEY = "2026/03/02/node1-1.2__m__3-abc.wav"
DATA = bytes(range(256)) * 5000


@pytest.fixture(params=["local", "remote"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "local":
        return LocalStore(tmp_path / "store")
    return RemoteStore(fsspec.filesystem("memory"), f"/bucket-{uuid4().hex}")


def pieces(data: bytes = DATA) -> Iterator[bytes]:
    return (data[start : start + 1000] for start in range(0, len(data), 1000))


def broken() -> Iterator[bytes]:
    yield DATA
    raise OSError("the disk went away")


def read(store: Store, start: int, length: int) -> bytes:
    return b"".join(store.open_range(KEY, start, length))


def test_what_was_put_is_told_and_read_back(store: Store) -> None:
    assert store.put(KEY, pieces()) == (hashlib.sha256(DATA).hexdigest(), len(DATA))
    assert store.size(KEY) == len(DATA)
    assert read(store, 0, len(DATA)) == DATA


@pytest.mark.parametrize(
    ("start", "length"), [(0, 1), (1000, 70_000), (1_279_990, 10), (1_279_990, 500), (5, 0)]
)
def test_a_range_is_read(store: Store, start: int, length: int) -> None:
    store.put(KEY, pieces())
    assert read(store, start, length) == DATA[start : start + length]


def test_putting_twice_is_one_object(store: Store) -> None:
    assert store.put(KEY, pieces()) == store.put(KEY, pieces())
    assert store.size(KEY) == len(DATA)


def test_an_empty_object_is_an_object(store: Store) -> None:
    store.put(KEY, iter([]))
    assert store.size(KEY) == 0


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a//b",
        ".x",
        "a/.b",
        "a\\b",
        "a b",
        "a\n",
        "a/" * 20,
        "%2e%2e/x",
    ],
)
def test_no_key_leads_out(store: Store, key: str) -> None:
    with pytest.raises(ValueError, match="not the key"):
        store.put(key, pieces())
    with pytest.raises(ValueError, match="not the key"):
        store.size(key)
    with pytest.raises(ValueError, match="not the key"):
        list(store.open_range(key, 0, 1))


def test_a_missing_object_is_trouble_not_emptiness(store: Store) -> None:
    with pytest.raises(StoreError):
        store.size(KEY)
    with pytest.raises(StoreError):
        read(store, 0, 10)


def test_a_put_that_fails_leaves_nothing_half_done(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    with pytest.raises(StoreError, match="the disk went away"):
        store.put(KEY, broken())
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_put_that_fails_leaves_the_former_object(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.put(KEY, pieces())
    with pytest.raises(StoreError):
        store.put(KEY, broken())
    assert read(store, 0, len(DATA)) == DATA


def test_a_link_out_of_the_store_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "2026").symlink_to(tmp_path)
    with pytest.raises(ValueError, match="leads out"):
        LocalStore(tmp_path / "store").put(KEY, pieces())


def test_a_store_that_is_a_file_is_trouble(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("in the way")
    with pytest.raises(StoreError):
        LocalStore(tmp_path / "store").put(KEY, pieces())


def test_an_object_that_reads_back_different_is_trouble() -> None:
    class Forgetful:
        def __init__(self) -> None:
            self.system = fsspec.filesystem("memory")

        def open(self, path: str, mode: str) -> object:
            return self.system.open(path, mode)

        def cat_file(self, path: str, start: int, end: int) -> bytes:
            return b"\0" + bytes(self.system.cat_file(path, start=start, end=end))[1:]

    with pytest.raises(StoreError, match="reads back different"):
        RemoteStore(Forgetful(), f"/bucket-{uuid4().hex}").put(KEY, iter([b"sound"]))


def test_addresses(tmp_path: Path) -> None:
    local = open_store(f"file://{tmp_path}/with%20space")
    local.put(KEY, pieces())
    assert (tmp_path / "with space" / KEY).read_bytes() == DATA
    assert isinstance(open_store("s3://bucket/prefix"), RemoteStore)


@pytest.mark.parametrize("url", ["", "store", "http://x/y", "s3:///x", "file://host/x", "memory://x"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="CALLCENTER_STORE_URL"):
        open_store(url)

"""What must hold of calls and their recordings, whatever was done to the machine. Plain data in, words out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.asterisk.stories import Story

TICKETED = ("answered", "recorded")


def outcomes(calls: Iterable[Story]) -> Iterator[str]:
    """Each call has one outcome, and what belongs to it."""
    for call in calls:
        times = call.kinds().count("disposed")
        if call.disposition is None or times != 1:
            yield f"call {call.id}: disposition {call.disposition}, disposed {times} times"
        if (call.disposition in TICKETED) != (call.ticket is not None):
            yield f"call {call.id}: {call.disposition}, but ticket {call.ticket}"
        if (call.disposition == "call_back") != call.owed:
            yield f"call {call.id}: {call.disposition}, but obligation {call.obligation}, open: {call.owed}"


def sounds(calls: Iterable[Story], stored: Mapping[str, str]) -> Iterator[str]:
    """Each recording that the log tells of is in the store, as its row says."""
    for call in calls:
        told = {data["name"] for data in call.data("recorded")}
        kept = {sound.name for sound in call.recordings} | twins(call, stored)
        if not told <= kept:
            yield f"call {call.id}: recordings {told - kept} are not in the store"
        for sound in call.recordings:
            if stored.get(sound.store_key) != sound.sha256:
                yield f"call {call.id}: recording {sound.name} is not what its row says"


def twins(call: Story, stored: Mapping[str, str]) -> set[str]:
    """Name the files that held the same, byte by byte, as another one of the call: one row is kept for both."""
    hashes = {sound.sha256 for sound in call.recordings}
    return {
        name_of(key)
        for key, sha256 in stored.items()
        if sha256 in hashes and name_of(key).startswith(f"{call.key}__")
    }


def name_of(store_key: str) -> str:
    """Give the file's name that a store's key was made of: its end is the hash's beginning."""
    return store_key.rpartition("/")[2].rpartition("-")[0]


def stored(store: Path) -> dict[str, str]:
    """Give the hash of every object in a store, by its key."""
    files = [path for path in store.rglob("*") if path.is_file()]
    return {str(path.relative_to(store)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

"""Custody of audio objects, the same for all providers: look, hash, store, row.

What holds the file removes it (or has it deleted) only after the row's commit.
Whatever dies in between, the store and the database take the file a second
time without doubling it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from callcenter.models import Recording
from callcenter.services.calls import Policy
from callcenter.services.closing import Closing
from callcenter.services.recordings import KeptAudio, Recordings
from recordings.audio import Audio
from recordings.spool import AudioName
from recordings.store import Store, StoreError, digest

HEARD = "message"
"""The reason of a call whose message is known."""


@dataclass(frozen=True, slots=True)
class Found:
    """An audio object that somebody holds.

    ``at`` tells under which day it is kept: the same each time it is taken.
    ``problem`` is what is wrong with it although it can be played.
    """

    name: AudioName
    audio: Audio
    at: datetime
    provider: str = "asterisk"
    problem: str | None = None


def describe(found: Found) -> KeptAudio:
    """Hash an object and name its place; raises ``OSError`` when it cannot be read."""
    name, audio = found.name, found.audio
    sha256, size = digest(audio.chunks())
    # The hash is in the key so that a name used twice never replaces an object.
    return KeptAudio(
        call=name.call,
        provider_key=str(name),
        turn_key=str(name.numbered(0)),
        kind=name.kind,
        store_key=f"{found.at:%Y/%m/%d}/{name}-{sha256[:12]}.{audio.format}",
        sha256=sha256,
        size=size,
        duration_ms=audio.duration_ms,
        format=audio.format,
        channels=audio.channels,
        silent=audio.silent,
        problem=audio.problem or found.problem,
        provider=found.provider,
    )


class Custody:
    """Takes audio objects into the store and the database."""

    def __init__(self, policy: Policy, store: Store) -> None:
        """Keep objects in ``store``."""
        self._policy = policy
        self._store = store

    def put(self, kept: KeptAudio, audio: Audio) -> None:
        """Store what was described; raises ``StoreError``, and then nothing counts as kept."""
        if self._store.put(kept.store_key, audio.chunks()) != (kept.sha256, kept.size):
            raise StoreError(f"{kept.provider_key} changed while it was stored")

    def write(self, session: Session, kept: KeptAudio, now: datetime) -> Recording:
        """Write the row and what follows from it; raises ``UnknownCallError``."""
        row = Recordings(session).keep(kept, now)
        if row.kind == "message" and row.call.disposition_reason != HEARD:  # nobody told us of it
            Closing(session, self._policy.secret, self._policy.zone).reconsider(row.call, now)
        return row

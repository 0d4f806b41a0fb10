"""Carries recordings from Twilio into the store.

The order is: download, look, hash, store, write the row and owe the deletion
of Twilio's copy, commit; only then is that copy deleted, by a job of its own.
Whatever dies in between, the next try downloads it again. What comes shorter
than told, or damaged, is kept as it came, and Twilio's copy with it: that one
may be better. It is fetched once more later, and then a person decides.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from callcenter.custody import Custody, Found, describe
from callcenter.db import Database
from callcenter.services.remote_recordings import RemoteRecording, RemoteRecordings
from ivr.twilio.client import Client
from ivr.twilio.errors import TwilioError
from ivr.twilio.names import PROVIDER
from recordings.audio import BROKEN_HEADER, EMPTY, NOT_AUDIO, Audio, inspect, swap_channels

log = logging.getLogger(__name__)

MOST_BYTES = 2**30
"""Two channels, 16 bit, 8 kHz for more than nine hours; a Twilio call lasts four at most
unless told otherwise (TwiML Voice: <Dial>, ``timeLimit``)."""

PATIENCE = timedelta(minutes=10)
"""How long we hope for a better copy than the one that comes."""

TOLERANCE_MS = 1000
"""Twilio tells whole seconds, and not how it rounds them."""

SHORTER = "shorter"

ABANDONED_AFTER = timedelta(minutes=30)
"""Longer than the job may take: whoever wrote a file that old is dead."""

GONE = ("absent", "deleted")
"""States of a recording without sound (Recording resource, ``status``)."""


DAMAGED = frozenset({EMPTY, BROKEN_HEADER, NOT_AUDIO})
"""Problems of what came that Twilio's own copy may not have."""


class DoubtfulRecordingError(Exception):
    """Less came than Twilio says there is, or it is damaged: try again."""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches recordings; files on their way lie in ``incoming``."""

    database: Database
    custody: Custody
    client: Client
    incoming: Path

    def fetch(self, recording: RemoteRecording, now: datetime) -> None:
        """Fetch a recording unless we have it; whatever is raised asks to be tried again.

        Raises ``TwilioError``, ``StoreError``, ``OSError``, ``UnknownCallError``
        and ``DoubtfulRecordingError``. A recording that Twilio has lost is noted
        in the call's timeline, with an alarm.
        """
        with self.database.reading() as session:
            if RemoteRecordings(session).is_settled(recording):
                return  # a worker died after its commit
        self._sweep(now)
        with self._file(recording) as path:
            if self._download(recording, path, now):
                self._keep(recording, path, now)

    def _download(self, recording: RemoteRecording, path: Path, now: datetime) -> bool:
        try:
            with path.open("wb") as file:
                self.client.download(recording.sid, file, MOST_BYTES, recording.channels)
        except TwilioError as error:
            if not error.is_absent or self._may_come(recording, now) or not self._is_gone(recording):
                raise
            self._give_up(recording, now)
            return False
        return True

    def _keep(self, recording: RemoteRecording, path: Path, now: datetime) -> None:
        if recording.officer_first:
            swap_channels(path)
        audio = inspect(path, "wav")
        doubt = _doubt(recording, audio)
        if doubt and self._may_come(recording, now):
            raise DoubtfulRecordingError(f"{audio.duration_ms} ms of {recording.seconds} s came ({doubt})")
        self._store(recording, audio, doubt, now)

    def _store(self, recording: RemoteRecording, audio: Audio, doubt: str | None, now: datetime) -> None:
        kept = describe(Found(recording.name, audio, recording.told_at, PROVIDER, doubt))
        self.custody.put(kept, audio)
        with self.database.transaction() as session:
            self.custody.write(session, kept, now)
            if doubt:
                RemoteRecordings(session).doubted(recording, now)
            else:
                RemoteRecordings(session).kept(recording, now)
        log.info("kept recording %s as %s%s", recording.sid, recording.name, f" ({doubt})" if doubt else "")

    def _may_come(self, recording: RemoteRecording, now: datetime) -> bool:
        return now - recording.told_at < PATIENCE

    def _is_gone(self, recording: RemoteRecording) -> bool:
        try:
            return self.client.fetch_recording(recording.sid).status in GONE
        except TwilioError as error:
            if error.is_absent:
                return True
            raise

    def _give_up(self, recording: RemoteRecording, now: datetime) -> None:
        log.error("recording %s (%s) is no longer at Twilio", recording.sid, recording.name)
        with self.database.transaction() as session:
            RemoteRecordings(session).lost(recording, now)

    @contextmanager
    def _file(self, recording: RemoteRecording) -> Iterator[Path]:
        path = self.incoming / f"{recording.sid}.wav"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _sweep(self, now: datetime) -> None:
        """Remove what killed workers left."""
        self.incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        until = (now - ABANDONED_AFTER).timestamp()
        for path in self.incoming.glob("*.wav"):
            try:
                if path.stat().st_mtime < until:
                    path.unlink()
            except FileNotFoundError:
                continue  # its writer is done, or another worker was quicker


def _doubt(recording: RemoteRecording, audio: Audio) -> str | None:
    """Tell what is wrong with what came, that Twilio's own copy may not have."""
    if audio.problem in DAMAGED:
        return audio.problem
    return SHORTER if audio.duration_ms < recording.seconds * 1000 - TOLERANCE_MS else None

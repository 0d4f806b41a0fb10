"""Recordings that a provider (Twilio) made and keeps until we have fetched them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.models import Call, Outbox
from callcenter.services.alarms import Alarms
from callcenter.services.audit import Audit
from callcenter.services.calls import RECORDING_FAILED, find_call
from callcenter.services.outbox import Work
from callcenter.services.recordings import Recordings
from callcenter.services.timeline import Timeline
from ivr.engine import EMPTY_SECONDS
from ivr.twilio.names import PROVIDER, RECORDING_KEY
from recordings.spool import AudioName, Kind

log = logging.getLogger(__name__)

FETCH, DELETE = "fetch_recording", "delete_recording"

COMPLETED, ABSENT, FAILED = "completed", "absent", "failed"
NONE_MADE = frozenset({ABSENT, FAILED})
"""Too short or silent; not to be encrypted (Twilio, "Getting Started with Recording Status Callbacks").

``absent`` is a status of the Recording resource as well; whether it lists ``failed`` its page does not say.
"""

PROBLEMS: dict[Kind, str] = {
    "message": "Rekaman pesan suara tidak ada di penyedia telepon; tanyakan kembali isinya kepada penelepon.",
    "conversation": "Rekaman percakapan tidak ada di penyedia telepon; tanyakan isinya kepada petugas.",
}
"""What an officer reads in the timeline and in the alarm."""

DOUBTFUL = "recording-doubtful"
DOUBT = (
    "Rekaman {name} datang dari Twilio lebih pendek daripada yang dicatat, atau rusak. Yang datang sudah"
    " disimpan; aslinya dibiarkan di Twilio dan diambil sekali lagi satu jam kemudian. Bila alarm ini tetap ada,"
    " dengarkan keduanya, lalu jalankan `callcenter twilio recording discard {sid}` (hapus di Twilio) atau"
    " `callcenter twilio recording fetch {sid}` (ambil sekali lagi)."
)
"""What a person reads who has to decide."""

ONCE_MORE = timedelta(hours=1)
"""After this a doubtful recording is fetched again; what was wrong on the way or at Twilio may have passed."""


@dataclass(frozen=True, slots=True)
class RemoteRecording:
    """A recording at the provider, as its fetching is owed.

    ``seconds`` and ``channels`` are what the provider told; ``officer_first``
    that the first of two channels is the officer's; ``told_at`` when we heard
    of it, which is the day it is kept under; ``again`` that what came before
    is doubtful, and this is to see whether the provider has better by now.
    """

    name: AudioName
    sid: str
    seconds: int
    channels: int
    officer_first: bool
    told_at: datetime
    again: bool = False

    @classmethod
    def read(cls, payload: dict[str, Any]) -> RemoteRecording:
        """Read an outbox row's payload."""
        return cls(
            name=AudioName.parse(payload["name"]),
            sid=payload["sid"],
            seconds=int(payload["seconds"]),
            channels=int(payload["channels"]),
            officer_first=bool(payload.get("officer_first", False)),
            told_at=datetime.fromisoformat(payload["told_at"]),
            again=bool(payload.get("again", False)),
        )

    def payload(self) -> dict[str, Any]:
        """Write what ``read`` reads."""
        return {
            "name": str(self.name),
            "sid": self.sid,
            "seconds": self.seconds,
            "channels": self.channels,
            "officer_first": self.officer_first,
            "told_at": self.told_at.isoformat(),
            "again": self.again,
        }


class RemoteRecordings:
    """What is known and owed of recordings at the provider; one instance a transaction."""

    def __init__(self, session: Session) -> None:
        """Write through ``session``."""
        self._session = session
        self._work = Work(session)

    def told(
        self,
        call_key: str,
        name: str,
        sid: str,
        status: str,
        seconds: int,
        channels: int,
        officer_first: bool,
        now: datetime,
    ) -> None:
        """Take what the provider tells of a recording, as often as it tells it.

        ``call_key`` is the citizen's call and ``name`` the audio object's,
        which begins with it. (Twilio's ``CallSid`` beside a conversation is the
        parent leg's, the officer's: Recording resource, ``call_sid``.) An
        unknown call is only logged: the reconciliation brings it. Raises
        ``ValueError`` for a name or SID that is none, or is another call's.
        """
        recording = _recording(call_key, name, sid, seconds, channels, officer_first, now)
        call = find_call(self._session, PROVIDER, call_key)
        if call is None:
            log.warning("recording %s is of call %s, which is not known", sid, call_key)
        elif status == COMPLETED:
            self._work.owe(FETCH, fetching(sid), recording.payload(), now)
        elif status in NONE_MADE and not (status == ABSENT and self._is_empty(call, recording)):
            self._missing(call, recording, now)

    def kept(self, recording: RemoteRecording, now: datetime) -> None:
        """Owe the deletion of the provider's copy, in the transaction that wrote the row of ours."""
        self._work.owe(DELETE, _deleted(recording.sid), {"sid": recording.sid}, now)
        Alarms(self._session).clear(DOUBTFUL, recording.sid, now)

    def doubted(self, recording: RemoteRecording, now: datetime) -> None:
        """Leave the provider's copy: ours is shorter than told, or damaged. It is fetched once more, later.

        A person is told, and decides once that has come to the same: see ``discard`` and ``ask_again``.
        """
        self._owe_again(recording, _again(recording.sid), now, now + ONCE_MORE)
        words = DOUBT.format(name=recording.name, sid=recording.sid)
        Alarms(self._session).raise_(DOUBTFUL, recording.sid, words, now)

    def is_settled(self, recording: RemoteRecording) -> bool:
        """Tell that the recording is in our store, or, until it is to be fetched ``again``, what came of it."""
        known = self._work.is_known(_deleted(recording.sid))
        return known or (not recording.again and self._work.is_known(_again(recording.sid)))

    def ask_again(self, sid: str, now: datetime) -> bool:
        """Owe another fetch because a person wants it; false for a recording that was never owed."""
        recording = self._known(sid)
        if recording is not None:
            self._owe_again(recording, f"twilio-recording:{sid}:asked:{now.isoformat()}", now, now)
        return recording is not None

    def discard(self, sid: str, address: str, now: datetime) -> bool:
        """Owe the deletion of the provider's copy because a person wants it; false as in ``ask_again``."""
        recording = self._known(sid)
        if recording is not None:
            self.kept(recording, now)
            subject = f"recording:{sid}:{recording.name}"
            Audit(self._session).write(
                "recording_discarded", subject, account_id=None, address=address, now=now
            )
        return recording is not None

    def lost(self, recording: RemoteRecording, now: datetime) -> None:
        """Note that the provider has a recording no more, and that we never had it, or not whole."""
        if recording.again:
            Alarms(self._session).clear(DOUBTFUL, recording.sid, now)  # there is nothing left to decide
            return
        call = find_call(self._session, PROVIDER, recording.name.call)
        if call is not None:
            self._missing(call, recording, now)

    def _known(self, sid: str) -> RemoteRecording | None:
        payload = self._session.scalar(select(Outbox.payload).where(Outbox.fact == fetching(sid)))
        return RemoteRecording.read(payload) if payload else None

    def _owe_again(self, recording: RemoteRecording, fact: str, now: datetime, due: datetime) -> None:
        self._work.owe(FETCH, fact, replace(recording, again=True).payload(), now, due=due)

    def _is_empty(self, call: Call, recording: RemoteRecording) -> bool:
        """Tell that nothing was said: a message that was told to last is missed, the others never were one."""
        if recording.name.kind != "message":
            return False
        told = Timeline(self._session).of_kind(call, "recorded")
        return not any(
            one.data["name"] == str(recording.name) and one.data["seconds"] >= EMPTY_SECONDS for one in told
        )

    def _missing(self, call: Call, recording: RemoteRecording, now: datetime) -> None:
        problem, name = PROBLEMS[recording.name.kind], str(recording.name)
        key, data = failing(recording.sid), {"name": name, "problem": problem}
        if Timeline(self._session).add_once(call, now, key, "recording_failed", data):
            Recordings(self._session).warn(call, problem)
            Alarms(self._session).raise_(RECORDING_FAILED, call.node, f"{problem}: {name}", now)


def fetching(sid: str) -> str:
    """Name the fact that a recording is there to be fetched."""
    return f"twilio-recording:{sid}:fetched"


def failing(sid: str) -> str:
    """Name the event in a call's timeline that a recording was not made."""
    return f"recording:{sid}:failed"


def _recording(
    call_key: str, name: str, sid: str, seconds: int, channels: int, officer_first: bool, now: datetime
) -> RemoteRecording:
    audio_name = AudioName.parse(name)
    if audio_name.call != call_key:
        raise ValueError(f"{name[:200]!r} is no recording of call {call_key[:80]!r}")
    if not RECORDING_KEY.match(sid):
        raise ValueError(f"{sid[:80]!r} is no recording's SID")
    return RemoteRecording(audio_name, sid, max(seconds, 0), channels, officer_first, now)


def _deleted(sid: str) -> str:
    return f"twilio-recording:{sid}:deleted"


def _again(sid: str) -> str:
    return f"twilio-recording:{sid}:again"

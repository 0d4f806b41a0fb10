"""The rows that say where a call's audio is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from callcenter.models import Call, Recording, Ticket
from callcenter.services.timeline import Timeline

WARNINGS = {
    "empty": "Rekaman panggilan ini kosong. Hubungi kembali pelapor bila isi aduan belum jelas.",
    "silent": "Rekaman panggilan ini tidak berisi suara. Hubungi kembali pelapor bila isi aduan belum jelas.",
    "broken_header": "Rekaman panggilan ini terputus saat ditulis; bagian yang ada sudah diselamatkan.",
    "not_audio": "Rekaman panggilan ini rusak dan tidak dapat diputar; berkasnya disimpan apa adanya.",
    "shorter": "Rekaman panggilan ini lebih pendek daripada yang dicatat penyedia telepon; "
    "bagian yang ada sudah disimpan.",
    "too_long": "Rekaman panggilan ini terlalu panjang untuk diputar; berkasnya disimpan apa adanya.",
}
"""What an officer reads on the ticket, by problem."""


BATCH = 500
"""Calls asked for in one query."""

# Run for every recording: built once.
_CALL = (
    select(Call)
    .where(Call.provider == bindparam("provider"), Call.key == bindparam("call_key"))
    .with_for_update()
)
_OF_CALL = select(Recording).where(Recording.call_id == bindparam("call_id")).order_by(Recording.part)


class UnknownCallError(Exception):
    """The recording's call is not known (yet): keep the file and come again."""


@dataclass(frozen=True, slots=True)
class KeptAudio:
    """An audio object that is in the store.

    ``provider_key`` is the spool file's name without extension and
    ``turn_key`` the same without its further part's number.
    """

    call: str
    provider_key: str
    turn_key: str
    kind: str
    store_key: str
    sha256: str
    size: int
    duration_ms: int
    format: str
    channels: int
    silent: bool
    problem: str | None
    provider: str = "asterisk"


class Recordings:
    """The recordings of calls."""

    def __init__(self, session: Session) -> None:
        """Write through ``session``."""
        self._session = session

    def known(self, keys: Iterable[str], provider: str = "asterisk") -> dict[str, bool]:
        """Tell which of the calls are known, and of those which are still up."""
        found: dict[str, bool] = {}
        asked = sorted(set(keys))
        for start in range(0, len(asked), BATCH):
            some = asked[start : start + BATCH]
            calls = select(Call.key, Call.ended_at).where(Call.provider == provider, Call.key.in_(some))
            found.update({key: ended_at is None for key, ended_at in self._session.execute(calls)})
        return found

    def keep(self, audio: KeptAudio, now: datetime) -> Recording:
        """Write an audio object's row; a second time gives the same one.

        The same name with other contents (the recording was carried out
        again) becomes a further part. Raises ``UnknownCallError``.
        """
        call = self._session.scalar(_CALL, {"provider": audio.provider, "call_key": audio.call})
        if call is None:
            raise UnknownCallError(audio.call)
        parts = self._of(call)
        family = [row for row in parts if _same_turn(row, audio)]
        known = next((row for row in family if row.sha256 == audio.sha256), None)
        if known is not None:
            return known
        key = _free_key(audio, {row.provider_key for row in family})
        recording = self._add(call, audio, key, len(parts) + 1, now)
        self._tell(call, recording, now)
        if (words := _words(recording)) is not None:
            self.warn(call, words)
        return recording

    def warning(self, call: Call) -> str | None:
        """Tell what is wrong with the call's recordings, for a ticket opened after they were kept."""
        return next((words for row in self._of(call) if (words := _words(row))), None)

    def _of(self, call: Call) -> Sequence[Recording]:
        return self._session.scalars(_OF_CALL, {"call_id": call.id}).all()

    def _add(self, call: Call, audio: KeptAudio, provider_key: str, part: int, now: datetime) -> Recording:
        recording = Recording(
            call_id=call.id,
            provider_key=provider_key,
            kind=audio.kind,
            part=part,
            store_key=audio.store_key,
            sha256=audio.sha256,
            size=audio.size,
            duration_ms=audio.duration_ms,
            format=audio.format,
            channels=audio.channels,
            silent=audio.silent,
            problem=audio.problem,
            created_at=now,
        )
        self._session.add(recording)
        self._session.flush()
        return recording

    def _tell(self, call: Call, recording: Recording, now: datetime) -> None:
        data = {
            "recording_id": recording.id,
            "part": recording.part,
            "kind": recording.kind,
            "seconds": round(recording.duration_ms / 1000, 1),
        }
        Timeline(self._session).add(
            call, now, (f"recording:{recording.provider_key}", "recording_kept", data)
        )

    def warn(self, call: Call, words: str) -> None:
        """Let the call's ticket warn, where there is one and it does not yet."""
        ticket = self._session.scalar(select(Ticket).where(Ticket.call_id == call.id).with_for_update())
        if ticket is not None and ticket.warning is None:
            ticket.warning = words


def _words(recording: Recording) -> str | None:
    problem = recording.problem or ("silent" if recording.silent else "")
    return WARNINGS.get(problem)


def _same_turn(row: Recording, audio: KeptAudio) -> bool:
    return row.provider_key == audio.turn_key or row.provider_key.startswith(f"{audio.turn_key}.")


def _free_key(audio: KeptAudio, taken: set[str]) -> str:
    key, again = audio.provider_key, 0
    while key in taken:
        again += 1
        key = f"{audio.turn_key}.{again}"
    return key

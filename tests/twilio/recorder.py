"""Recordings as Twilio makes and keeps them (pages "Recordings resource", "TwiML Voice: <Record>")."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from tests.twilio.audio import wav
from tests.twilio.twiml import Element

if TYPE_CHECKING:
    from tests.twilio.call import Call
    from tests.twilio.exchange import Exchange


@dataclass
class Recording:
    """One audio file at Twilio; it can be fetched once it is ``completed``."""

    sid: str
    call_sid: str
    url: str
    channels: int
    source: str
    started: datetime
    seconds: float
    status: str = "processing"

    @property
    def duration(self) -> int:
        """Whole seconds; rounded up, so that what is heard is never told as 0."""
        return math.ceil(self.seconds)

    def media(self, channels: int | None = None) -> bytes:
        """Make the WAV file; the parent leg is the first channel of two."""
        return wav(self.seconds, channels or self.channels)


class Recorder:
    """All recordings of the account, by SID."""

    def __init__(self, exchange: Exchange) -> None:
        self.kept: dict[str, Recording] = {}
        self.result = "completed"
        """How recordings turn out: ``absent`` and ``failed`` ones are listed, and have no sound."""
        self._exchange = exchange

    def keep(
        self, call: Call, element: Element, source: str, channels: int, seconds: float, started: datetime
    ) -> Recording:
        """Keep a recording that has just ended; its callback is owed."""
        sid = self._exchange.sid("RE")
        url = f"https://api.twilio.com/2010-04-01/Accounts/{self._exchange.account}/Recordings/{sid}"
        made = Recording(sid, call.sid, url, channels, source, started, seconds)
        self.kept[sid] = made
        late = self._exchange.late(element.url("recordingStatusCallback"))
        self._exchange.timers.after(late, lambda: self._ready(made, element))
        return made

    def absent(self, call: Call, element: Element, source: str, channels: int) -> None:
        """Tell that there is no recording, when that is asked for."""
        sid = self._exchange.sid("RE")
        made = Recording(sid, call.sid, "", channels, source, self._exchange.clock(), 0, "absent")
        self.kept[sid] = made
        self._tell(made, element)

    def _ready(self, made: Recording, element: Element) -> None:
        made.status = self.result
        self._tell(made, element)

    def _tell(self, made: Recording, element: Element) -> None:
        url = element.url("recordingStatusCallback")
        wanted = element.get("recordingStatusCallbackEvent", "completed").split()
        if not url or made.status not in wanted:
            return
        params = {
            "AccountSid": self._exchange.account,
            "CallSid": made.call_sid,
            "RecordingSid": made.sid,
            "RecordingUrl": made.url,
            "RecordingStatus": made.status,
            "RecordingDuration": str(made.duration),
            "RecordingChannels": str(made.channels),
            "RecordingStartTime": format_datetime(made.started),
            "RecordingSource": made.source,
            "RecordingTrack": "both",
        }
        self._exchange.post(element.get("recordingStatusCallbackMethod", "POST"), url, params)

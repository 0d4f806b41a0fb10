"""What a citizen hears while this site cannot answer as it should: nothing here needs a database.

The number a citizen is told is made of the call's own key, so that whoever
brings the call home later makes the same one.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from twilio.twiml.voice_response import VoiceResponse

from ivr.damm import check_digit
from ivr.prompts.files import Files
from ivr.prompts.texts import texts
from ivr.turns import Clip, Language, Part, Spell
from ivr.twilio.names import Addresses

TURN = 0
"""The turn of a message that was recorded without a turn of ours."""

LANGUAGE: Language = "id"
SPOKEN = "id-ID"
"""What Twilio calls Indonesian (TwiML Voice: <Say>, ``language``)."""

WELCOME = ("degraded", "notice_alone", "message")
"""No key is listened to here, so the notice offers none: whoever hangs up instead is owed a call-back."""

NOTICE_VERSION = "2026-1-alone"
"""The version of that notice, as it is kept with the call."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A provisional ticket number (8 digits, the first is 9) and its PIN."""

    number: str
    pin: str


def reference(secret: bytes, call: str) -> Reference:
    """Make the number and the PIN of a call; the same ones each time."""
    seed = int.from_bytes(hmac.digest(secret, f"alone:{call}".encode(), hashlib.sha256)[:8], "big")
    body = f"9{seed % 1_000_000:06d}"
    return Reference(body + check_digit(body), f"{seed // 1_000_000 % 10_000:04d}")


class Alone:
    """Writes the documents of a call that goes on without a database."""

    def __init__(self, addresses: Addresses, files: Files, secret: bytes, max_seconds: int) -> None:
        """Record at most ``max_seconds``; ``secret`` is what tickets' PINs are kept with."""
        self._addresses = addresses
        self._files = files
        self._secret = secret
        self._max_seconds = max_seconds

    def begin(self, call: str) -> str:
        """Greet, give the notice, and record."""
        response = VoiceResponse()
        self._play(response, [Clip(name) for name in WELCOME])
        self._record(response, call)
        response.redirect(self._addresses.of("/fallback/kept"), method="POST")
        return str(response)

    def told(self, call: str) -> str:
        """Tell the number and the PIN, twice, and say goodbye."""
        own = reference(self._secret, call)
        number: list[Part] = [Clip("ticket_number"), Spell(own.number), Clip("ticket_pin"), Spell(own.pin)]
        response = VoiceResponse()
        self._play(response, [Clip("message_kept"), *number, *number, Clip("goodbye")])
        response.hangup()
        return str(response)

    def unheard(self) -> str:
        """Say goodbye to a citizen who said nothing: no number is told that nobody could find."""
        response = VoiceResponse()
        self._play(response, [Clip("degraded"), Clip("goodbye")])
        response.hangup()
        return str(response)

    def static(self, after: str = "") -> str:
        """Write the same for a place that is not ours: no call is known there, and no prompt of ours is heard.

        ``after`` is where the end of a message is told, when it is not to be here: while
        this site is away, Twilio would turn to the number's fallback, and that is this document
        once more (page "Availability and Reliability").
        """
        response = VoiceResponse()
        _speak(response, *WELCOME)
        self._record(response, "", after)
        _speak(response, "message_empty")
        return str(response)

    @staticmethod
    def static_end() -> str:
        """Write what is heard at that other place: the message is kept."""
        response = VoiceResponse()
        _speak(response, "message_kept", "goodbye")
        response.hangup()
        return str(response)

    def _record(self, response: VoiceResponse, call: str, after: str = "") -> None:
        """Record; without a call's key nobody is told, and the recording is found in the account's list."""
        told = {"recording_status_callback": self._addresses.recording(f"{call}__m__{TURN}")} if call else {}
        response.record(
            max_length=self._max_seconds,
            timeout=6,
            finish_on_key="#",
            play_beep=True,
            trim="do-not-trim",
            action=after or self._addresses.of("/fallback/kept"),
            method="POST",
            **told,
        )

    def _play(self, response: VoiceResponse, parts: list[Part]) -> None:
        for name in self._files.names(parts, LANGUAGE):
            response.play(self._addresses.prompt(LANGUAGE, name))


def _speak(response: VoiceResponse, *names: str) -> None:
    """Let Twilio's own voice say our prompts."""
    response.say(" ".join(texts(LANGUAGE)[name].words for name in names), language=SPOKEN)

"""Turns as TwiML documents, in forms that Twilio accepts."""

from __future__ import annotations

import math
from collections.abc import Sequence

from twilio.twiml import TwiML
from twilio.twiml.voice_response import Dial, VoiceResponse

from ivr.prompts.files import Files
from ivr.turns import Action, Clip, Connect, Gather, Hangup, Language, Part, Record, Say, Turn
from ivr.twilio.names import Addresses, Attempt

MOST_BYTES = 64 * 1024
"""Twilio, error 11750: a TwiML document is at most 64 KB."""

BEHIND_THE_LAST = 5
"""Seconds in which the citizen's place in the queue must be found by who accepted."""


class IllegalTurnError(ValueError):
    """Twilio would not accept this turn."""


class Writer:
    """Writes what Twilio is to do."""

    def __init__(self, addresses: Addresses, files: Files) -> None:
        """Point to ``addresses``; ``files`` knows which prompts there are."""
        self._addresses = addresses
        self._files = files

    def turn(self, call: str, turn: Turn) -> str:
        """Write a turn of the call ``call``; raises :class:`IllegalTurnError`."""
        response = VoiceResponse()
        for action in turn.actions[:-1]:
            if not isinstance(action, Say):
                raise IllegalTurnError(f"{action!r} waits in the middle of a turn")
            self._play(response, action.parts, action.language)
        self._wait(response, call, turn.number, turn.actions[-1])
        return _document(response)

    def _wait(self, response: VoiceResponse, call: str, number: int, action: Action) -> None:
        match action:
            case Gather():
                self._gather(response, number, action)
            case Record():
                self._record(response, number, action)
            case Connect():
                self._connect(response, call, number)
            case Hangup():
                response.hangup()
            case _:
                raise IllegalTurnError(f"{action!r} does not wait")

    def _gather(self, response: VoiceResponse, number: int, action: Gather) -> None:
        """Ask for keys; silence is told as well, so that the document has no second ending."""
        gather = response.gather(
            input="dtmf",
            num_digits=action.max_digits,
            timeout=math.ceil(action.timeout),
            finish_on_key="#",
            action_on_empty_result=True,
            action=self._addresses.turn(number),
            method="POST",
        )
        self._play(gather, action.parts, action.language)

    def _record(self, response: VoiceResponse, number: int, action: Record) -> None:
        """Record; of an empty recording nothing is told, Twilio goes on with the next verb."""
        response.record(
            max_length=action.max_seconds,
            timeout=action.silence_seconds,
            finish_on_key="#",
            play_beep=True,
            trim="do-not-trim",
            action=self._addresses.turn(number),
            method="POST",
            recording_status_callback=self._addresses.recording(action.name),
            recording_status_callback_event="completed absent",
        )
        response.redirect(self._addresses.turn(number), method="POST")

    def _connect(self, response: VoiceResponse, call: str, number: int) -> None:
        """Let the citizen wait in a queue of their own, named by the call."""
        response.enqueue(
            call,
            action=self._addresses.turn(number),
            method="POST",
            wait_url=self._addresses.waiting(number),
            wait_url_method="POST",
        )

    def still_waiting(
        self, language: Language, parts: Sequence[Part], seconds: int, listens: int | None = None
    ) -> str:
        """Let a citizen hear ``parts`` and wait for ``seconds`` before we are asked again.

        In a turn that ``listens`` a key may be pressed all the while: without
        one Twilio comes to the end of the document and asks for it again. That
        ``<Gather>`` may stand in a waitUrl document Twilio's blog tells ("Now
        Ready: Using <Gather> in <Queue>", February 2013); the list of verbs on
        the page "TwiML Voice: <Enqueue>" could not be read here.
        """
        response = VoiceResponse()
        if listens is not None and seconds:
            self._listen(response, language, parts, seconds, listens)
            return _document(response)
        self._play(response, parts, language)
        if seconds:
            response.pause(length=seconds)
        return _document(response)

    def wait_on(self, number: int) -> str:
        """Let a citizen who pressed a key without a meaning wait on."""
        response = VoiceResponse()
        response.redirect(self._addresses.waiting(number), method="POST")
        return _document(response)

    def _listen(
        self, response: VoiceResponse, language: Language, parts: Sequence[Part], seconds: int, number: int
    ) -> None:
        gather = response.gather(
            input="dtmf",
            num_digits=1,
            timeout=seconds,
            finish_on_key="",
            action=self._addresses.waiting_key(number),
            method="POST",
        )
        self._play(gather, parts, language)

    def leave(self) -> str:
        """Take a citizen out of the queue."""
        response = VoiceResponse()
        response.leave()
        return _document(response)

    def ask_officer(self, attempt: Attempt, language: Language, parts: Sequence[Part]) -> str:
        """Ask for a key, twice: a mailbox presses none, and a pocket rarely the right one."""
        response = VoiceResponse()
        gather = response.gather(
            input="dtmf",
            num_digits=1,
            timeout=4,
            finish_on_key="",
            action_on_empty_result=True,
            action=self._addresses.officer(attempt, "key"),
            method="POST",
        )
        for _ in range(2):
            self._play(gather, parts, language)
        return _document(response)

    def connect_officer(self, attempt: Attempt, record_as: str | None) -> str:
        """Connect who accepted with the citizen who waits; both sides are recorded as ``record_as``."""
        response = VoiceResponse()
        recorded = (
            {
                "record": "record-from-answer-dual",
                "recording_status_callback": self._addresses.recording(record_as),
                "recording_status_callback_event": "completed absent",
            }
            if record_as
            else {}
        )
        dial = Dial(
            action=self._addresses.officer(attempt, "done"),
            method="POST",
            timeout=BEHIND_THE_LAST,
            **recorded,
        )
        dial.queue(attempt.call, url=self._addresses.officer(attempt, "connected"), method="POST")
        response.append(dial)
        return _document(response)

    def goodbye(self, language: Language, *names: str) -> str:
        """Say prompts and hang up."""
        response = VoiceResponse()
        self._play(response, [Clip(name) for name in names], language)
        response.hangup()
        return _document(response)

    def _play(self, into: TwiML, parts: Sequence[Part], language: Language) -> None:
        for name in self._files.names(parts, language):
            into.play(self._addresses.prompt(language, name))


def nothing() -> str:
    """Write the document that does nothing: the answer to a callback."""
    return _document(VoiceResponse())


def _document(response: VoiceResponse) -> str:
    text = str(response)
    if len(text.encode()) > MOST_BYTES:
        raise IllegalTurnError(f"a document of {len(text.encode())} bytes is more than Twilio takes")
    return text

"""Carry out a turn on a channel: our words into Asterisk's applications."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from ivr.asterisk.agi import GoneError, Line
from ivr.asterisk.audio import RATE, Audio
from ivr.asterisk.names import AUDIO_NAME, KEPT, QUEUE
from ivr.asterisk.queue_wait import QueueWait
from ivr.asterisk.sounds import Sounds
from ivr.asterisk.versions import interleaves, parse
from ivr.events import DialEnded, Digits, Event, Recorded, RecordEnd, TimedOut
from ivr.turns import Action, Connect, Gather, Hangup, Language, Record, Say, Turn

log = logging.getLogger(__name__)

_RECORD_ENDS: dict[str, RecordEnd] = {"dtmf": "key", "timeout": "silence", "hangup": "hangup"}
BEEP_SECONDS = 1.5
"""The beep before a message, and what a busy machine adds to it."""


class Performer:
    """Carries out one call's turns; ``clock`` counts seconds."""

    def __init__(
        self, line: Line, sounds: Sounds, audio: Audio, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Work on the channel behind ``line``."""
        self._line = line
        self._sounds = sounds
        self._queue = QueueWait(line, sounds)
        self._audio = audio
        self._clock = clock

    def carry_out(self, turn: Turn, *, resumed: bool) -> Event | None:
        """Return what ended the turn, or ``None`` when nothing did but a hang-up.

        ``line.gone`` tells of a hang-up; a ``resumed`` turn may have been
        carried out before: what the channel remembers of it is not said and
        not asked again.
        """
        key = f"turn:{turn.number}"
        try:
            said = self._said(turn) if resumed else 0
            for done, action in enumerate(turn.actions[said:-1], said + 1):
                self._say(action)
                self._line.set(SAID=f"{turn.number}:{done}")
            return self._wait(key, turn, turn.actions[-1], resumed)
        except GoneError:
            return None

    def _said(self, turn: Turn) -> int:
        """Tell how many actions of a turn the caller has heard to their end."""
        number, _, done = self._line.evaluate("${SAID}").partition(":")
        return int(done) if number == str(turn.number) and done.isdecimal() else 0

    def _begun(self, turn: Turn) -> bool:
        return self._line.evaluate("${TURN}") == str(turn.number)

    def _wait(self, key: str, turn: Turn, action: Action, resumed: bool) -> Event | None:
        if isinstance(action, Gather):
            return self._gather(key, turn.number, action, resumed)
        if isinstance(action, Record):
            return self._record(key, turn.number, action, resumed and self._begun(turn))
        if isinstance(action, Connect):
            return self._connect(key, turn.number, action, resumed and self._begun(turn))
        if isinstance(action, Hangup):
            self.hang_up(action.cause)
            return None
        raise ValueError(f"{action!r} does not wait")

    def hang_up(self, cause: int) -> None:
        """End the call so that the dialplan does not come back."""
        self._line.set(CALL_DONE="1")
        self._line.execute("Hangup", str(cause))

    def _say(self, action: Action) -> None:
        if not isinstance(action, Say):
            raise ValueError(f"{action!r} waits in the middle of a turn")
        self._speak(action.language)
        for files in self._sounds.lists(action.parts, action.language):
            self._line.execute("Playback", files)

    def _speak(self, language: Language) -> None:
        if self._line.language != language:
            self._line.command("SET", "VARIABLE", "CHANNEL(language)", language)
            self._line.language = language

    def _gather(self, key: str, number: int, action: Gather, resumed: bool) -> Event | None:
        """Ask for keys, unless the channel remembers this turn's answer."""
        name = f"KEYS{number}"
        if resumed and (keys := self._line.evaluate(f"${{{name}}}")):
            return Digits(key, keys)
        self._speak(action.language)
        lists = self._sounds.lists(action.parts, action.language) or [""]
        for files in lists[:-1]:
            self._line.execute("Playback", files)
        self._line.execute("Read", f"{name},{lists[-1]},{action.max_digits},,1,{action.timeout:g}")
        status, _, keys = self._line.evaluate(f"${{READSTATUS}}:${{{name}}}").partition(":")
        if self._line.gone or status == "HANGUP":
            self._line.gone = True
            return None
        if keys or status == "OK":
            return Digits(key, keys)
        if status != "TIMEOUT":
            log.error("a prompt of %s could not be played: %s", lists[-1], status)
        return TimedOut(key)

    def _record(self, key: str, number: int, action: Record, resumed: bool) -> Event | None:
        name = _checked(AUDIO_NAME, action.name)
        if resumed and (before := self._recorded_before(key, name)):
            return before
        self._speak(action.language)
        try:
            name = self._audio.make_room(name, "wav", again=resumed)
        except OSError as error:
            log.error("recording %s: there is no room for it: %s", name, error)
            return Recorded(key, name, 0.0, "error")
        self._line.set(TURN=str(number))
        began = self._clock()
        end, samples = self._record_file(name, action)
        if end == "hangup" and not self._audio.writing(f"{name}.wav").exists():
            return None  # the citizen was gone before the beep: there is no message
        seconds = self._keep(name)
        elapsed = self._clock() - began
        quiet = action.silence_seconds if end == "silence" else 0
        if end == "silence" and elapsed >= action.max_seconds:
            end = "limit"
        if self._is_cut(seconds, samples, elapsed - quiet):
            log.error("recording %s: %.1f s were written of %.1f s", name, seconds, elapsed - quiet)
            end = "error"
        if end != "error" and seconds:
            self._remember(name, seconds, end)
        return Recorded(key, name, seconds, end)

    def _remember(self, name: str, seconds: float, end: RecordEnd) -> None:
        """Tell the channel of a message that is safe, should the backend never hear of it."""
        with suppress(GoneError):
            self._line.set(**{KEPT: f"{name}:{seconds:.1f}:{end}"})

    def _recorded_before(self, key: str, name: str) -> Recorded | None:
        """Find the message of a turn that was begun before: closed already, or still to be closed."""
        kept, _, rest = self._line.evaluate(f"${{{KEPT}}}").partition(":")
        if kept == name or kept.startswith(f"{name}."):
            seconds, _, end = rest.partition(":")
            return Recorded(key, kept, float(seconds), cast(RecordEnd, end))
        left = self._keep(name)
        return Recorded(key, name, left, "silence") if left else None

    def _is_cut(self, seconds: float, samples: int, spoken: float) -> bool:
        """Tell that a part of a message is lost.

        On a full disk Asterisk counts only what it holds in its buffer (2 s
        at most), so the clock is asked as well; a clock alone would take a
        line that paused for a loss.
        """
        if samples < 0 or seconds < samples / RATE - 1:
            return True
        return seconds < spoken - BEEP_SECONDS and self._audio.is_full()

    def _keep(self, name: str) -> float:
        try:
            return self._audio.keep_message(name)
        except OSError as error:
            log.error("recording %s stays in the spool's open directory: %s", name, error)
            return 0.0

    def _record_file(self, name: str, action: Record) -> tuple[RecordEnd, int]:
        limit, silence = str(action.max_seconds * 1000), f"s={action.silence_seconds}"
        path = str(self._audio.writing(name))
        try:
            reply = self._line.command("RECORD", "FILE", path, "wav", "#", limit, "0", "BEEP", silence)
        except GoneError:
            return "hangup", 0
        if reply.data == "hangup":
            self._line.gone = True
        return _RECORD_ENDS.get(reply.data, "error"), reply.endpos

    def _connect(self, key: str, number: int, action: Connect, resumed: bool) -> DialEnded:
        queue = _checked(QUEUE, action.queue)
        if resumed and (outcome := self._queue.outcome() or self._queue.asked()):
            self._line.execute("StopMixMonitor")
            return DialEnded(key, outcome)
        self._speak(action.language)
        emergency = {"EMERGENCY": "1"} if action.emergency else {}
        self._line.set(TURN=str(number), WAITING_KEY="", **emergency)
        if action.record_as:
            self._monitor(_checked(AUDIO_NAME, action.record_as))
        try:
            self._queue.wait(queue, action)
        except GoneError:
            answered = self._queue.outcome() == "answered"
            return DialEnded(key, "answered" if answered else "caller_gone", gone=True)
        outcome = self._queue.outcome() or self._queue.asked() or "failed"
        if self._line.gone and outcome != "answered":
            outcome = "caller_gone"
        if action.record_as and not self._line.gone:
            self._stop_monitor()
        return DialEnded(key, outcome, self._line.gone)

    def _stop_monitor(self) -> None:
        try:
            self._line.execute("StopMixMonitor")
        except GoneError:
            log.debug("the recording ended with the call")

    def _monitor(self, name: str) -> None:
        """Record both sides while they talk; Asterisk itself closes and moves the file."""
        if not interleaves(parse(self._line.environment.get("version", ""))):
            log.error("this Asterisk cannot record both sides: 18.18, 20.3 or newer is needed")
            return
        try:
            name = self._audio.make_room(name, "raw")
        except OSError as error:
            log.error("the conversation %s is not recorded: %s", name, error)
            return
        written, kept = self._audio.writing(f"{name}.raw"), self._audio.kept(f"{name}.raw")
        close = f"[ -s {written} ] && mv {written} {kept} || rm -f {written}"
        self._line.execute("MixMonitor", f"{written},bD,{close}")


def _checked(pattern: re.Pattern[str], name: str) -> str:
    if not pattern.match(name):
        raise ValueError(f"not a name that may reach the exchange: {name[:80]!r}")
    return name

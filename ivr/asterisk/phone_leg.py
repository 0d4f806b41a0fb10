"""One call at the telephone, worked by a script: speak, press, listen, hang up."""

from __future__ import annotations

import shlex
import socket
import time
from collections.abc import Callable
from pathlib import Path

from ivr.asterisk import phone_sounds

KEYS = frozenset("0123456789*#ABCD")
RATE = phone_sounds.RATE
WRITTEN_SECONDS = 5.0
"""How long the exchange may take to close the file of what was heard."""


class CallEndedError(Exception):
    """The other side hung up, or the telephone itself is gone."""


class Leg:
    """One channel of the telephone; every method waits until it is done.

    Methods raise ``CallEndedError`` once the call is over.
    """

    def __init__(self, connection: socket.socket, directory: Path) -> None:
        """Take over a connection from the exchange and read its greeting."""
        self._socket = connection
        self._lines = connection.makefile("r", encoding="utf-8", errors="replace", newline="\n")
        self._directory = directory
        self.facts = self._greeting()
        self.ended = False
        self._listening = False

    @property
    def purpose(self) -> str:
        """What the exchange connected for: ``in/<officer>`` or ``out/<id>``."""
        return self.facts.get("agi_network_script", "")

    @property
    def caller(self) -> tuple[str, str]:
        """The number and the name shown by the telephone."""
        return self.facts.get("agi_callerid", ""), self.facts.get("agi_calleridname", "")

    @property
    def heard_file(self) -> Path:
        """What was heard: 16 bit samples, 8000 a second, one channel, no header."""
        return self._directory / "heard" / f"{self.facts['agi_uniqueid']}.sln"

    @property
    def _written(self) -> Path:
        """Is there once the exchange has closed ``heard_file``."""
        return self.heard_file.with_suffix(".written")

    def heard(self) -> bytes:
        """Return what was heard until now; all of it once the call is over.

        The exchange writes in large pieces, so that the end is there only when it closed the file.
        """
        end = time.monotonic() + WRITTEN_SECONDS
        while self.ended and self._listening and not self._written.exists() and time.monotonic() < end:
            time.sleep(0.02)
        return self.heard_file.read_bytes() if self.heard_file.exists() else b""

    def ring(self) -> None:
        """Tell the other side that the telephone rings."""
        self._run("Ringing")

    def answer(self) -> None:
        """Pick up."""
        self._command("ANSWER")
        self.listen()

    def listen(self) -> None:
        """Begin to keep what is heard."""
        self._run("MixMonitor", f",r({self.heard_file}),touch {shlex.quote(str(self._written))}")
        self._listening = True

    def press(self, keys: str, length: float = 0.12, pause: float = 0.1) -> None:
        """Press keys one after the other; a comma waits for half a second."""
        wanted = keys.upper().replace(",", "W")
        if not set(wanted) <= KEYS | {"W"}:
            raise ValueError(f"{keys!r} has keys that no telephone has")
        self._run("SendDTMF", f"{wanted.replace('W', 'w')},{round(pause * 1000)},{round(length * 1000)}")

    def say(self, text: str, language: str = "id") -> None:
        """Speak ``text`` with a synthetic voice."""
        self.play(phone_sounds.speech(self._directory / "sounds", text, language))

    def tone(self, hertz: float, seconds: float) -> None:
        """Sound a pure tone at half of full scale."""
        self.play(phone_sounds.tone(self._directory / "sounds", hertz, seconds))

    def play(self, sound: Path) -> None:
        """Play a ``.wav`` file of 8000 samples a second."""
        self._run("Playback", str(sound.with_suffix("")))

    def wait(self, seconds: float) -> None:
        """Keep silent and listen."""
        self._run("Wait", f"{seconds:.3f}")

    def wait_until(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Listen until ``condition`` holds; false when it did not in time."""
        end = time.monotonic() + timeout
        while not condition():
            if time.monotonic() >= end:
                return False
            self.wait(0.2)
        return True

    def wait_for_end(self, timeout: float) -> bool:
        """Listen until the other side hangs up; false when it did not in time."""
        try:
            self.wait(timeout)
        except CallEndedError:
            return True
        return False

    def decline(self) -> None:
        """Refuse a ringing call as busy."""
        self._hang_up("HANGUP_BUSY")

    def hang_up(self) -> None:
        """End the call; nothing happens when it has ended already."""
        self._hang_up("")

    def _hang_up(self, how: str) -> None:
        try:
            if how:
                self._run("Busy", "0.1")
            self._command("HANGUP")
        except CallEndedError:
            pass
        finally:
            self._close()

    def _greeting(self) -> dict[str, str]:
        facts: dict[str, str] = {}
        for line in iter(self._lines.readline, "\n"):
            if not line:
                raise CallEndedError("the exchange closed the line at once")
            name, _, value = line.rstrip("\n").partition(": ")
            facts[name] = value
        return facts

    def _run(self, application: str, arguments: str = "") -> None:
        quoted = arguments.replace("\\", "\\\\").replace('"', '\\"')
        self._command(f'EXEC {application} "{quoted}"')

    def _command(self, text: str) -> str:
        if self.ended:
            raise CallEndedError("the call is over")
        try:
            self._socket.sendall(f"{text}\n".encode())
            answer = self._answer()
        except OSError as error:
            raise self._over(str(error)) from error
        if not answer.startswith("200 result=") or answer.startswith("200 result=-1"):
            raise self._over(answer or "the other side hung up")
        return answer

    def _answer(self) -> str:
        line = self._lines.readline()
        while line.startswith("HANGUP"):
            line = self._lines.readline()
        return line.rstrip("\n")

    def _over(self, why: str) -> CallEndedError:
        self._close()
        return CallEndedError(why)

    def _close(self) -> None:
        self.ended = True
        self._lines.close()
        self._socket.close()

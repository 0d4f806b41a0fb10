"""A little language for the telephone, and who plays it.

Steps are parted by semicolons or lines::

    hear main_menu; press 2; hear message; wait 1; say Jalan rusak; press #; hang up

``hear`` waits for a prompt to be over, ``wait`` and ``tone 440 2`` take
seconds, ``listen 30`` waits for the other side to hang up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.asterisk.phone_leg import CallEndedError, Leg
from ivr.hearing import Ear, Heard, clips_of, voice_seconds

PATIENCE = 60.0
"""Seconds that ``hear`` waits for a prompt."""
VERBS = ("hear", "press", "say", "tone", "wait", "listen", "hang up")
SPOKEN = ("[a-z][a-z]/*.wav", "[a-z][a-z]/digits/*.wav", "id/agency/*.wav")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; ``argument`` as it was written."""

    verb: str
    argument: str

    def __str__(self) -> str:
        """Write it as it was read."""
        return f"{self.verb} {self.argument}".strip()


def parse(text: str) -> list[Step]:
    """Read a script; raises ``ValueError`` that names the step at fault."""
    return [_step(part.strip()) for part in re.split(r"[;\n]", text) if part.strip()]


def _step(text: str) -> Step:
    verb = next((verb for verb in VERBS if text == verb or text.startswith(f"{verb} ")), None)
    if verb is None:
        raise ValueError(f"{text!r}: a step begins with {', '.join(VERBS)}")
    argument = text[len(verb) :].strip()
    numbers = {"tone": 2, "wait": 1, "listen": 1}.get(verb, 0)
    if numbers and (len(argument.split()) != numbers or not _all_numbers(argument)):
        raise ValueError(f"{text!r}: {verb} takes {numbers} number(s)")
    if verb in ("hear", "press", "say") and not argument:
        raise ValueError(f"{text!r}: {verb} what?")
    return Step(verb, argument)


def _all_numbers(text: str) -> bool:
    return all(re.fullmatch(r"\d+(\.\d+)?", word) for word in text.split())


def ear_for(prompts: Path) -> Ear:
    """Make an ear that knows the prompts, digits and agencies' names built in ``prompts``."""
    paths = [path.relative_to(prompts) for pattern in SPOKEN for path in sorted(prompts.glob(pattern))]
    return Ear(clips_of(prompts, (str(path.with_suffix("")) for path in paths)))


class Player:
    """Plays a script on a leg and tells what happened, as it happens."""

    def __init__(self, leg: Leg, ear: Ear, tell: Callable[[float, str], None], language: str = "id") -> None:
        """Play on ``leg``; ``tell`` takes the call's seconds and a line."""
        self._leg = leg
        self._ear = ear
        self._tell = tell
        self._language = language
        self._read = 0
        self.heard: list[Heard] = []

    def play(self, steps: list[Step]) -> None:
        """Take the steps one after the other until the call is over."""
        try:
            for step in steps:
                if step.verb not in ("hear", "listen"):
                    self._tell(self._now(), str(step))
                self._do(step)
        except CallEndedError:
            self._tell(self._now(), "the other side hung up")
        self._notice(over=True)
        self._tell(self._now(), f"over; sound was heard for {voice_seconds(self._leg.heard()):.1f} s")

    def hear(self, name: str, timeout: float = PATIENCE) -> bool:
        """Wait until the prompt ``name`` was heard to its end; false when not in time."""
        return self._leg.wait_until(lambda: self._over(name), timeout)

    def begun(self, name: str, timeout: float = PATIENCE) -> bool:
        """Wait until the prompt ``name`` began (2.5 s of it); false when not in time."""
        return self._leg.wait_until(lambda: self._find(name) is not None, timeout)

    def _do(self, step: Step) -> None:
        match step.verb:
            case "hear":
                if not self.hear(step.argument):
                    self._tell(self._now(), f"did not hear {step.argument} within {PATIENCE:.0f} s")
                self._read = len(self.heard)
            case "press":
                self._leg.press(step.argument)
            case "say":
                self._leg.say(step.argument, self._language)
            case "tone":
                hertz, seconds = step.argument.split()
                self._leg.tone(float(hertz), float(seconds))
            case "wait":
                self._listen(float(step.argument))
            case "listen":
                self._listen(float(step.argument))
            case "hang up":
                self._notice(over=True)
                self._leg.hang_up()

    def _listen(self, seconds: float) -> None:
        self._leg.wait_until(self._always_on, seconds)

    def _always_on(self) -> bool:
        self._notice()
        return False

    def _over(self, name: str) -> bool:
        found = self._find(name)
        return found is not None and self._now() >= found.at + self._ear.seconds(found.clip)

    def _find(self, name: str) -> Heard | None:
        self._notice()
        return next((one for one in self._unread() if name in (one.name, one.clip)), None)

    def _unread(self) -> Iterator[Heard]:
        yield from self.heard[self._read :]

    def _notice(self, *, over: bool = False) -> None:
        for one in self._ear.hear(self._leg.heard(), over=over):
            self.heard.append(one)
            self._tell(one.at, f"heard {one.clip}")

    def _now(self) -> float:
        return len(self._leg.heard()) / 16000

"""Citizens and officers as the tests write them: they hear, press, speak and hang up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

from ivr.asterisk.phone import Telephone
from ivr.asterisk.phone_leg import CallEndedError, Leg
from ivr.asterisk.phone_script import ear_for
from ivr.hearing import RATE, Heard, clips_of
from tests.asterisk import town
from tests.asterisk.hotline import Hotline
from tests.asterisk.stories import Story

NOBODY = 8400000000  # no Indonesian network has the prefix 0840
PATIENCE = 60.0


class Citizen:
    """Somebody who calls the hotline, and what they hear."""

    def __init__(self, leg: Leg, caller: str, hotline: Hotline) -> None:
        self.leg = leg
        self.caller = caller
        self._hotline = hotline
        self._prompts = hotline.settings.prompts_dir

    def reaches(self, node: str, *, times: int = 1) -> Citizen:
        """Wait until the log shows that the conversation entered a node.

        Not the ear, the log leads through the call: a busy machine may cost the
        ear a word, and one missed word would cost the whole call.
        """
        hotline, caller = self._hotline, self.caller
        there = self.leg.wait_until(lambda: hotline.nodes(caller).count(node) >= times, PATIENCE)
        assert there, (
            f"{node} was not reached {times} time(s): {hotline.nodes(caller)}; heard: {self.words()}"
        )
        return self

    def listens(self, *clips: str, more: float = 0) -> Citizen:
        """Wait for as long as some prompts are, and a little longer."""
        lengths = clips_of(self._prompts, clips)
        return self.waits(sum(len(lengths[clip]) / RATE for clip in clips) + more)

    def presses(self, keys: str) -> Citizen:
        self.leg.press(keys)
        return self

    def sounds(self, hertz: float, seconds: float) -> Citizen:
        self.leg.tone(hertz, seconds)
        return self

    def waits(self, seconds: float) -> Citizen:
        self.leg.wait(seconds)
        return self

    def stays(self, timeout: float = PATIENCE) -> Citizen:
        """Listen until the hotline ends the call."""
        assert self.leg.wait_for_end(timeout), f"the call did not end; heard: {self.words()}"
        return self

    def hangs_up(self) -> Citizen:
        self.leg.hang_up()
        return self

    def chooses(self, key: str) -> Citizen:
        """Take Indonesian, then a key of the main menu."""
        self.reaches("language").waits(1).presses("1")
        return self.reaches("main").waits(1.5).presses(key)

    def leaves_message(self, hertz: float, seconds: float = 2, before: str = "id/complaint") -> Citizen:
        """Sound a tone as the message, when it is time for it."""
        return self.listens_to_beep(before).sounds(hertz, seconds)

    def listens_to_beep(self, before: str = "id/complaint") -> Citizen:
        """Wait until the message's prompt, spoken behind the prompt ``before``, and the beep are over."""
        return self.reaches("message").listens(before, "id/message", more=1.5)

    def talks(self) -> Citizen:
        """Wait until the log shows that an officer answered."""
        return self._sees("officer_answered")

    def rings_somebody(self) -> Citizen:
        """Wait until the log shows that an officer's telephone rings."""
        return self._sees("officer_rung")

    def _sees(self, kind: str) -> Citizen:
        """Wait for a fact in the log; a busy exchange is seconds behind."""
        seen = self.leg.wait_until(lambda: kind in self.story(over=False).kinds(), PATIENCE)
        assert seen, f"no {kind}: {self.story(over=False)}"
        return self

    def hears_the_ticket(self) -> Citizen:
        """Wait until the ticket's number is spoken (and a few seconds of it)."""
        return self.reaches("tell").waits(9)

    def heard(self) -> list[Heard]:
        """Return every prompt that was heard, in order."""
        return ear_for(self._prompts).hear(self.leg.heard(), over=True)

    def words(self) -> list[str]:
        return [one.clip for one in self.heard()]

    def story(self, *, over: bool = True) -> Story:
        return self._hotline.story(self.caller, over=over)


class Stage:
    """A hotline, and the telephone of everybody who plays with it."""

    def __init__(self, hotline: Hotline, telephone: Telephone) -> None:
        self.hotline = hotline
        self.telephone = telephone
        self._numbers = count(1)

    def new_caller(self) -> str:
        """Return a number that is nobody's and was not used before."""
        return f"+62{NOBODY + next(self._numbers)}"

    def citizen_calls(self, agency: str, caller: str | None = None, name: str = "Warga") -> Citizen:
        """Dial an agency's number (or any number)."""
        caller = caller or self.new_caller()
        number = town.number(agency) if agency.isalpha() else agency
        return Citizen(self.telephone.dial(number, caller.replace("+62", "0"), name), caller, self.hotline)

    def rings(self, agency: str, rung: int = 0, timeout: float = PATIENCE) -> Leg:
        """Wait until the telephone of an agency's officer rings."""
        return self.telephone.ringing(f"officer-{self.hotline.officers[agency][rung]}", timeout)


def ignoring_the_end(work: Callable[[], object]) -> None:
    """Do something that the other side may cut short."""
    with suppress(CallEndedError):
        work()


def endpoints(hotline: Hotline) -> dict[str, str]:
    """Name the endpoints of the officers (but the terminal's) with their secrets."""
    officers = [one for code, some in hotline.officers.items() if code != "terminal" for one in some]
    return {f"officer-{one}": town.secret(one) for one in officers}


def folder(home: Path) -> Path:
    """Make the telephone's own folder."""
    path = home.parent / "telephone"
    path.mkdir(exist_ok=True)
    return path

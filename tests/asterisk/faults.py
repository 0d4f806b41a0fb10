"""What happens to calls when the ivr process or the exchange itself is killed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.asterisk.hotline import Hotline, until
from tests.asterisk.own import own_hotline
from tests.asterisk.people import Citizen, Stage
from tests.asterisk.stories import Story

TONE = 750.0
SPOKEN = 3 * 8000 * 2
"""Bytes of sound on the disk when the exchange is killed; it writes two seconds at once."""
ADOPTED_WITHIN = 90.0
"""A file that lost its writer is left alone for a minute."""


@dataclass(frozen=True, slots=True)
class Survivors:
    """The calls that went on, or ended, with a process that was killed under them."""

    in_menu: Story
    in_message: Story
    saved: Path
    after: Story
    resumed: Story
    resumed_words: list[str]


def faults(stage: Stage) -> Survivors:
    """Kill the exchange under two calls, then the ivr process under a third one."""
    with own_hotline(stage, "faults") as own:
        return _play(own)


def _play(stage: Stage) -> Survivors:
    in_message = stage.citizen_calls("complaints")
    in_menu = stage.citizen_calls("complaints")
    in_message.chooses("2").listens_to_beep()
    _while_sounding(in_message, lambda: _kill_in_recording(stage.hotline, in_message))
    for citizen in (in_menu, in_message):
        citizen.hangs_up()
    stage.hotline.start_part("asterisk")
    stage.hotline.wait_until_up()
    after = stage.citizen_calls("complaints").reaches("greeting").waits(2).hangs_up()
    resumed = stage.citizen_calls("complaints").reaches("language").waits(1).presses("1")
    resumed.reaches("main").waits(4)
    stage.hotline.kill("ivr")
    resumed.waits(2)
    stage.hotline.start_part("ivr")
    stage.hotline.wait_until_up()
    # The exchange says the menu to its end and waits for a key before it notices; then it asks again.
    resumed.waits(24).presses("2").leaves_message(700, 1).presses("#")
    resumed.reaches("tell").hangs_up()
    until(lambda: bool(in_message.story().recordings), ADOPTED_WITHIN, "the half message in the store")
    until(lambda: bool(in_message.story().ticket), ADOPTED_WITHIN, "the half message's ticket")
    (half,) = in_message.story().recordings
    return Survivors(
        in_menu=in_menu.story(),
        in_message=in_message.story(),
        saved=stage.hotline.recording(half.store_key),
        after=after.story(),
        resumed=resumed.story(),
        resumed_words=resumed.words(),
    )


def _while_sounding(citizen: Citizen, work: Callable[[], object]) -> None:
    """Do something while a citizen sounds a tone for six seconds."""
    with ThreadPoolExecutor(1) as other:
        sounding = other.submit(citizen.sounds, TONE, 6)
        work()
        sounding.result()


def _kill_in_recording(hotline: Hotline, citizen: Citizen) -> None:
    """Kill the exchange in the middle of a message, of which seconds are on the disk."""
    written = hotline.settings.spool_dir / "open"
    name = f"{citizen.story(over=False).key}__m__*.wav"
    until(lambda: any(file.stat().st_size > SPOKEN for file in written.glob(name)), 20, "half a message")
    hotline.kill_child("asterisk")

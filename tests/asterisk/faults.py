"""What happens to calls when the ivr process or the exchange itself is killed."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.asterisk.phone import Telephone
from tests.asterisk.hotline import Hotline
from tests.asterisk.people import Stage, folder
from tests.asterisk.stories import Story


@dataclass(frozen=True, slots=True)
class Survivors:
    """The calls that went on, or ended, with a process that was killed under them."""

    in_menu: Story
    in_message: Story
    after: Story
    resumed: Story
    resumed_words: list[str]


def faults(stage: Stage) -> Survivors:
    """Kill the exchange under two calls, then the ivr process under a third one."""
    home = stage.hotline.home.parent / "faults" / "home"
    home.parent.mkdir()
    hotline = Hotline(home)
    try:
        hotline.start(stage.hotline.settings.prompts_dir)
        with Telephone(hotline.binary, hotline.address, folder(home)) as telephone:
            return _play(Stage(hotline, telephone))
    finally:
        hotline.stop()


def _play(stage: Stage) -> Survivors:
    in_message = stage.citizen_calls("complaints")
    in_menu = stage.citizen_calls("complaints")
    in_message.chooses("2").reaches("message").waits(2)
    stage.hotline.kill_child("asterisk")
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
    resumed.waits(16).presses("2").leaves_message(700, 1).presses("#")
    resumed.reaches("tell").hangs_up()
    return Survivors(in_menu.story(), in_message.story(), after.story(), resumed.story(), resumed.words())

"""What comes a little after a call: its recordings."""

from __future__ import annotations

import time

from tests.asterisk.hotline import Hotline
from tests.asterisk.stories import Sound, Story, story_of

CARRIED_WITHIN = 15.0


def kept(hotline: Hotline, story: Story, number: int) -> list[Sound]:
    """Wait until a call has ``number`` recordings in the store, and give them."""
    end = time.monotonic() + CARRIED_WITHIN
    while True:
        with hotline.database.reading() as session:
            sounds = story_of(session, story.id).recordings
        if len(sounds) >= number or time.monotonic() > end:
            assert len(sounds) == number
            return sounds
        time.sleep(0.2)

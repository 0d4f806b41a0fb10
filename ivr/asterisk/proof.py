"""Whether a test call really heard its prompts.

An exchange that cannot play a file goes on as if nothing was; what tells is
that the file is missing, or that the turn was over before it could have been
heard.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from ivr.asterisk.sounds import Sounds
from ivr.events import Event, TimedOut
from ivr.turns import Gather, Say, Turn

TOLERANCE = 0.9
"""Of the prompts' length. Nobody presses a key in a test call: a shorter turn left something out."""


class Proof:
    """Watches the turns of one test call; ``clock`` counts seconds."""

    def __init__(self, sounds: Sounds, clock: Callable[[], float] = time.monotonic) -> None:
        """Look the prompts up in ``sounds``; the first turn begins now."""
        self._sounds = sounds
        self._clock = clock
        self._began = clock()

    def of(self, turn: Turn, event: Event | None) -> Event | None:
        """Return what ended ``turn``, with the prompts that were not heard."""
        lasted, self._began = self._clock() - self._began, self._clock()
        if not isinstance(event, TimedOut):
            return event
        return replace(event, unplayed=", ".join(self._unplayed(turn, lasted)))

    def _unplayed(self, turn: Turn, lasted: float) -> Iterator[str]:
        expected = 0.0
        for action in turn.actions:
            if not isinstance(action, Say | Gather):
                continue
            for name, seconds in self._sounds.lengths(action.parts, action.language):
                expected += seconds
                if not seconds:
                    yield f"{action.language}/{name}"
        if lasted < expected * TOLERANCE:
            yield f"{lasted:.1f} s / {expected:.1f} s"

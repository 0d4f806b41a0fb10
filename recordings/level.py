"""Is there somebody to be heard? Decided by level, piece by piece."""

from __future__ import annotations

import sys
from array import array

WINDOW_MS = 20
LOUD = 200
"""Mean amplitude of a window with sound in it, of 32,767 (-44 dB): comfort
noise and a quiet line stay below, a whisper into a handset does not."""

NEEDED_MS = 300
"""Sound that makes a recording worth hearing; longer than the key that ends it."""


class Level:
    """Adds up how long 16-bit sound is loud on any of its channels."""

    def __init__(self, channels: int, rate: int) -> None:
        """Expect interleaved little-endian samples at ``rate`` Hz."""
        self._channels = channels
        self._window = max(1, rate * WINDOW_MS // 1000) * channels
        self._rest = array("h")
        self._odd = b""
        self._loud_ms = 0

    @property
    def enough(self) -> bool:
        """True once something was to be heard: more need not be added."""
        return self._loud_ms >= NEEDED_MS

    def add(self, chunk: bytes) -> None:
        """Take the next bytes, of any length."""
        data = self._odd + chunk
        even = len(data) // 2 * 2
        self._odd = data[even:]
        samples = array("h", data[:even])
        if sys.byteorder == "big":
            samples.byteswap()
        self._measure(self._rest + samples)

    def _measure(self, samples: array[int]) -> None:
        whole = len(samples) // self._window * self._window
        for start in range(0, whole, self._window):
            if self.enough:
                return
            self._loud_ms += WINDOW_MS * self._is_loud(samples[start : start + self._window])
        self._rest = samples[whole:]

    def _is_loud(self, window: array[int]) -> bool:
        sides = (window[side :: self._channels] for side in range(self._channels))
        return any(sum(map(abs, side)) >= LOUD * len(side) for side in sides)

"""What the callers themselves saw of their calls, as SIPp wrote it down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

SEEN = re.compile(r"(?P<at>\d+\.\d+) (?P<what>trying|answered|ended|left|refused) (?P<caller>\d+)\s*$")


class Fate(StrEnum):
    """How a call went for the one who called."""

    WHOLE = "ended as it should"
    CUT = "cut off"
    UNANSWERED = "not answered"
    REFUSED = "not taken"


@dataclass(frozen=True, slots=True)
class Seen:
    """One caller's call; times in seconds since 1970, 0 for what did not happen."""

    caller: str
    trying: float = 0.0
    answered: float = 0.0
    refused: float = 0.0
    over: float = 0.0
    stays: float = 0.0
    """Seconds the caller wanted to stay."""

    @property
    def accepted(self) -> bool:
        """True when the exchange took the call, or began to: from then on it must not be lost.

        A refusal is the caller's network's to hear, which then tries another way.
        """
        return bool(self.trying or self.answered) and not self.refused

    @property
    def fate(self) -> Fate:
        if self.over:
            return Fate.WHOLE
        if self.answered:
            return Fate.CUT
        return Fate.UNANSWERED if self.accepted else Fate.REFUSED

    def under_way(self, at: float, until: float) -> bool:
        """Tell whether the call was up at some time between the two."""
        begin = self.trying or self.answered
        end = self.over or begin + self.stays
        return self.accepted and begin <= until and end >= at


def read(lines: Iterable[str], stays: Mapping[str, float]) -> list[Seen]:
    """Read SIPp's log; every caller of ``stays`` is there, also who saw nothing."""
    times: dict[str, dict[str, float]] = {caller: {} for caller in stays}
    for line in lines:
        if found := SEEN.search(line):
            what = "over" if found["what"] in ("ended", "left") else found["what"]
            times[found["caller"]].setdefault(what, float(found["at"]))
    return [Seen(caller, stays=stays[caller], **told) for caller, told in times.items()]

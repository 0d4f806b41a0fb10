"""The whole call centre as it is measured: the processes of one machine, on free ports."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from bench import prompts as short
from bench import usage
from bench.callers import Kept
from callcenter.models import Call, Disposition, Outbox, Recording
from tests.asterisk import town
from tests.asterisk.hotline import Hotline

AGENCY = "complaints"
DRAIN_SECONDS = 30.0
LONGEST_MESSAGE = "60"


@dataclass(frozen=True, slots=True)
class Logged:
    """What the log has of the calls of one measurement."""

    calls: int
    messages: int
    """Calls that ended with their message and its ticket."""
    recordings: int


class House(Hotline):
    """Every process of ``callcenter up`` but the screens, on SQLite."""

    name = "call centre"

    def __init__(self, home: Path) -> None:
        start = random.randrange(11_000, 18_000, 2)
        media = {"RTP_START": str(start), "RTP_END": str(start + 5999)}
        super().__init__(home, MAX_MESSAGE_SECONDS=LONGEST_MESSAGE, **media)
        self.number = town.number(AGENCY)
        self._last = 0

    def start(self, prompts: Path | None = None) -> None:
        short.write(self.home / "prompts-human", [code for code, *_ in town.AGENCIES])
        super().start(prompts)

    def used(self) -> dict[str, float]:
        return usage.used({name: process.pid for name, process in self._processes.items()})

    def begin(self) -> None:
        """Count from here."""
        with self.database.reading() as session:
            self._last = session.scalar(select(func.max(Call.id))) or 0

    def kept(self, placed: int) -> Kept:
        """Wait until every call is over and carried away, as long as that takes within bounds."""
        end = time.monotonic() + DRAIN_SECONDS
        while (found := self._logged()) != Logged(placed, placed, placed) and time.monotonic() < end:
            if self._still():
                found = self._logged()
                break
            time.sleep(0.5)
        return Kept(found.messages, min(found.calls, found.messages, found.recordings))

    def _logged(self) -> Logged:
        mine = Call.id > self._last
        with self.database.reading() as session:
            calls = select(func.count()).select_from(Call).where(mine, Call.ended_at.is_not(None))
            told = calls.where(Call.disposition == Disposition.RECORDED, Call.disposition_reason == "message")
            files = select(func.count()).select_from(Recording).where(Recording.call_id > self._last)
            return Logged(*(session.scalar(query) or 0 for query in (calls, told, files)))

    def _still(self) -> bool:
        """Tell whether nothing is under way: no open call, no file, no job."""
        with self.database.reading() as session:
            open_calls = session.scalar(select(func.count()).select_from(Call).where(Call.ended_at.is_(None)))
            jobs = session.scalar(select(func.count()).select_from(Outbox).where(Outbox.done_at.is_(None)))
        return not open_calls and not jobs and not any(self.settings.spool_dir.glob("*/*"))
